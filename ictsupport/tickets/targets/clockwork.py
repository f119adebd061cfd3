"""All the clocks of one ticket, put together from their events and moved by what happens to the ticket.

Whoever asks for help has a first response, a resolution and perhaps a moment
by which it must be done; reopening starts a new round. Nothing is read from
or written to the database here: the desk's verbs (targets.py) and whoever
loads thousands of tickets at once use the same clockwork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from ...database import FAR_FUTURE
from ...hours import Elapsed
from ...people.calendars import Catalogue
from ..models import ClockKind, HoldReason
from .clocks import Fact, Happening, Reading, Stretch, Target, Unit, explain, reached, read

Key = tuple[ClockKind, int]
WORKING = (ClockKind.RESPONSE, ClockKind.RESOLUTION)
Pauses = frozenset[HoldReason]


@dataclass(frozen=True)
class Rule:
    """What a policy says for one priority, and the calendar its time is counted by."""

    policy_id: int | None
    calendar_id: int
    targets: Mapping[ClockKind, Target]
    pauses: Pauses


@dataclass(frozen=True)
class Line:
    """One clock event, as its table keeps it."""

    kind: ClockKind
    round: int
    event: Happening
    at: datetime
    reason: str | None = None
    target: Target | None = None
    calendar_id: int | None = None
    policy_id: int | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The columns of its row in clock_event."""
        return {
            "kind": self.kind,
            "round": self.round,
            "event": self.event.value,
            "at": self.at,
            "reason": self.reason,
            "amount": self.target.amount if self.target else None,
            "unit": self.target.unit if self.target else None,
            "calendar_id": self.calendar_id,
            "policy_id": self.policy_id,
            "wall_due_at": self.target.until if self.target else None,
        }

    @classmethod
    def from_row(cls, row: Any) -> Line:
        target = Target(row.unit, row.amount or 0, row.wall_due_at) if row.unit else None
        return cls(
            row.kind,
            row.round,
            Happening(row.event),
            row.at,
            row.reason,
            target,
            row.calendar_id,
            row.policy_id,
        )


class Clockwork:
    """The clocks of one ticket. Each method says what happened to the ticket; `added` collects the new lines."""

    def __init__(self, calendars: Catalogue, lines: Iterable[Line] = ()) -> None:
        self.calendars = calendars
        self.clocks: dict[Key, list[Line]] = {}
        self.added: list[Line] = []
        for line in lines:
            self.clocks.setdefault((line.kind, line.round), []).append(line)

    # What happens to a ticket

    def start(
        self, rule: Rule, at: datetime, *, needed_by: datetime | None = None, answered: bool = False
    ) -> None:
        """The ticket is raised; `answered` if with the person there, who is thereby responded to."""
        for kind in WORKING:
            self._start(kind, rule, at)
        if needed_by is not None:
            self.need_by(needed_by, at)
        if answered:
            self.answer(at)

    def answer(self, at: datetime) -> None:
        """A person has answered: the response clock stops."""
        self._end(ClockKind.RESPONSE, Happening.STOPPED, at)

    def hold(self, reason: HoldReason, at: datetime, pauses: Callable[[int | None], Pauses]) -> None:
        """The ticket goes on hold, or waits for something else now. `pauses` says of the policy of each clock
        what stops it."""
        for key in self._live(WORKING):
            self._hold(key, reason, at, reason in pauses(self.terms(key).policy_id))

    def resume(self, at: datetime) -> None:
        """The ticket is off hold."""
        for key in self._live(WORKING):
            if self._pause_of(key) is not None:
                self._add(Line(*key, Happening.RESUMED, at))

    def resolve(self, at: datetime, *, told: bool = True) -> None:
        """The ticket is resolved; telling the requester so is an answer too."""
        if told:
            self.answer(at)
        self._end(ClockKind.RESOLUTION, Happening.STOPPED, at)
        self._end(ClockKind.NEEDED_BY, Happening.STOPPED, at)

    def cancel(
        self, at: datetime, reason: str | None = None, kinds: Iterable[ClockKind] = tuple(ClockKind)
    ) -> None:
        """Clocks end without a verdict: the ticket is cancelled, or what one measures was never recorded."""
        for kind in kinds:
            self._end(kind, Happening.CANCELLED, at, reason)

    def reopen(self, rule: Rule, at: datetime, *, needed_by: datetime | None = None) -> None:
        """Work begins again: a new round of resolution, and of whatever else had been cancelled or is to come."""
        self._start(ClockKind.RESOLUTION, rule, at)
        response = self._last(ClockKind.RESPONSE)
        if response is not None and self.clocks[response][-1].event is Happening.CANCELLED:
            self._start(ClockKind.RESPONSE, rule, at)
        if needed_by is not None and needed_by > at:
            self.need_by(needed_by, at)

    def retarget(
        self, rule: Rule, at: datetime, reason: str | None = None, held_for: HoldReason | None = None
    ) -> None:
        """Priority or council changed: live clocks follow and keep what they have counted.

        `held_for` is what the ticket is on hold for: under the new rule that
        may pause its clocks where it did not before, or no longer do so.
        """
        for key in self._live(WORKING):
            self._aim(key, rule, at, reason, held_for)

    def follow(
        self,
        rule_of: Callable[[Line], Rule | None],
        at: datetime,
        reason: str | None = None,
        held_for: HoldReason | None = None,
    ) -> None:
        """Policies changed. `rule_of` says of a clock's terms what it goes by now; None leaves it with them."""
        for key in self._live(WORKING):
            if (rule := rule_of(self.terms(key))) is not None:
                self._aim(key, rule, at, reason, held_for)

    def need_by(self, until: datetime | None, at: datetime) -> None:
        """The moment by which it must be done is set, moved or dropped."""
        key = self._last(ClockKind.NEEDED_BY)
        live = key is not None and self._is_live(key)
        if until is None:
            self._end(ClockKind.NEEDED_BY, Happening.CANCELLED, at)
        elif key is None or not live:
            number = key[1] + 1 if key else 1
            self._add(Line(ClockKind.NEEDED_BY, number, Happening.STARTED, at, target=_wall(until, at)))
        elif (was := self.terms(key).target) and was.until != until:
            self._add(Line(*key, Happening.POLICY_CHANGED, at, None, _wall(until, at)))

    # What follows from it

    def facts(self, key: Key) -> list[Fact]:
        return [
            Fact(
                line.event,
                line.at,
                line.reason or "",
                line.target,
                self.calendars.by_id(line.calendar_id) if line.calendar_id else None,
            )
            for line in self.clocks[key]
        ]

    def carried(self, key: Key) -> Elapsed | None:
        """What the rounds before this one used up."""
        kind, number = key
        if number == 1 or kind is ClockKind.NEEDED_BY:
            return None
        return self.reading((kind, number - 1)).elapsed

    def reading(self, key: Key, now: datetime | None = None) -> Reading:
        return read(self.facts(key), now, self.carried(key))

    def reached(self, key: Key, share: Fraction) -> datetime | None:
        """When so much of the clock's target is or was used up; None unless it runs."""
        return reached(self.facts(key), share, self.carried(key))

    def explained(self, key: Key, now: datetime) -> list[Stretch]:
        return explain(self.facts(key), now, self.carried(key))

    def columns(self, now: datetime | None = None) -> dict[Key, dict[str, Any]]:
        """Per clock, the columns of its row. With `now`, a breach that has come by then is in them."""
        return {key: self.columns_of(key, now) for key in self.clocks}

    def columns_of(self, key: Key, now: datetime | None = None) -> dict[str, Any]:
        """The columns of one clock's row."""
        reading = self.reading(key)
        terms = self.terms(key)
        breached_at, breaches_at = reading.breached_at, reading.breaches_at
        if now is not None and breaches_at is not None and breaches_at < now:
            breached_at, breaches_at = breaches_at, None
        return {
            "calendar_id": terms.calendar_id,
            "policy_id": terms.policy_id,
            "amount": reading.target.amount,
            "unit": reading.target.unit,
            "stage": reading.stage,
            "started_at": reading.started_at,
            "due_at": reading.due_at,
            "breaches_at": breaches_at,
            "breached_at": breached_at,
            "stopped_at": reading.stopped_at,
            "elapsed_seconds": reading.elapsed.seconds,
            "elapsed_microdays": int(reading.elapsed.days * 1_000_000),
            "paused_seconds": reading.paused.seconds,
        }

    # Inside

    def _start(self, kind: ClockKind, rule: Rule, at: datetime) -> None:
        last = self._last(kind)
        if last is not None and self._is_live(last):
            return
        number = last[1] + 1 if last else 1
        target = rule.targets[kind]
        self._add(Line(kind, number, Happening.STARTED, at, None, target, rule.calendar_id, rule.policy_id))

    def _aim(
        self, key: Key, rule: Rule, at: datetime, reason: str | None, held_for: HoldReason | None
    ) -> None:
        was, target = self.terms(key), rule.targets[key[0]]
        if (was.target, was.policy_id) != (target, rule.policy_id):
            self._add(
                Line(*key, Happening.POLICY_CHANGED, at, reason, target, rule.calendar_id, rule.policy_id)
            )
        elif was.calendar_id != rule.calendar_id:
            self._add(Line(*key, Happening.CALENDAR_CHANGED, at, reason, None, rule.calendar_id))
        if held_for is not None:
            self._hold(key, held_for, at, held_for in rule.pauses)

    def _hold(self, key: Key, reason: HoldReason, at: datetime, pauses: bool) -> None:
        paused = self._pause_of(key)
        if pauses and (paused is None or paused.reason != reason.value):
            self._add(Line(*key, Happening.PAUSED, at, reason.value))
        elif not pauses and paused is not None:
            self._add(Line(*key, Happening.RESUMED, at))

    def _end(self, kind: ClockKind, how: Happening, at: datetime, reason: str | None = None) -> None:
        key = self._last(kind)
        if key is not None and self._is_live(key):
            self._add(Line(*key, how, at, reason))

    def _add(self, line: Line) -> None:
        """Write one more line. Clocks of several machines differ a little: nothing happens before the last line."""
        lines = self.clocks.setdefault((line.kind, line.round), [])
        if lines and line.at < lines[-1].at:
            line = replace(line, at=lines[-1].at)
        lines.append(line)
        self.added.append(line)

    def _last(self, kind: ClockKind) -> Key | None:
        return max((key for key in self.clocks if key[0] is kind), key=lambda key: key[1], default=None)

    def _live(self, kinds: Iterable[ClockKind]) -> Iterator[Key]:
        keys = (self._last(kind) for kind in kinds)
        return (key for key in keys if key is not None and self._is_live(key))

    def _is_live(self, key: Key) -> bool:
        return self.clocks[key][-1].event not in (Happening.STOPPED, Happening.CANCELLED)

    def _pause_of(self, key: Key) -> Line | None:
        """The line by which the clock is paused, if it is."""
        moves = (Happening.STARTED, Happening.PAUSED, Happening.RESUMED)
        last = next(line for line in reversed(self.clocks[key]) if line.event in moves)
        return last if last.event is Happening.PAUSED else None

    def terms(self, key: Key) -> Line:
        """Target, policy and calendar as they last were said, and when target and policy were."""
        terms = self.clocks[key][0]
        for line in self.clocks[key][1:]:
            if line.event is Happening.POLICY_CHANGED:
                terms = replace(
                    terms,
                    at=line.at,
                    target=line.target,
                    policy_id=line.policy_id,
                    calendar_id=line.calendar_id or terms.calendar_id,
                )
            elif line.event is Happening.CALENDAR_CHANGED:
                terms = replace(terms, calendar_id=line.calendar_id)
        return terms


def ticket_columns(clocks: Mapping[Key, Mapping[str, Any]]) -> dict[str, Any]:
    """What the ticket's row repeats of its live clocks, so that lists need no join."""
    live = [(key, row) for key, row in clocks.items() if row["stage"].is_live]
    due = min(((row["due_at"], key[0].value, key[0]) for key, row in live if row["due_at"]), default=None)
    return {
        "due_sort": due[0] if due else FAR_FUTURE,
        "due_kind": due[2] if due else None,
        "past_target_at": min((row["breached_at"] for _, row in live if row["breached_at"]), default=None),
    }


def _wall(until: datetime, at: datetime) -> Target:
    return Target(Unit.WALL, max(until - at, timedelta(0)) // timedelta(minutes=1), until)
