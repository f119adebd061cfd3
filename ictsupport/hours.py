"""Opening hours, and time counted only while open.

A calendar is made of facts: the weekly windows of each version and the day it
counts from, bank holidays, closures, and days with hours of their own. From
these, each year is laid out once as stretches of UTC with running totals, so
that "how long" and "until when" are two look-ups however long the span is.

All counting is done on UTC instants in whole microseconds: neither the
server's time zone nor a change of the clocks can make an hour too few or too
many. Nothing here knows of a database or a web page.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITED_KINGDOM = ("ENG", "NIR", "SCT", "WLS")
FIRST_YEAR, LAST_YEAR = 1970, 2099
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PATIENCE = timedelta(days=731)
LONGEST_GAP = PATIENCE // MICROSECOND


class BadHours(ValueError):
    """Opening hours that make no sense, in words for the person who typed them."""


class NeverOpen(ValueError):
    """The calendar does not open again within two years."""


class OutOfReach(ValueError):
    """A moment too far away for opening hours to mean anything."""


@dataclass(frozen=True, order=True)
class Window:
    """Open from one wall time to another on the same day, in minutes after midnight; 24:00 may end it."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens <= MINUTES_A_DAY and 0 <= self.closes <= MINUTES_A_DAY):
            raise BadHours("Opening hours must lie between 00:00 and 24:00.")
        if self.opens == self.closes:
            raise BadHours(f"Opening at {_wall(self.opens)} and closing at the same time is not open at all.")
        if self.opens > self.closes:
            raise BadHours(
                f"{self} ends before it starts. Hours past midnight are entered as two days: until 24:00, "
                "and from 00:00 on the next day."
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read '08:30-17:00' (a hyphen, a dash or 'to' between the times)."""
        parts = text.replace("–", "-").replace(" to ", "-").split("-")
        if len(parts) != 2:
            raise BadHours(f"“{text.strip()}” is not a pair of times such as 08:30-17:00.")
        return cls(_minutes(parts[0]), _minutes(parts[1]))

    def __str__(self) -> str:
        return f"{_wall(self.opens)} to {_wall(self.closes)}"


def parse_windows(text: str) -> tuple[Window, ...]:
    """Read several windows of one day, with commas between: '08:30-12:00, 13:00-17:00'."""
    return tuple(Window.parse(part) for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Version:
    """The weekly hours from a day on, until the next version takes over.

    ``week`` maps weekdays (Monday is 0) to their windows; a day that is not
    in it is closed. ``holidays`` names whose bank holidays close it
    ("GB-ENG"), or is None for hours that know no holidays.
    """

    effective_from: date
    week: Mapping[int, tuple[Window, ...]] = field(hash=False)
    holidays: str | None = "GB-ENG"
    name: str = ""

    def __post_init__(self) -> None:
        if not any(self.week.values()):
            raise BadHours("A week without any opening hours is never open.")
        for weekday, windows in self.week.items():
            if weekday not in range(7):
                raise BadHours(f"There is no weekday {weekday}: Monday is 0, Sunday is 6.")
            _refuse_overlaps(WEEKDAYS[weekday], windows)
        tidy = {weekday: tuple(sorted(windows)) for weekday, windows in self.week.items() if windows}
        object.__setattr__(self, "week", MappingProxyType(tidy))


@dataclass(frozen=True)
class Closure:
    """Closed from a day to another, both included."""

    first: date
    last: date
    reason: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadHours(f"The closure “{self.reason}” ends before it starts.")


@dataclass(frozen=True)
class SpecialDay:
    """A date with hours of its own. A holiday or closure still closes it, unless open all the same."""

    on: date
    windows: tuple[Window, ...]
    reason: str = ""
    although_holiday: bool = False

    def __post_init__(self) -> None:
        if not self.windows:
            raise BadHours(f"Give at least one pair of times for {self.on:%d %B %Y}, or enter a closure.")
        _refuse_overlaps(f"{self.on:%d %B %Y}", self.windows)
        object.__setattr__(self, "windows", tuple(sorted(self.windows)))


@dataclass(frozen=True)
class Day:
    """What a calendar says about one date, and why."""

    date: date
    windows: tuple[Window, ...]
    version: Version
    why: str

    @property
    def is_open(self) -> bool:
        return bool(self.windows)

    @property
    def is_exception(self) -> bool:
        """Whether anything but the plain week decided this day."""
        return self.windows != self.version.week.get(self.date.weekday(), ())


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


class Calendar:
    """When somebody is there. Give it facts once; it never changes afterwards, so it may be shared freely.

    The earliest version also counts for the time before it, so that old work
    taken over from another system is measured by the oldest hours known.
    """

    def __init__(
        self,
        zone: str,
        versions: Iterable[Version],
        closures: Iterable[Closure] = (),
        special_days: Iterable[SpecialDay] = (),
        name: str = "",
    ) -> None:
        self.name = name
        self.zone = _zone(zone)
        self.versions = tuple(sorted(versions, key=lambda version: version.effective_from))
        if not self.versions:
            raise BadHours("A calendar needs opening hours.")
        self._starts = [version.effective_from for version in self.versions]
        if len(set(self._starts)) < len(self._starts):
            raise BadHours("Two versions of the opening hours start on the same day.")
        self.closures = tuple(sorted(closures, key=lambda closure: (closure.first, closure.last)))
        self.special_days: dict[date, SpecialDay] = {}
        for special in special_days:
            if special.on in self.special_days:
                raise BadHours(f"{special.on:%d %B %Y} has hours of its own twice.")
            self.special_days[special.on] = special
        self._years: dict[int, _Year] = {}
        self._layout = _Layout([])

    def __repr__(self) -> str:
        return f"<Calendar {self.name or self.zone.key}>"

    # What a day is like

    def version_on(self, day: date) -> Version:
        return self.versions[max(0, bisect_right(self._starts, day) - 1)]

    def day(self, day: date) -> Day:
        """The windows of a date and, in words, why it is open or closed."""
        version = self.version_on(day)
        special = self.special_days.get(day)
        weekly = version.week.get(day.weekday(), ())
        closed_because = self._holiday(version, day) or self._closure(day)
        if special and (special.although_holiday or not closed_because):
            return Day(day, special.windows, version, special.reason or "Hours of its own")
        if closed_because:
            return Day(day, (), version, closed_because)
        if not weekly:
            return Day(day, (), version, f"Closed on {WEEKDAYS[day.weekday()]}s")
        return Day(day, weekly, version, "Open as usual")

    def local(self, at: datetime) -> datetime:
        """The wall time of an instant where this calendar is kept."""
        return at.astimezone(self.zone)

    def midnight(self, day: date) -> datetime:
        """The instant a day begins."""
        return EPOCH + self._instant(day, 0) * MICROSECOND

    # Counting

    def is_open(self, at: datetime) -> bool:
        layout, us = self._reach(at, at), _us(at)
        i = bisect_right(layout.starts, us) - 1
        return i >= 0 and us < layout.ends[i]

    def next_open(self, after: datetime) -> datetime:
        """The first open instant at or after the given one."""
        us, limit = _us(after), _us(after + PATIENCE)
        layout = self._reach(after, after)
        while True:
            i = bisect_right(layout.ends, us)
            if i < len(layout.starts):
                start = max(us, layout.starts[i])
                if start > limit:
                    raise self._never_open(after)
                return EPOCH + start * MICROSECOND
            if layout.until_year > (after + PATIENCE).year:
                raise self._never_open(after)
            layout = self._further(layout, after)

    def elapsed(self, start: datetime, end: datetime) -> Elapsed:
        """How long it was open between two instants."""
        if end < start:
            raise ValueError(f"the span ends ({end}) before it starts ({start})")
        layout = self._reach(start, end)
        return layout.total_at(_us(end)) - layout.total_at(_us(start))

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant by which it has been open for this long since the start.

        Time that is used up exactly at closing ends at closing, not at the
        next opening.
        """
        if amount < timedelta(0):
            raise ValueError("only time to come can be added")
        if not amount:
            return start
        layout = self._reach(start, start)
        wanted = layout.time_at(_us(start)) + amount // MICROSECOND
        while not layout.lasts_for_time(wanted):
            layout = self._further(layout, start)
            wanted = layout.time_at(_us(start)) + amount // MICROSECOND
        return self._checked(layout, start, layout.instant_of_time(wanted))

    def add_working_days(self, start: datetime, days: Fraction | int) -> datetime:
        """The earliest instant, down to the microsecond, by which so many working days have passed."""
        if days < 0:
            raise ValueError("only time to come can be added")
        if not days:
            return start
        layout = self._reach(start, start)
        wanted = layout.total_at(_us(start)).days + days
        while not layout.lasts_for_days(wanted):
            layout = self._further(layout, start)
            wanted = layout.total_at(_us(start)).days + days
        return self._checked(layout, start, max(_us(start), layout.instant_of_days(wanted)))

    # Laying out years

    def _reach(self, start: datetime, end: datetime) -> _Layout:
        """A layout that covers both instants, with the days around them."""
        first, last = _year(start - timedelta(days=1)), _year(end + timedelta(days=1))
        layout = self._layout
        if layout.from_year <= first and last < layout.until_year:
            return layout
        if layout.years:
            first, last = min(first, layout.from_year), max(last, layout.until_year - 1)
        return self._lay_out(first, last)

    def _further(self, layout: _Layout, start: datetime) -> _Layout:
        """The layout with one more year, unless the calendar has been closed for too long."""
        if layout.until_year > LAST_YEAR:
            raise OutOfReach(f"Opening hours are known until {LAST_YEAR} only.")
        last_open = max(layout.ends[-1] if layout.ends else 0, _us(start))
        if (layout.until_year - (EPOCH + last_open * MICROSECOND).year) > PATIENCE.days // 365 + 1:
            raise self._never_open(start)
        return self._lay_out(layout.from_year, layout.until_year)

    def _lay_out(self, first: int, last: int) -> _Layout:
        # Threads may do this at the same time: each ends with a whole layout, and the last one is kept.
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = self._lay_out_year(year)
        layout = _Layout([self._years[year] for year in range(first, last + 1)])
        self._layout = layout
        return layout

    def _lay_out_year(self, year: int) -> _Year:
        days: list[list[tuple[int, int]]] = []
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            spans = [
                (self._instant(day, window.opens), self._instant(day, window.closes))
                for window in self.day(day).windows
            ]
            # A window that falls wholly into the hour the clocks skip does not exist that day.
            spans = [(start, end) for start, end in spans if start < end]
            if spans:
                days.append(spans)
        return _Year(year, days)

    def _instant(self, day: date, minutes: int) -> int:
        """The UTC microsecond of a wall time.

        An hour that comes twice is meant the first time; one that the clocks
        skip is the moment they skip it. So neighbouring windows always meet.
        """
        midnight = datetime.combine(day, time(0))
        wall = (midnight + timedelta(minutes=minutes)).replace(tzinfo=self.zone)
        at = wall.astimezone(UTC)
        if at.astimezone(self.zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
            at = self._change_between(wall.replace(fold=1).astimezone(UTC), at)
        return _us(at)

    def _change_between(self, before: datetime, after: datetime) -> datetime:
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after

    def _holiday(self, version: Version, day: date) -> str:
        name = bank_holidays(version.holidays, day.year).get(day) if version.holidays else None
        return f"Bank holiday: {name}" if name else ""

    def _closure(self, day: date) -> str:
        for closure in self.closures:
            if closure.first <= day <= closure.last:
                return closure.reason
        return ""

    def _checked(self, layout: _Layout, start: datetime, us: int) -> datetime:
        begin = _us(start)
        if any(
            end < us and start - max(begin, end) > LONGEST_GAP for end, start in layout.deserts if start < us
        ):
            raise self._never_open(start)
        return EPOCH + us * MICROSECOND

    def _never_open(self, after: datetime) -> NeverOpen:
        name = f"“{self.name}”" if self.name else "The calendar"
        return NeverOpen(f"{name} does not open within two years of {self.local(after):%d %B %Y}.")


@dataclass(frozen=True)
class _Year:
    number: int
    days: Sequence[Sequence[tuple[int, int]]]


@dataclass
class _Layout:
    """Neighbouring years as one row of open stretches, each with the totals before it."""

    years: Sequence[_Year]
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


@lru_cache(maxsize=512)
def bank_holidays(region: str, year: int) -> Mapping[date, str]:
    """The bank holidays of a country or a part of it by date, from data that is shipped.

    Regions are "GB-ENG" or "FR"; for the parts of the United Kingdom "ENG" will do.
    """
    import holidays  # here, not above: it costs half a second that most commands need not spend

    country, _, part = (f"GB-{region}" if region in UNITED_KINGDOM else region).partition("-")
    try:
        return MappingProxyType(dict(holidays.country_holidays(country, subdiv=part or None, years=year)))
    except NotImplementedError as unknown:
        raise BadHours(f"No bank holidays are known for “{region}”.") from unknown


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise BadHours(f"“{name}” is not a time zone; one is called Europe/London, for example.") from unknown


def _refuse_overlaps(day: str, windows: Sequence[Window]) -> None:
    for earlier, later in pairwise(sorted(windows)):
        if later.opens < earlier.closes:
            raise BadHours(f"{day}: {earlier} and {later} overlap.")


def _minutes(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60):
        raise BadHours(f"“{text.strip()}” is not a time such as 08:30.")
    return int(hours) * 60 + int(minutes)


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _us(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (at - EPOCH) // MICROSECOND


def _year(at: datetime) -> int:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise OutOfReach(f"Opening hours are known from {FIRST_YEAR} to {LAST_YEAR} only.")
    return at.year
