"""Years of opening hours laid out as stretches of UTC with running totals, so that counting is a look-up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

FIRST_YEAR, LAST_YEAR = 1970, 2099
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PATIENCE = timedelta(days=731)
LONGEST_GAP = PATIENCE // MICROSECOND


class OutOfReach(ValueError):
    """A moment too far away for opening hours to mean anything."""


@dataclass(frozen=True)
class Elapsed:
    """Time counted while open, in both measures: each open day weighs one working day, however long."""

    time: timedelta = timedelta(0)
    days: Fraction = Fraction(0)

    def __add__(self, other: Elapsed) -> Elapsed:
        return Elapsed(self.time + other.time, self.days + other.days)

    def __sub__(self, other: Elapsed) -> Elapsed:
        return Elapsed(self.time - other.time, self.days - other.days)

    @property
    def seconds(self) -> int:
        return self.time // timedelta(seconds=1)


@dataclass(frozen=True)
class Year:
    number: int
    days: Sequence[Sequence[tuple[int, int]]]


@dataclass
class Layout:
    """Neighbouring years as one row of open stretches, each with the totals before it."""

    years: Sequence[Year]
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)  # open time before each stretch
    day_of: list[int] = field(default_factory=list)  # the number of the open day it belongs to
    into: list[int] = field(default_factory=list)  # open time of that day before it
    first_of: list[int] = field(default_factory=list)  # per open day: its first stretch
    length_of: list[int] = field(default_factory=list)  # per open day: its open time
    deserts: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.from_year = self.years[0].number if self.years else LAST_YEAR + 1
        self.until_year = self.years[-1].number + 1 if self.years else FIRST_YEAR
        total = 0
        for spans in (spans for year in self.years for spans in year.days):
            self.first_of.append(len(self.starts))
            into = 0
            for start, end in spans:
                self.starts.append(start)
                self.ends.append(end)
                self.before.append(total + into)
                self.day_of.append(len(self.length_of))
                self.into.append(into)
                into += end - start
            self.length_of.append(into)
            total += into
        self.total = total
        gaps = zip([0, *self.ends], self.starts, strict=False)
        self.deserts = [(end, start) for end, start in gaps if start - end > LONGEST_GAP]

    def time_at(self, us: int) -> int:
        i = bisect_right(self.starts, us) - 1
        return self.before[i] + min(us, self.ends[i]) - self.starts[i] if i >= 0 else 0

    def total_at(self, us: int) -> Elapsed:
        i = bisect_right(self.starts, us) - 1
        if i < 0:
            return Elapsed()
        done = min(us, self.ends[i]) - self.starts[i]
        day = self.day_of[i]
        days = day + Fraction(self.into[i] + done, self.length_of[day])
        return Elapsed((self.before[i] + done) * MICROSECOND, days)

    def lasts_for_time(self, wanted: int) -> bool:
        return wanted <= self.total

    def lasts_for_days(self, wanted: Fraction) -> bool:
        return wanted <= len(self.length_of)

    def instant_of_time(self, wanted: int) -> int:
        i = bisect_left(self.before, wanted) - 1
        return self.starts[i] + wanted - self.before[i]

    def instant_of_days(self, wanted: Fraction) -> int:
        day = -(-wanted.numerator // wanted.denominator) - 1
        into = int((wanted - day) * self.length_of[day])
        i = self.first_of[day]
        while i + 1 < len(self.starts) and self.day_of[i + 1] == day and self.into[i + 1] < into:
            i += 1
        return self.starts[i] + into - self.into[i]


def microseconds(at: datetime) -> int:
    """The microseconds since the epoch of a moment."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (at - EPOCH) // MICROSECOND


def year_of(at: datetime) -> int:
    """The year of a moment, if opening hours reach that far."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise OutOfReach(f"Opening hours are known from {FIRST_YEAR} to {LAST_YEAR} only.")
    return at.year
