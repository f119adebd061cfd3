"""Opening hours out of their tables: whose calendar counts, and how one is changed without touching the past.

Clocks look calendars up in the `catalogue`. It is kept until somebody changes
one, so that laying out a year of opening hours is done once for thousands of
tickets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import select

from .. import clock, hours
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..pages.filters import plain_date
from ..unchanged import until_changed
from .events import CalendarChanged
from .models import Calendar, CalendarVersion, Closure, Person


class NoCalendar(Refusal):
    reason = (
        "No opening hours have been set. An administrator has to enter the calendar of the service first."
    )


class NotOpeningHours(Refusal):
    reason = "Those are not opening hours."


class AlreadyCounted(Refusal):
    reason = (
        "Time on {day:%d %B %Y} has already been counted with the old hours, and what is counted stays. "
        "Choose a later day."
    )


@dataclass(frozen=True)
class Catalogue:
    """The calendars as they stand: by id, and whose they are (None: the service's own)."""

    calendars: Mapping[int, hours.Calendar]
    owners: Mapping[int | None, int]

    def by_id(self, calendar_id: int) -> hours.Calendar:
        return self.calendars[calendar_id]

    def id_for(self, council_id: int | None) -> int:
        """The calendar that counts for a council: its own, or else the service's."""
        calendar_id = self.owners.get(council_id, self.owners.get(None))
        if calendar_id is None:
            raise NoCalendar
        return calendar_id

    def for_council(self, council_id: int | None) -> hours.Calendar:
        return self.by_id(self.id_for(council_id))


@until_changed(Calendar, CalendarVersion, Closure)
def catalogue() -> Catalogue:
    """All calendars."""
    rows = db.session.execute(
        select(
            Calendar.id,
            Calendar.council_id,
            Calendar.name,
            Calendar.zone,
            Calendar.bank_holidays,
            CalendarVersion.effective_from,
            CalendarVersion.week,
        )
        .join(CalendarVersion)
        .order_by(Calendar.id)
    ).all()
    closures = db.session.execute(
        select(
            Closure.calendar_id,
            Closure.starts_on,
            Closure.ends_on,
            Closure.name,
            Closure.windows,
            Closure.although_holiday,
        )
    ).all()
    calendars: dict[int, hours.Calendar] = {}
    owners: dict[int | None, int] = {}
    for calendar_id, group in groupby(rows, key=lambda row: row.id):
        versions = list(group)
        its_closures = [closure for closure in closures if closure.calendar_id == calendar_id]
        calendars[calendar_id] = _built(_content(versions[0], versions, its_closures))
        owners.setdefault(versions[0].council_id, calendar_id)
    return Catalogue(calendars, owners)


def calendar_for(council_id: int | None) -> hours.Calendar:
    """The opening hours that count for a council; None for work that is for all of them."""
    return catalogue().for_council(council_id)


# Changing a calendar


def close_days(calendar: Calendar, first: date, last: date, name: str, *, by: Person | None) -> Closure:
    """Close the calendar on some days to come."""
    closure = Closure(starts_on=first, ends_on=last, name=name, windows=[], although_holiday=False)
    return _add_closure(calendar, closure, by)


def open_specially(
    calendar: Calendar,
    day: date,
    windows: str,
    name: str,
    *,
    by: Person | None,
    although_holiday: bool = False,
) -> Closure:
    """Give a day to come hours of its own, such as '09:00-12:00'."""
    try:
        parsed = [window.pair for window in hours.parse_windows(windows)]
        hours.SpecialDay(day, hours.parse_windows(windows), name)
    except hours.BadHours as bad:
        raise NotOpeningHours(str(bad)) from bad
    special = Closure(
        starts_on=day, ends_on=day, name=name, windows=parsed, although_holiday=although_holiday
    )
    return _add_closure(calendar, special, by)


def withdraw(closure: Closure, *, by: Person | None) -> None:
    """Take back a closure or a special opening that has not begun."""
    calendar = closure.calendar
    left = [each for each in calendar.closures if each is not closure]
    _check(calendar, calendar.versions, left, closure.starts_on, closure.ends_on)
    calendar.closures.remove(closure)
    db.session.delete(closure)
    changes = {"closures and special days": [closure_in_words(closure), None]}
    what = f"{closure.name} withdrawn"
    announce(CalendarChanged(about=calendar, what=what, name=calendar.name, by=by, changes=changes))


def change_week(
    calendar: Calendar, effective_from: date, week: Mapping[int, str], *, by: Person | None
) -> CalendarVersion:
    """New weekly hours from a day on: {0: "08:30-12:00, 13:00-17:00", ...}, Monday being 0."""
    try:
        rows = {
            str(weekday): [window.pair for window in hours.parse_windows(text)]
            for weekday, text in week.items()
        }
    except hours.BadHours as bad:
        raise NotOpeningHours(str(bad)) from bad
    version = CalendarVersion(effective_from=effective_from, week=rows)
    earlier = [each for each in calendar.versions if each.effective_from < effective_from]
    old = max(earlier, key=lambda each: each.effective_from, default=None)
    _check(calendar, [*calendar.versions, version], calendar.closures, effective_from, effective_from)
    calendar.versions.append(version)
    what = f"new hours from {plain_date(effective_from)}"
    changes = {
        f"{hours.WEEKDAYS[day]} from {plain_date(effective_from)}": [
            windows_in_words(before),
            windows_in_words(after),
        ]
        for day in range(7)
        if (before := (old.week.get(str(day), []) if old else [])) != (after := rows.get(str(day), []))
    }
    announce(CalendarChanged(about=calendar, what=what, name=calendar.name, by=by, changes=changes))
    return version


def _add_closure(calendar: Calendar, closure: Closure, by: Person | None) -> Closure:
    _check(calendar, calendar.versions, [*calendar.closures, closure], closure.starts_on, closure.ends_on)
    calendar.closures.append(closure)
    changes = {"closures and special days": [None, closure_in_words(closure)]}
    announce(CalendarChanged(about=calendar, what=closure.name, name=calendar.name, by=by, changes=changes))
    return closure


def windows_in_words(windows: Sequence[Sequence[str]]) -> str:
    """8:30am to 12 midday and 1pm to 5pm; closed"""
    return " and ".join(map(str, _windows(windows))) or "closed"


def windows_as_typed(windows: Sequence[Sequence[str]]) -> str:
    """8:30am to 12 midday, 1pm to 5pm: as they may be typed."""
    return ", ".join(map(str, _windows(windows)))


def closure_in_words(closure: Closure) -> str:
    """Christmas: 27 December 2026 to 31 December 2026, closed"""
    days = plain_date(closure.starts_on)
    if closure.ends_on != closure.starts_on:
        days += f" to {plain_date(closure.ends_on)}"
    return f"{closure.name}: {days}, {windows_in_words(closure.windows)}"


def _check(
    calendar: Calendar,
    versions: Sequence[CalendarVersion],
    closures: Sequence[Closure],
    first: date,
    last: date,
) -> None:
    """Refuse hours that make no sense, that never open again, or that would change what has been counted."""
    old = _built(_content(calendar, calendar.versions, calendar.closures))
    try:
        new = _built(_content(calendar, versions, closures))
        now = clock.now()
        new.next_open(now)
        new.next_open(new.midnight(first))
        new.next_open(new.midnight(last + timedelta(days=1)))
    except ValueError as bad:
        raise NotOpeningHours(str(bad)) from bad
    begin = min(old.midnight(first), now)
    if old.elapsed(begin, now) != hours.Elapsed() or new.elapsed(begin, now) != hours.Elapsed():
        raise AlreadyCounted(day=first)


# From rows to opening hours


def built_from(calendar: Any, versions: Sequence[Any], closures: Sequence[Any]) -> hours.Calendar:
    """The calendar that rows with these columns say, however they were read."""
    return _built(_content(calendar, versions, closures))


def _content(calendar: Any, versions: Sequence[Any], closures: Sequence[Any]) -> tuple[Any, ...]:
    """All that a calendar's rows say, as a value that can be compared: equal rows, equal hours."""
    return (
        calendar.name,
        calendar.zone,
        calendar.bank_holidays,
        tuple(sorted((version.effective_from, _week(version.week)) for version in versions)),
        tuple(
            sorted(
                (each.starts_on, each.ends_on, each.name, _pairs(each.windows), each.although_holiday)
                for each in closures
            )
        ),
    )


def _week(week: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((int(weekday), _pairs(windows)) for weekday, windows in week.items()))


def _pairs(windows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((opens, closes) for opens, closes in windows)


@lru_cache(maxsize=256)
def _built(content: tuple[Any, ...]) -> hours.Calendar:
    name, zone, holidays, versions, closures = content
    return hours.Calendar(
        zone,
        [
            hours.Version(since, {day: _windows(pairs) for day, pairs in week}, holidays)
            for since, week in versions
        ],
        [hours.Closure(first, last, why) for first, last, why, pairs, _ in closures if not pairs],
        [
            hours.SpecialDay(first + timedelta(days=n), _windows(pairs), why, although)
            for first, last, why, pairs, although in closures
            if pairs
            for n in range((last - first).days + 1)
        ],
        name=name,
    )


def _windows(pairs: Sequence[Sequence[str]]) -> tuple[hours.Window, ...]:
    return tuple(hours.Window.parse(f"{opens}-{closes}") for opens, closes in pairs)
