"""Which queue a new ticket goes to, and why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from .. import clock
from ..database import db
from ..errors import Refusal
from ..people.models import Council, RequesterKind
from ..systems.models import System
from ..unchanged import at_hand, until_changed
from .models import Channel, Queue, RoutingRule, TicketType
from .request_types.models import RequestType


class NoTriageQueue(Refusal):
    reason = "No queue takes new requests. An administrator has to say which queue is for triage."


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All about a new ticket that routing may ask."""

    ticket_type: TicketType
    systems: Sequence[System]
    council: Council | None
    requester_kind: RequesterKind
    channel: Channel
    text: str
    request_type: RequestType | None = None


@dataclass(frozen=True)
class Route:
    """Where a ticket goes, and the sentence that says why."""

    queue: Queue
    because: str
    rule_id: int | None = None


def route(facts: Facts) -> Route:
    """The queue of the first rule whose every condition holds; else that of the request type, else the triage queue."""
    today = clock.now().date()
    for rule in rules():
        if rule.closed_on and rule.closed_on <= today:
            continue
        reasons = list(_reasons(rule, facts))
        if None not in reasons:
            why = " and ".join(reason for reason in reasons if reason) or "everything else goes there"
            queue = at_hand(Queue, _queues()[rule.queue_id])
            return Route(queue, f"Routed to {queue.name} because {why}"[:300], rule.id)
    type_ = facts.request_type
    if (
        type_ is not None
        and type_.queue is not None
        and not (type_.queue.closed_on and type_.queue.closed_on <= today)
    ):
        why = f"Routed to {type_.queue.name} because requests about {type_.name} go there"
        return Route(type_.queue, why)
    queue = triage_queue()
    return Route(queue, f"Put on {queue.name} to be sorted because no rule fits")


@until_changed(RoutingRule, Queue, System, Council)
def rules() -> Sequence[Any]:
    """The rules in the order they are asked, each with its queue's end and the names it is explained by."""
    return db.session.execute(
        select(
            *RoutingRule.__table__.columns,
            Queue.closed_on,
            System.name.label("system"),
            Council.short_name.label("council"),
        )
        .join(Queue, Queue.id == RoutingRule.queue_id)
        .outerjoin(System, System.id == RoutingRule.system_id)
        .outerjoin(Council, Council.id == RoutingRule.council_id)
        .order_by(RoutingRule.position)
    ).all()


def triage_queue() -> Queue:
    """Where tickets wait that nobody has sorted yet."""
    for queue in _queues().values():
        if queue["is_triage"] and queue["closed_on"] is None:
            return at_hand(Queue, queue)
    raise NoTriageQueue


@until_changed(Queue)
def _queues() -> Mapping[int, Mapping[str, Any]]:
    """The columns of all queues, in the order they were opened."""
    rows = db.session.execute(select(*Queue.__table__.columns).order_by(Queue.id)).mappings()
    return {row["id"]: dict(row) for row in rows}


def _reasons(rule: Any, facts: Facts) -> Iterator[str | None]:
    """For each condition of the rule: why it holds, or None where it does not."""
    if rule.ticket_type is not None:
        holds = rule.ticket_type is facts.ticket_type
        yield f"it is {_article(rule.ticket_type.value)}" if holds else None
    if rule.system_id is not None:
        holds = rule.system_id in {system.id for system in facts.systems}
        yield f"the system is {rule.system}" if holds else None
    if rule.council_id is not None:
        holds = facts.council is not None and rule.council_id == facts.council.id
        yield f"it is for {rule.council}" if holds else None
    if rule.requester_kind is not None:
        holds = rule.requester_kind is facts.requester_kind
        words = {"staff": "a member of staff", "contact": "a supplier's contact"}
        kind = rule.requester_kind.value
        yield f"{words.get(kind, _article(kind))} asks" if holds else None
    if rule.channel is not None:
        yield f"it came by {rule.channel.value}" if rule.channel is facts.channel else None
    if rule.words.strip():
        word = said_in(facts.text, rule.words)
        yield f"it says “{word}”" if word else None


def said_in(text: str, words: str) -> str | None:
    """The first of some words or phrases (separated by commas) that the text says, as whole words in any case."""
    for phrase in (each.strip() for each in words.split(",")):
        if phrase and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE):
            return phrase
    return None


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
