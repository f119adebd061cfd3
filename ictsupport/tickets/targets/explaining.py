"""How each due time of a ticket came about, in words for the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import select

from ...database import db
from ...hours import Elapsed
from ...pages.filters import local, moment, plain_date
from ..models import ClockKind, HoldReason, Ticket
from .clocks import Happening, Reading, Stretch, Target, Unit
from .clockwork import Clockwork, Key
from .models import ClockStep, Policy
from .timing import clockwork_of

NAMES = {
    ClockKind.RESPONSE: "First response",
    ClockKind.RESOLUTION: "Resolution",
    ClockKind.NEEDED_BY: "Needed by",
}
WHY = {
    Happening.STARTED.value: "The clock started",
    Happening.RESUMED.value: "Off hold again",
    Happening.POLICY_CHANGED.value: "The target changed",
    Happening.CALENDAR_CHANGED.value: "Other opening hours count",
}
HOLDS = frozenset(reason.value for reason in HoldReason)


@dataclass(frozen=True)
class ExplainedClock:
    """One clock of a ticket, with every stretch of its life."""

    kind: ClockKind
    round: int
    reading: Reading
    carried: Elapsed | None
    stretches: list[Stretch]
    policy: str
    steps: Sequence[ClockStep]

    @property
    def name(self) -> str:
        return NAMES[self.kind] + (f", round {self.round}" if self.round > 1 else "")

    @property
    def anchor(self) -> str:
        return f"{self.kind.name.lower().replace('_', '-')}-{self.round}"

    @property
    def target(self) -> str:
        return target_words(self.reading.target)

    @property
    def calendar(self) -> str:
        return self.reading.calendar.name if self.reading.calendar else ""

    @property
    def in_days(self) -> bool:
        return self.reading.target.unit is Unit.WORKING_DAYS

    @property
    def left(self) -> str:
        """What is left of the target while the clock is alive and in time; otherwise nothing."""
        reading = self.reading
        if not reading.stage.is_live or reading.breached_at is not None or reading.target.unit is Unit.WALL:
            return ""
        if self.in_days:
            return days(reading.target.amount - reading.elapsed.days)
        return span(timedelta(minutes=reading.target.amount) - reading.elapsed.time)

    def counted(self, elapsed: Elapsed) -> str:
        """An amount of time in the target's own measure, and in hours."""
        return f"{days(elapsed.days)} ({span(elapsed.time)})" if self.in_days else span(elapsed.time)


def explained_clocks(ticket: Ticket, now: datetime) -> list[ExplainedClock]:
    """The clocks of a ticket as they stand now, by kind and round."""
    work = clockwork_of(ticket)
    policies = _policy_names(work, now)
    steps = db.session.scalars(
        select(ClockStep).where(ClockStep.ticket_id == ticket.id).order_by(ClockStep.at, ClockStep.id)
    ).all()
    order = list(ClockKind)
    return [
        ExplainedClock(
            kind=key[0],
            round=key[1],
            reading=work.reading(key, now),
            carried=work.carried(key),
            stretches=work.explained(key, now),
            policy=policies.get(work.terms(key).policy_id, ""),
            steps=[step for step in steps if (step.kind, step.round) == key],
        )
        for key in sorted(work.clocks, key=lambda key: (order.index(key[0]), key[1]))
    ]


def why(stretch: Stretch) -> str:
    """Why the clock ran, or did not, in words."""
    if stretch.why in HOLDS:
        return f"On hold: {stretch.why}"
    return WHY.get(stretch.why, stretch.why[:1].upper() + stretch.why[1:])


def target_words(target: Target) -> str:
    """30 minutes, 4 hours, 5 working days; empty for a moment in wall time."""
    if target.unit is Unit.WALL:
        return ""
    if target.unit is Unit.WORKING_DAYS:
        return "1 working day" if target.amount == 1 else f"{target.amount:,} working days"
    return span(timedelta(minutes=target.amount))


def span(time: timedelta) -> str:
    """4 h 30 min 5 s, exact to the second; parts that are nought are left out."""
    seconds = int(time.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{amount:,} {unit}" for amount, unit in parts if amount) or "0 min"


def hundredths(amount: Fraction) -> str:
    """1.25, rounded to a hundredth; noughts behind the point are left out."""
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")


def days(amount: Fraction) -> str:
    """1.25 working days"""
    rounded = hundredths(amount)
    return f"{rounded} working day{'' if rounded == '1' else 's'}"


def exact(at: datetime) -> str:
    """18 November 2026 at 9:30am, and at 9:30:36am where it matters to the second."""
    if not local(at).second:
        return moment(at)
    return (
        f"{plain_date(at)} at {local(at):%I:%M:%S%p}".replace(" at 0", " at ")
        .replace("AM", "am")
        .replace("PM", "pm")
    )


def _policy_names(work: Clockwork, now: datetime) -> Mapping[int | None, str]:
    """The policies by name; one that has ended since still holds for clocks that had their target from it."""
    ids = {work.terms(key).policy_id for key in _counted(work)}
    rows = db.session.execute(
        select(Policy.id, Policy.name, Policy.effective_to).where(Policy.id.in_(ids))
    ).all()
    return {
        row.id: f"{row.name}, as it was until {moment(row.effective_to)}"
        if row.effective_to is not None and row.effective_to <= now
        else row.name
        for row in rows
    }


def _counted(work: Clockwork) -> list[Key]:
    return [key for key in work.clocks if key[0] is not ClockKind.NEEDED_BY]
