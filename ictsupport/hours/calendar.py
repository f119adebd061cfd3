"""Calendars: what a day is like, and counting time while open."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from .facts import WEEKDAYS, BadHours, Closure, Day, SpecialDay, Version, bank_holidays
from .layout import (
    EPOCH,
    LAST_YEAR,
    LONGEST_GAP,
    MICROSECOND,
    PATIENCE,
    Elapsed,
    Layout,
    OutOfReach,
    Year,
    microseconds,
    year_of,
)


class NeverOpen(ValueError):
    """The calendar does not open again within two years."""


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
        self._years: dict[int, Year] = {}
        self._layout = Layout([])

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
        layout, us = self._reach(at, at), microseconds(at)
        i = bisect_right(layout.starts, us) - 1
        return i >= 0 and us < layout.ends[i]

    def next_open(self, after: datetime) -> datetime:
        """The first open instant at or after the given one."""
        us, limit = microseconds(after), microseconds(after + PATIENCE)
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
        return layout.total_at(microseconds(end)) - layout.total_at(microseconds(start))

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
        wanted = layout.time_at(microseconds(start)) + amount // MICROSECOND
        while not layout.lasts_for_time(wanted):
            layout = self._further(layout, start)
            wanted = layout.time_at(microseconds(start)) + amount // MICROSECOND
        return self._checked(layout, start, layout.instant_of_time(wanted))

    def add_working_days(self, start: datetime, days: Fraction | int) -> datetime:
        """The earliest instant, down to the microsecond, by which so many working days have passed."""
        if days < 0:
            raise ValueError("only time to come can be added")
        if not days:
            return start
        layout = self._reach(start, start)
        wanted = layout.total_at(microseconds(start)).days + days
        while not layout.lasts_for_days(wanted):
            layout = self._further(layout, start)
            wanted = layout.total_at(microseconds(start)).days + days
        return self._checked(layout, start, max(microseconds(start), layout.instant_of_days(wanted)))

    # Laying out years

    def _reach(self, start: datetime, end: datetime) -> Layout:
        """A layout that covers both instants, with the days around them."""
        first, last = year_of(start - timedelta(days=1)), year_of(end + timedelta(days=1))
        layout = self._layout
        if layout.from_year <= first and last < layout.until_year:
            return layout
        if layout.years:
            first, last = min(first, layout.from_year), max(last, layout.until_year - 1)
        return self._lay_out(first, last)

    def _further(self, layout: Layout, start: datetime) -> Layout:
        """The layout with one more year, unless the calendar has been closed for too long."""
        if layout.until_year > LAST_YEAR:
            raise OutOfReach(f"Opening hours are known until {LAST_YEAR} only.")
        last_open = max(layout.ends[-1] if layout.ends else 0, microseconds(start))
        if (layout.until_year - (EPOCH + last_open * MICROSECOND).year) > PATIENCE.days // 365 + 1:
            raise self._never_open(start)
        return self._lay_out(layout.from_year, layout.until_year)

    def _lay_out(self, first: int, last: int) -> Layout:
        # Threads may do this at the same time: each ends with a whole layout, and the last one is kept.
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = self._lay_out_year(year)
        layout = Layout([self._years[year] for year in range(first, last + 1)])
        self._layout = layout
        return layout

    def _lay_out_year(self, year: int) -> Year:
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
        return Year(year, days)

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
        return microseconds(at)

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

    def _checked(self, layout: Layout, start: datetime, us: int) -> datetime:
        begin = microseconds(start)
        if any(
            end < us and start - max(begin, end) > LONGEST_GAP for end, start in layout.deserts if start < us
        ):
            raise self._never_open(start)
        return EPOCH + us * MICROSECOND

    def _never_open(self, after: datetime) -> NeverOpen:
        name = f"“{self.name}”" if self.name else "The calendar"
        return NeverOpen(f"{name} does not open within two years of {self.local(after):%d %B %Y}.")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise BadHours(f"“{name}” is not a time zone; one is called Europe/London, for example.") from unknown
