"""What a clock says, worked out from the facts about it and from nothing else.

A clock measures one target of a ticket. Its facts (started, paused, resumed,
stopped, ...) are only ever added to. `read` turns them into a reading, and
`explain` into the stretches that the reading is the sum of: the same facts
give the same answer on any day, which is how the stored columns are proved.

Nothing here knows of a database or a web page.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property

from ...hours import Calendar, Day, Elapsed, NeverOpen, Version


class Unit(enum.Enum):
    """In what a target is counted. Wall time runs day and night and is never paused."""

    MINUTES = "minutes"
    WORKING_DAYS = "working days"
    WALL = "wall"


class Stage(enum.Enum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def is_live(self) -> bool:
        return self in (Stage.RUNNING, Stage.PAUSED)


class Happening(enum.Enum):
    """What can happen to a clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    POLICY_CHANGED = "policy changed"
    CALENDAR_CHANGED = "calendar changed"


class BadFacts(ValueError):
    """Facts that cannot have happened in this order."""


@dataclass(frozen=True)
class Target:
    """How long something may take: so many minutes or working days, or until a moment in wall time."""

    unit: Unit
    amount: int = 0
    until: datetime | None = None

    def __post_init__(self) -> None:
        if (self.until is None) == (self.unit is Unit.WALL):
            raise BadFacts("A target in wall time, and only that, is a moment")
        if self.amount < 0:
            raise BadFacts("A target cannot be less than nothing")


@dataclass(frozen=True)
class Fact:
    """One thing that happened to a clock. Starting says target and calendar; a change, what it changes."""

    happening: Happening
    at: datetime
    reason: str = ""
    target: Target | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Reading:
    """How a clock stands.

    ``due_at`` is the earliest instant at which the target is used up;
    ``breaches_at`` the first moment after it that counts, for as long as it
    has not come. A clock that is paused, met or cancelled has neither. A
    breach is judged by time, not by instants: a reply after closing to a
    target that ran out exactly at closing is in time.
    """

    stage: Stage
    target: Target
    calendar: Calendar | None
    started_at: datetime
    due_at: datetime | None
    breaches_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    elapsed: Elapsed
    paused: Elapsed
    paused_because: str


@dataclass(frozen=True)
class Stretch:
    """A part of a clock's life during which one thing held: one line of its explanation."""

    start: datetime
    end: datetime
    running: bool
    why: str
    worked: Elapsed
    total: Elapsed
    calendar: Calendar | None
    version: Version | None

    @property
    def exceptions(self) -> list[Day]:
        """The days in it whose hours were not those of a plain week."""
        if self.calendar is None:
            return []
        first = self.calendar.local(self.start).date()
        last = self.calendar.local(self.end - timedelta(microseconds=1)).date()
        days = (self.calendar.day(first + timedelta(days=n)) for n in range((last - first).days + 1))
        return [day for day in days if day.is_exception]


def read(facts: Sequence[Fact], now: datetime | None = None, carried: Elapsed | None = None) -> Reading:
    """The reading as of the last fact, or as of ``now`` where that is given and the clock still runs.

    ``carried`` is what earlier rounds used up: a reopened ticket starts a new
    round with it.

    A target that is changed is the target from the start: elapsed and paused
    time stay as they are. What is past the new target only by the change is
    breached at the moment of the change, what no longer is past it is not
    breached.
    """
    life = _live(facts, now)
    elapsed = sum((span.worked for span in life.spans if span.running), carried or Elapsed())
    paused = sum((span.worked for span in life.spans if not span.running), Elapsed())
    due_at, breach = _used_up(life, carried or Elapsed(), _amount(life))
    exceeded = _counted(elapsed, life.target) > _amount(life)
    stage = life.stage
    if stage is Stage.MET and exceeded:
        stage = Stage.MISSED
    return Reading(
        stage=stage,
        target=life.target,
        calendar=life.calendar,
        started_at=life.started_at,
        due_at=due_at if stage in (Stage.RUNNING, Stage.MISSED) else None,
        breaches_at=breach if stage is Stage.RUNNING and not exceeded else None,
        breached_at=max(breach, life.target_since) if exceeded and breach else None,
        stopped_at=life.stopped_at,
        elapsed=elapsed,
        paused=paused,
        paused_because=life.reason if stage is Stage.PAUSED else "",
    )


def reached(facts: Sequence[Fact], share: Fraction, carried: Elapsed | None = None) -> datetime | None:
    """When so much of the target is or was used up (1 is all of it); None unless the clock runs."""
    life = _live(facts, None)
    if life.stage is not Stage.RUNNING:
        return None
    return _used_up(life, carried or Elapsed(), _amount(life) * share)[0]


def explain(facts: Sequence[Fact], now: datetime, carried: Elapsed | None = None) -> list[Stretch]:
    """Every stretch of the clock's life until it ended or until now, with what it added to the total."""
    total = carried or Elapsed()
    stretches = []
    for span in _live(facts, now).spans:
        for start, end, version in _by_version(span):
            worked = span.count(start, end)
            total = total + worked if span.running else total
            stretches.append(
                Stretch(start, end, span.running, span.why, worked, total, span.calendar, version)
            )
    return [stretch for stretch in stretches if stretch.start < stretch.end]


@dataclass(frozen=True)
class _Span:
    """From one fact to the next."""

    start: datetime
    end: datetime
    running: bool
    why: str
    calendar: Calendar | None

    def count(self, start: datetime, end: datetime) -> Elapsed:
        if self.calendar is None:
            return Elapsed(end - start, Fraction((end - start) // timedelta(microseconds=1), 86_400_000_000))
        return self.calendar.elapsed(start, end)

    @cached_property
    def worked(self) -> Elapsed:
        return self.count(self.start, self.end)

    def used_up(self, target: Target, left: Fraction) -> datetime:
        """When so much more has been counted since the start of the span, however long the span is."""
        if target.unit is Unit.WORKING_DAYS and self.calendar:
            return self.calendar.add_working_days(self.start, left)
        amount = timedelta(microseconds=int(left))
        return self.calendar.add(self.start, amount) if self.calendar else self.start + amount

    def next_open(self, after: datetime) -> datetime | None:
        try:
            return self.calendar.next_open(after) if self.calendar else after
        except NeverOpen:
            return None


@dataclass
class _Life:
    """The facts put together: the spans between them and what holds at their end."""

    started_at: datetime
    target: Target
    target_since: datetime
    calendar: Calendar | None
    stage: Stage
    reason: str
    stopped_at: datetime | None
    spans: list[_Span]


def _live(facts: Sequence[Fact], now: datetime | None) -> _Life:
    if not facts or facts[0].happening is not Happening.STARTED or facts[0].target is None:
        raise BadFacts("The first fact about a clock is that it started, with a target")
    first = facts[0]
    assert first.target is not None
    life = _Life(first.at, first.target, first.at, first.calendar, Stage.RUNNING, "", None, [])
    _refuse_missing_calendar(life)
    at, why = first.at, "started"
    for fact in facts[1:]:
        if fact.at < at:
            raise BadFacts(f"“{fact.happening.value}” at {fact.at} comes after a fact of {at}")
        life.spans.append(_Span(at, fact.at, life.stage is Stage.RUNNING, why, life.calendar))
        why = _take(life, fact) or why
        at = fact.at
    if life.stage.is_live:
        end = max(at, now) if now else at
        life.spans.append(_Span(at, end, life.stage is Stage.RUNNING, why, life.calendar))
    return life


def _take(life: _Life, fact: Fact) -> str:
    """Let one more thing happen; returns why the clock does from then on what it does."""
    happening = fact.happening
    if not life.stage.is_live:
        raise BadFacts(f"A clock that has ended cannot be {happening.value}")
    if happening is Happening.PAUSED:
        if life.target.unit is Unit.WALL:
            raise BadFacts("A clock in wall time is never paused")
        life.stage, life.reason = Stage.PAUSED, fact.reason
        return fact.reason or "paused"
    if happening is Happening.RESUMED:
        if life.stage is not Stage.PAUSED:
            raise BadFacts("Only a paused clock can be resumed")
        life.stage, life.reason = Stage.RUNNING, ""
        return fact.reason or "resumed"
    if happening in (Happening.STOPPED, Happening.CANCELLED):
        life.stage = Stage.CANCELLED if happening is Happening.CANCELLED else Stage.MET
        life.stopped_at = fact.at
        return ""
    return _retarget(life, fact)


def _retarget(life: _Life, fact: Fact) -> str:
    if fact.happening is Happening.STARTED:
        raise BadFacts("A clock starts once")
    if fact.happening is Happening.POLICY_CHANGED and fact.target is None:
        raise BadFacts("A change of policy names the target")
    if fact.target is not None:
        if (fact.target.unit is Unit.WALL) != (life.target.unit is Unit.WALL):
            raise BadFacts("A clock in wall time stays in wall time")
        life.target, life.target_since = fact.target, fact.at
    life.calendar = fact.calendar or life.calendar
    _refuse_missing_calendar(life)
    return "" if life.stage is Stage.PAUSED else fact.reason or fact.happening.value


def _refuse_missing_calendar(life: _Life) -> None:
    if (life.calendar is None) != (life.target.unit is Unit.WALL):
        raise BadFacts("A target in working time, and only that, is counted by a calendar")


def _amount(life: _Life) -> Fraction:
    """How much the target allows, in its own measure: working days, or microseconds."""
    if life.target.unit is Unit.WORKING_DAYS:
        return Fraction(life.target.amount)
    if life.target.until is not None:
        allowed = life.target.until - life.started_at
        return Fraction(max(allowed, timedelta(0)) // timedelta(microseconds=1))
    return Fraction(life.target.amount * 60_000_000)


def _counted(elapsed: Elapsed, target: Target) -> Fraction:
    if target.unit is Unit.WORKING_DAYS:
        return elapsed.days
    return Fraction(elapsed.time // timedelta(microseconds=1))


def _used_up(life: _Life, carried: Elapsed, amount: Fraction) -> tuple[datetime | None, datetime | None]:
    """When an amount is used up, and the first moment after it that counts; None while neither is known."""
    used = _counted(carried, life.target)
    due_at: datetime | None = None
    if used > amount:
        return life.started_at, life.started_at
    for span, goes_on in _running(life):
        if due_at is None:
            worked = _counted(span.worked, life.target)
            if not goes_on and used + worked < amount:
                used += worked
                continue
            due_at = span.used_up(life.target, amount - used)
        breach = span.next_open(max(due_at, span.start))
        if goes_on or (breach and breach < span.end):
            return due_at, breach
    return due_at, None


def _running(life: _Life) -> Iterator[tuple[_Span, bool]]:
    """The spans in which time was counted, and whether counting still goes on at the end of it."""
    last = life.spans[-1] if life.spans else None
    for span in life.spans:
        if span.running:
            yield span, span is last and life.stage is Stage.RUNNING


def _by_version(span: _Span) -> Iterator[tuple[datetime, datetime, Version | None]]:
    """The span cut where a new version of the opening hours takes over."""
    if span.calendar is None:
        yield span.start, span.end, None
        return
    start = span.start
    for version in span.calendar.versions[1:]:
        change = span.calendar.midnight(version.effective_from)
        if start < change < span.end:
            yield start, change, span.calendar.version_on(span.calendar.local(start).date())
            start = change
    yield start, span.end, span.calendar.version_on(span.calendar.local(start).date())
