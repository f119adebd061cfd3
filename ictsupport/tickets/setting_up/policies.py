"""Targets as they are set in pages: a policy is made, changed at once or from a day on, and ended."""

from datetime import date, datetime, time
from typing import Any

from ... import clock
from ...config import settings
from ...database import lock
from ...errors import Refusal
from ...journal.events import plain
from ...journal.settings import differences
from ...people.models import Council, Person, RequesterKind
from ...people.scopes import scoped_to
from ..models import TicketType
from ..request_types.models import RequestType
from ..targets.models import Policy
from ..targets.policies import TARGETS, end_policy, save_policy
from .access import refuse_others

FIELDS = ("name", "targets", "pauses", "steps", "applies_to_open")


class InThePast(Refusal):
    reason = "Targets hold from now on, or from a day to come. Choose a later day, or leave it out."


class HasEnded(Refusal):
    reason = "“{name}” has ended. Make a new policy instead."


def make_policy(
    *,
    by: Person | None,
    council: Council | None,
    ticket_type: TicketType | None,
    requester_kind: RequesterKind | None,
    request_type: RequestType | None = None,
    starts_on: date | None,
    **values: Any,
) -> Policy:
    """Targets for tickets that had none of their own, from now or from a day on."""
    refuse_others(by, council.id if council else None)
    policy = Policy(
        **{name: values[name] for name in FIELDS},
        ticket_type=ticket_type,
        requester_kind=requester_kind,
        request_type=request_type,
        effective_from=_from(starts_on),
        **scoped_to(council),
    )
    return save_policy(policy, by=by, changes=differences({}, described(policy)))


def change_policy(policy: Policy, *, by: Person | None, starts_on: date | None, **values: Any) -> Policy:
    """Other targets for the same tickets: at once, or from a day on, when the old ones end.

    Unless they apply to requests already open, the policy there was ends and is kept as it was, for these to
    go by.
    """
    refuse_others(by, policy.council_id)
    lock(policy)
    now = clock.now()
    if policy.effective_to is not None and policy.effective_to <= now:
        raise HasEnded(name=policy.name)
    old = described(policy)
    if starts_on is None and (values["applies_to_open"] or policy.effective_from >= now):
        for name in FIELDS:
            setattr(policy, name, values[name])
        return save_policy(policy, by=by, changes=differences(old, described(policy)))
    begins = now if starts_on is None else _from(starts_on)
    if begins <= policy.effective_from:
        raise InThePast
    later = Policy(
        **{name: values[name] for name in FIELDS},
        ticket_type=policy.ticket_type,
        requester_kind=policy.requester_kind,
        request_type=policy.request_type,
        effective_from=begins,
        effective_to=policy.effective_to,
        scope=policy.scope,
        council=policy.council,
    )
    policy.effective_to = begins
    save_policy(later, by=by, changes=differences(old, described(later)))
    ends = starts_on.isoformat() if starts_on else plain(begins)
    save_policy(policy, by=by, changes={"ends": [None, ends]})
    return later


def stop_policy(policy: Policy, *, by: Person | None) -> None:
    """End a policy now."""
    refuse_others(by, policy.council_id)
    lock(policy)
    if policy.effective_to is not None and policy.effective_to <= clock.now():
        raise HasEnded(name=policy.name)
    end_policy(policy, by=by)


def described(policy: Policy) -> dict[str, Any]:
    """A policy in words, as the journal keeps them."""
    words: dict[str, Any] = {"name": policy.name, "covers": covers(policy)}
    for priority, row in policy.targets.items():
        for name in TARGETS:
            words[f"priority {priority} {name}"] = amount_of(*row[name])
    words["pauses"] = ", ".join(policy.pauses) or "nothing"
    words["steps"] = "; ".join(step_in_words(step) for step in policy.steps or []) or "none"
    words["applies to requests already open"] = "yes" if policy.applies_to_open else "no"
    words["holds from"] = policy.effective_from.isoformat()
    return words


def covers(policy: Policy) -> str:
    """Which tickets a policy covers, in words."""
    kind = f"{policy.ticket_type.value}s" if policy.ticket_type else "all tickets"
    asking = f" asking for “{policy.request_type.name}”" if policy.request_type else ""
    who = {
        RequesterKind.MEMBER: " of members",
        RequesterKind.STAFF: " of staff",
        RequesterKind.CONTACT: " of suppliers’ contacts",
    }
    whose = policy.council.short_name if policy.council else "all councils"
    asked = who[policy.requester_kind] if policy.requester_kind else ""
    return f"{kind}{asked}{asking}, {whose}"


def amount_of(amount: int, unit: str) -> str:
    """30 minutes, 4 hours, 1 working day"""
    if unit == "minutes" and amount % 60 == 0:
        amount, unit = amount // 60, "hours"
    return f"{amount:,} {unit.removesuffix('s') if amount == 1 else unit}"


def step_in_words(step: dict[str, Any]) -> str:
    """80% of the first response: tell the queue"""
    clock_name = {"response": "the first response", "resolution": "the resolution"}[step["clock"]]
    when = (
        f"at {step['percent']}% of the target for"
        if "percent" in step
        else f"{amount_of(*step['after'])} past the target for"
    )
    deed = {"notify": "tell the queue", "raise priority": "raise the priority", "move": "move it"}[step["do"]]
    return f"{when} {clock_name}, {deed}"


def _from(starts_on: date | None) -> datetime:
    now = clock.now()
    if starts_on is None:
        return now
    begins = datetime.combine(starts_on, time(0), settings().zone)
    if begins < now:
        raise InThePast
    return begins.astimezone(now.tzinfo)
