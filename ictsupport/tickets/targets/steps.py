"""What happens before and after a target runs out, planned ahead: one row for each clock and step.

A policy lists its steps: {"clock": "resolution", "percent": 80, "do": "notify"},
{"clock": "response", "percent": 100, "do": "raise priority"} or
{"clock": "resolution", "after": [1, "working days"], "do": "move", "queue": 3}.
Whenever a clock moves, its pending steps move with it; taking them when they
have come is another matter (escalating.py).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, select, update

from ... import clock
from ...database import Rows, db, insert_all
from ...unchanged import until_changed
from ..models import ClockKind
from .clocks import Happening, Unit
from .clockwork import Clockwork, Key
from .models import ClockEvent, ClockStep, Policy

CLOCKS = {"response": ClockKind.RESPONSE, "resolution": ClockKind.RESOLUTION}
LONGEST = {Unit.MINUTES: 60 * 24 * 366, Unit.WORKING_DAYS: 366}


class BadStep(ValueError):
    """A step that makes no sense, in words for the person who entered it."""


class Deed(enum.Enum):
    """What is done when a step has come. To notify changes nothing on the ticket."""

    NOTIFY = "notify"
    RAISE = "raise priority"
    MOVE = "move"


@dataclass(frozen=True)
class Step:
    """A share of the target, or a while after it was due, and what is done then."""

    clock: ClockKind
    deed: Deed
    percent: int | None = None
    after: tuple[int, Unit] | None = None
    queue_id: int | None = None

    @classmethod
    def parse(cls, given: Any) -> Step:
        """Read a step as a policy keeps it."""
        try:
            after = given.get("after")
            step = cls(
                clock=CLOCKS[given["clock"]],
                deed=Deed(given["do"]),
                percent=int(given["percent"]) if "percent" in given else None,
                after=(int(after[0]), Unit(after[1])) if after else None,
                queue_id=int(given["queue"]) if given.get("queue") else None,
            )
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as trouble:
            raise BadStep("A step names a clock, when it comes, and what is done then.") from trouble
        if (step.percent is None) == (step.after is None):
            raise BadStep("A step comes at a share of the target or a while after it, not both.")
        if step.percent is not None and not 1 <= step.percent <= 1000:
            raise BadStep("A step comes at 1 to 1,000 per cent of the target.")
        if step.after is not None and not 0 < step.after[0] <= LONGEST.get(step.after[1], 0):
            raise BadStep("A step comes at most a year after the target.")
        if (step.deed is Deed.MOVE) != (step.queue_id is not None):
            raise BadStep("A step that moves the ticket, and only that, names a queue.")
        return step

    @property
    def name(self) -> str:
        if self.after is None:
            return f"{self.percent}%"
        amount, unit = self.after
        words = unit.value.removesuffix("s") if amount == 1 else unit.value
        return f"+{amount} {words}"

    def at(self, work: Clockwork, key: Key) -> datetime | None:
        """When it comes, as the clock stands; None unless that runs."""
        if self.after is None:
            return work.reached(key, Fraction(self.percent or 0, 100))
        due, calendar_id = work.reached(key, Fraction(1)), work.terms(key).calendar_id
        if due is None or calendar_id is None:
            return None
        calendar, (amount, unit) = work.calendars.by_id(calendar_id), self.after
        if unit is Unit.WORKING_DAYS:
            return calendar.add_working_days(due, amount)
        return calendar.add(due, timedelta(minutes=amount))


def parse_steps(given: Sequence[Any]) -> list[Step]:
    """All steps of a policy; two that come at the same point of the same clock are refused."""
    steps = [Step.parse(each) for each in given]
    if len({(step.clock, step.name) for step in steps}) < len(steps):
        raise BadStep("Two steps come at the same point of the same clock.")
    return steps


Steps = Mapping[int | None, Sequence[Step]]


@until_changed(Policy)
def steps_of_policies() -> Steps:
    """The steps of every policy that has any."""
    rows = db.session.execute(select(Policy.id, Policy.steps)).all()
    return {row.id: parse_steps(row.steps) for row in rows if row.steps}


@dataclass(frozen=True)
class Change:
    """How a stored step differs from the plan. `step_id` is None where there is none, `planned` False for one too many."""

    ticket_id: int
    key: Key
    name: str
    step_id: int | None
    stored: datetime | None
    wanted: datetime | None
    planned: bool = True


def plan(works: Mapping[int, Clockwork], *, new: bool = False, lines: Sequence[dict[str, Any]] = ()) -> None:
    """Let the pending steps of these tickets follow their clocks; `new` tickets have none stored yet.

    `lines` are the clock events that are still to be written: both are written together.

    A step that lies in the past when it is first planned (a ticket taken over
    from elsewhere, a policy that is new) is passed over, not taken.
    """
    found = list(changes(works, steps_of_policies(), new=new))
    carry_out(found, clock.now(), lines)


def changes(works: Mapping[int, Clockwork], steps: Steps, *, new: bool = False) -> Iterator[Change]:
    """In what the stored steps of these tickets differ from the plan. Those taken are over and done with."""
    stored: dict[int, dict[tuple[Key, str], Any]] = {ticket_id: {} for ticket_id in works}
    if not new:
        rows: Any = db.session.execute(select(ClockStep.__table__).where(ClockStep.ticket_id.in_(works)))
        for row in rows:
            stored[row.ticket_id][(row.kind, row.round), row.name] = row
    for ticket_id, work in works.items():
        wanted = dict(_wanted(work, steps))
        for (key, name), at in wanted.items():
            kept = stored[ticket_id].get((key, name))
            if kept is None:
                yield Change(ticket_id, key, name, None, None, at)
            elif kept.taken_at is None and kept.at != at:
                yield Change(ticket_id, key, name, kept.id, kept.at, at)
        for (key, name), row in stored[ticket_id].items():
            if row.taken_at is None and (key, name) not in wanted:
                yield Change(ticket_id, key, name, row.id, row.at, None, planned=False)


def carry_out(found: Sequence[Change], now: datetime, lines: Sequence[dict[str, Any]] = ()) -> None:
    """Store the plan's side of these differences, after the clock events it follows from if they are not written yet."""
    new = [
        {
            "ticket_id": change.ticket_id,
            "kind": change.key[0],
            "round": change.key[1],
            "name": change.name,
            "at": change.wanted,
            "taken_at": now if change.wanted is not None and change.wanted <= now else None,
        }
        for change in found
        if change.step_id is None
    ]
    moved = [
        {"id": change.step_id, "at": change.wanted} for change in found if change.step_id and change.planned
    ]
    dropped = [change.step_id for change in found if not change.planned]
    insert_all(Rows(ClockEvent, lines), Rows(ClockStep, new))
    if moved:
        db.session.execute(update(ClockStep), moved)
    if dropped:
        gone = delete(ClockStep).where(ClockStep.id.in_(dropped))
        db.session.execute(gone, execution_options={"synchronize_session": False})


def _wanted(work: Clockwork, steps: Steps) -> Iterator[tuple[tuple[Key, str], datetime | None]]:
    for key, lines in work.clocks.items():
        if lines[-1].event in (Happening.STOPPED, Happening.CANCELLED):
            continue
        for step in steps.get(work.terms(key).policy_id, ()):
            if step.clock is key[0]:
                yield (key, step.name), step.at(work, key)
