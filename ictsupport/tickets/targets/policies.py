"""Which targets a ticket has: policies, how one is chosen, and which may stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ... import clock
from ...database import FAR_FUTURE, db
from ...errors import Refusal
from ...journal import announce
from ...journal.events import plain
from ...people.calendars import Catalogue, catalogue
from ...people.models import Person, RequesterKind
from ...unchanged import until_changed
from ..events import PolicyChanged
from ..models import ClockKind, HoldReason, TicketType
from .clocks import Target, Unit
from .clockwork import Line, Pauses, Rule
from .models import Policy
from .steps import BadStep, parse_steps

PRIORITIES = range(1, 6)
LONGEST = {Unit.MINUTES: 60 * 24 * 366, Unit.WORKING_DAYS: 366}
TARGETS = {"response": ClockKind.RESPONSE, "resolution": ClockKind.RESOLUTION}


class NoPolicy(Refusal):
    reason = "No targets have been set for this kind of ticket. An administrator has to enter a policy that covers it."


class PoliciesOverlap(Refusal):
    reason = "“{other}” already sets the targets of the same tickets at that time. End it first, or narrow one of them."


class BadPolicy(Refusal):
    reason = "Those targets are not complete."


@dataclass(frozen=True)
class Kind:
    """All about a ticket that decides its targets."""

    council_id: int | None
    ticket_type: TicketType
    requester_kind: RequesterKind
    priority: int
    request_type_id: int | None = None


class Rulebook:
    """The policies and calendars as they stand, ready to be asked for many tickets."""

    def __init__(self, policies: Sequence[Any], calendars: Catalogue) -> None:
        """`policies` are rows of the table, the most particular first."""
        self.policies = policies
        self.calendars = calendars

    def rule(self, kind: Kind, at: datetime) -> Rule:
        """The most particular policy in force: for the request type before all, then for the council, then by
        requester, then by type.

        Work from before the first policy, taken over from another system, is
        measured by the first.
        """
        return self._rule(self._policy(kind, at), kind)

    def following(self, kind: Kind, at: datetime, terms: Line) -> Rule | None:
        """What a running clock goes by once policies have changed; None: by what it was told when it was told it.

        A policy that is for requests raised from its beginning on is passed over by clocks that got their
        terms before: they go on by their own policy while that is in force, and by its last word afterwards.
        """
        policy = self._policy(kind, at)
        if policy.applies_to_open or policy.effective_from <= terms.at:
            return self._rule(policy, kind)
        own = next((each for each in self.policies if each.id == terms.policy_id), None)
        if own is not None and _is_in_force(own, at) and _covers(own, kind):
            return self._rule(own, kind)
        return None

    def pauses(self, policy_id: int | None) -> Pauses:
        """What stops the clocks that a policy set, whether or not it is still in force."""
        return next((_pauses(policy) for policy in self.policies if policy.id == policy_id), frozenset())

    def _policy(self, kind: Kind, at: datetime) -> Any:
        policies = [policy for policy in self.policies if _covers(policy, kind)]
        in_force = [each for each in policies if _is_in_force(each, at)]
        if not in_force:
            first = min((policy.effective_from for policy in policies), default=at)
            in_force = [policy for policy in policies if policy.effective_from == first > at]
        if not in_force:
            raise NoPolicy
        return in_force[0]

    def _rule(self, policy: Any, kind: Kind) -> Rule:
        row = policy.targets[str(kind.priority)]
        return Rule(
            policy.id,
            self.calendars.id_for(kind.council_id),
            {clock: Target(Unit(row[name][1]), int(row[name][0])) for name, clock in TARGETS.items()},
            _pauses(policy),
        )


def rulebook() -> Rulebook:
    """The rules for deciding now."""
    return Rulebook(_policies(), catalogue())


@until_changed(Policy)
def _policies() -> Sequence[Any]:
    rows = db.session.execute(select(*Policy.__table__.columns)).all()
    return sorted(rows, key=_how_particular, reverse=True)


def save_policy(policy: Policy, *, by: Person | None, changes: dict[str, list[Any]] | None = None) -> Policy:
    """Take a policy into force, new or changed. Open tickets follow it, if it applies to them, and keep what their
    clocks have counted."""
    _refuse_incomplete(policy)
    with db.session.no_autoflush:
        others = db.session.scalars(select(Policy)).all()
    for other in others:
        if other is not policy and _scope_of(other) == _scope_of(policy) and _meet(other, policy):
            raise PoliciesOverlap(other=other.name)
    db.session.add(policy)
    announce(PolicyChanged(about=policy, name=policy.name, by=by, changes=changes or {}))
    return policy


def end_policy(policy: Policy, *, by: Person | None) -> None:
    """Let a policy end now; what it covered falls to the next less particular one."""
    was, policy.effective_to = policy.effective_to, clock.now()
    changes = {"ends": [plain(was), plain(policy.effective_to)]}
    announce(PolicyChanged(about=policy, name=policy.name, by=by, changes=changes))


def _refuse_incomplete(policy: Policy) -> None:
    if policy.effective_to is not None and policy.effective_to <= policy.effective_from:
        raise BadPolicy("A policy cannot end before it starts.")
    for priority in PRIORITIES:
        for name in TARGETS:
            amount, unit = _pair((policy.targets.get(str(priority)) or {}).get(name))
            if not 0 < amount <= LONGEST.get(unit, 0):
                raise BadPolicy(
                    f"Give priority {priority} a {name} target of more than nothing and at most a year."
                )
    unknown = set(policy.pauses) - {reason.value for reason in HoldReason}
    if unknown:
        raise BadPolicy(f"There is no hold reason “{sorted(unknown)[0]}”.")
    try:
        parse_steps(policy.steps or [])
    except BadStep as bad:
        raise BadPolicy(str(bad)) from bad


def _pair(given: Any) -> tuple[int, Unit]:
    try:
        amount, unit = given
        return int(amount), Unit(unit)
    except (TypeError, ValueError):
        return 0, Unit.MINUTES


def _pauses(policy: Any) -> Pauses:
    return frozenset(HoldReason(reason) for reason in policy.pauses)


def _is_in_force(policy: Any, at: datetime) -> bool:
    return bool(policy.effective_from <= at < (policy.effective_to or FAR_FUTURE))


def _covers(policy: Any, kind: Kind) -> bool:
    return (
        policy.request_type_id in (None, kind.request_type_id)
        and policy.council_id in (None, kind.council_id)
        and policy.ticket_type in (None, kind.ticket_type)
        and policy.requester_kind in (None, kind.requester_kind)
    )


def _how_particular(policy: Any) -> tuple[bool, ...]:
    return (
        policy.request_type_id is not None,
        policy.council_id is not None,
        policy.requester_kind is not None,
        policy.ticket_type is not None,
    )


def _scope_of(policy: Policy) -> tuple[Any, ...]:
    council = policy.council.id if policy.council is not None else policy.council_id
    request_type = policy.request_type.id if policy.request_type is not None else policy.request_type_id
    return (request_type, council, policy.requester_kind, policy.ticket_type)


def _meet(one: Policy, other: Policy) -> bool:
    return one.effective_from < (other.effective_to or FAR_FUTURE) and other.effective_from < (
        one.effective_to or FAR_FUTURE
    )
