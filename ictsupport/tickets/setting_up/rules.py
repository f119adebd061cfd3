"""The rules by which new tickets find their queue: made, changed, moved and taken away, each change with what it alters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...people.models import Council, Person, RequesterKind
from ...systems.models import System
from ..models import Channel, Queue, RoutingRule, Ticket, TicketType
from ..request_types.models import FilledForm, RequestType, TypeForm
from ..routing import Facts, Route, route, said_in
from ..texts import line
from .access import refuse_others
from .events import RoutingChanged

RECENT = 200
STEP = 10


class NoCondition(Refusal):
    reason = "Say at least one thing by which the rule knows its tickets. Without any it would take them all."


class NoOpenQueue(Refusal):
    reason = "{name} is closed. Choose an open queue."


class NothingToSay(Refusal):
    reason = "Those words are only commas. Write words or phrases with commas between them."


class AtTheEnd(Refusal):
    reason = "The rule is already at that end of the list."


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """By what a rule knows its tickets; what is left out does not matter to it."""

    ticket_type: TicketType | None = None
    system: System | None = None
    council: Council | None = None
    requester_kind: RequesterKind | None = None
    channel: Channel | None = None
    words: str = ""


def all_rules() -> Sequence[RoutingRule]:
    """The rules in the order they are asked."""
    return db.session.scalars(
        select(RoutingRule)
        .order_by(RoutingRule.position)
        .options(
            joinedload(RoutingRule.queue), joinedload(RoutingRule.system), joinedload(RoutingRule.council)
        )
    ).all()


def request_types() -> Sequence[RequestType]:
    """The request types that are offered to somebody, in their order."""
    return db.session.scalars(
        select(RequestType)
        .where(RequestType.retired_at.is_(None))
        .order_by(RequestType.position, RequestType.id)
        .options(joinedload(RequestType.queue), joinedload(RequestType.system))
    ).all()


def keep_rule(
    rule: RoutingRule | None, queue: Queue, conditions: Conditions, *, by: Person | None
) -> RoutingRule:
    """Make a rule, which is asked last, or change one where it stands."""
    refuse_others(by, None)
    if queue.closed_on is not None:
        raise NoOpenQueue(name=queue.name)
    words = line(conditions.words, what="The words", limit=300)
    if words and not any(each.strip() for each in words.split(",")):
        raise NothingToSay
    named = (
        conditions.ticket_type,
        conditions.system,
        conditions.council,
        conditions.requester_kind,
        conditions.channel,
    )
    if not words and not any(named):
        raise NoCondition
    old = {} if rule is None else {"rule": said(rule)}
    rule = rule or RoutingRule(position=_last() + STEP)
    rule.queue, rule.words_ = queue, words
    rule.ticket_type, rule.system, rule.council, rule.requester_kind, rule.channel = named
    db.session.add(rule)
    _tell(differences(old, {"rule": said(rule)}), by)
    return rule


def remove_rule(rule: RoutingRule, *, by: Person | None) -> None:
    """Take a rule away. What it has decided stays written on each ticket."""
    refuse_others(by, None)
    changes = {"rule": [said(rule), None]}
    db.session.delete(rule)
    _tell(changes, by)


def move_rule(rule: RoutingRule, *, up: bool, by: Person | None) -> None:
    """Have a rule asked one place earlier or later."""
    refuse_others(by, None)
    rules = list(all_rules())
    here = rules.index(rule)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rules):
        raise AtTheEnd
    other = rules[there]
    mine, theirs = rule.position, other.position
    rule.position = (
        min(each.position for each in rules) - STEP
    )  # no two may stand in one place, not even for a moment
    db.session.flush()
    other.position = mine
    db.session.flush()
    rule.position = theirs
    _tell({f"place of “{said(rule)}”": [str(here + 1), str(there + 1)]}, by)


def said(rule: RoutingRule) -> str:
    """A rule as a sentence."""
    return f"{conditions_of(rule)}: to {rule.queue.name}"


def conditions_of(rule: RoutingRule) -> str:
    """By what a rule knows its tickets, in words."""
    parts = []
    if rule.ticket_type:
        parts.append(f"{rule.ticket_type.value}s")
    if rule.system:
        parts.append(f"about {rule.system.name}")
    if rule.council:
        parts.append(f"for {rule.council.short_name}")
    if rule.requester_kind:
        parts.append(f"asked by a {rule.requester_kind.value}".replace("by a staff", "by staff"))
    if rule.channel:
        parts.append(f"that came by {rule.channel.value}")
    if rule.words_:
        parts.append(f"that say {rule.words_}")
    return ", ".join(parts)


@dataclass(frozen=True)
class Elsewhere:
    """A recent ticket that another queue would have got."""

    ticket: Ticket
    old: Route
    new: Route


def recent() -> Sequence[tuple[Ticket, Facts]]:
    """The newest tickets, with what routing knew of them; confidential ones are left out."""
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.confidential.is_(False))
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(RECENT)
        .options(selectinload(Ticket.systems), joinedload(Ticket.council))
    ).all()
    forms = db.session.scalars(
        select(FilledForm)
        .where(FilledForm.ticket_id.in_([ticket.id for ticket in tickets]))
        .options(joinedload(FilledForm.form).joinedload(TypeForm.type))
    )
    types = {each.ticket_id: each.form.type for each in forms}
    return [(ticket, _facts(ticket, types.get(ticket.id))) for ticket in tickets]


def elsewhere(change: Any) -> tuple[int, list[Elsewhere]]:
    """How many recent tickets were tried, and which of them would have gone elsewhere after the change."""
    some = recent()
    before = [route(facts) for _, facts in some]
    change()
    db.session.flush()
    after = [route(facts) for _, facts in some]
    moved = [
        Elsewhere(ticket, old, new)
        for (ticket, _), old, new in zip(some, before, after, strict=True)
        if old.queue is not new.queue
    ]
    return len(some), moved


def by_queues(moved: Sequence[Elsewhere]) -> list[tuple[str, str, int]]:
    """How many went from which queue to which."""
    pairs = Counter((each.old.queue.name, each.new.queue.name) for each in moved)
    return [(old, new, count) for (old, new), count in pairs.most_common()]


def tried(facts: Facts) -> list[tuple[RoutingRule, bool, str]]:
    """Every rule with whether it decided, and why it did not fit if it was asked before."""
    decided = route(facts).rule_id
    found, over = [], False
    for rule in all_rules():
        if over:
            found.append((rule, False, "not asked any more"))
        elif rule.id == decided:
            found.append((rule, True, "fits: it decides"))
            over = True
        else:
            found.append(
                (rule, False, "its queue is closed" if rule.queue.closed_on else _why_not(rule, facts))
            )
    return found


def _why_not(rule: RoutingRule, facts: Facts) -> str:
    """The first condition of a rule that does not hold."""
    if rule.ticket_type and rule.ticket_type is not facts.ticket_type:
        return f"it is not a {rule.ticket_type.value}".replace("a incident", "an incident")
    if rule.system and rule.system not in facts.systems:
        return f"the system is not {rule.system.name}"
    if rule.council and rule.council is not facts.council:
        return f"it is not for {rule.council.short_name}"
    if rule.requester_kind and rule.requester_kind is not facts.requester_kind:
        return "somebody of another kind asks"
    if rule.channel and rule.channel is not facts.channel:
        return f"it did not come by {rule.channel.value}"
    if rule.words_ and not said_in(facts.text, rule.words_):
        return "it says none of the words"
    return "does not fit"


def _facts(ticket: Ticket, request_type: Any) -> Facts:
    return Facts(
        ticket_type=ticket.ticket_type,
        systems=ticket.systems,
        council=ticket.council,
        requester_kind=ticket.requester_kind,
        channel=ticket.channel,
        text=f"{ticket.subject}\n{ticket.description}",
        request_type=request_type,
    )


def _last() -> int:
    return db.session.scalar(select(func.max(RoutingRule.position))) or 0


def _tell(changes: dict[str, list[Any]], by: Person | None) -> None:
    db.session.flush()
    if changes:
        announce(RoutingChanged(name="Routing", by=by, changes=changes))
