"""Opening hours as they are set in pages: only by those they are for, and a council's own made from the service's."""

from datetime import date
from typing import Any

from sqlalchemy import select

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people import calendars as keeping
from ...people.events import CalendarChanged
from ...people.models import Calendar, CalendarVersion, Closure, Council, Person
from ...people.scopes import scoped_to
from .access import refuse_others


class HasItsOwn(Refusal):
    reason = "{name} already has opening hours of its own."


class NoHoursToCopy(Refusal):
    reason = "Enter the opening hours of the service first."


def change_week(calendar: Calendar, starts_on: date, week: dict[int, str], *, by: Person) -> None:
    """New weekly hours from a day on."""
    refuse_others(by, calendar.council_id)
    lock(calendar)
    if any(version.effective_from == starts_on for version in calendar.versions):
        raise keeping.NotOpeningHours("Other hours already begin on that day. Choose another day.")
    keeping.change_week(calendar, starts_on, week, by=by)


def close(calendar: Calendar, first: date, last: date, name: str, *, by: Person) -> None:
    """Closed on some days to come."""
    refuse_others(by, calendar.council_id)
    lock(calendar)
    keeping.close_days(calendar, first, last, name, by=by)


def open_specially(
    calendar: Calendar, day: date, windows: str, name: str, *, by: Person, although_holiday: bool
) -> None:
    """A day to come with hours of its own."""
    refuse_others(by, calendar.council_id)
    lock(calendar)
    keeping.open_specially(calendar, day, windows, name, by=by, although_holiday=although_holiday)


def withdraw(closure: Closure, *, by: Person) -> None:
    """Take a closure or special opening back that has not begun."""
    refuse_others(by, closure.calendar.council_id)
    lock(closure.calendar)
    keeping.withdraw(closure, by=by)


def give_own(council: Council, *, by: Person) -> Calendar:
    """A calendar of the council's own: at first the same as the service's, to be changed from there.

    Tickets raised from now on, and open ones when their targets change, count by it.
    """
    refuse_others(by, council.id)
    lock(council)
    if db.session.scalar(select(Calendar.id).where(Calendar.council_id == council.id)) is not None:
        raise HasItsOwn(name=council.name)
    shared = db.session.scalars(select(Calendar).where(Calendar.council_id.is_(None))).first()
    if shared is None:
        raise NoHoursToCopy
    own = Calendar(
        name=council.name,
        zone=shared.zone,
        bank_holidays=shared.bank_holidays,
        versions=[
            CalendarVersion(effective_from=each.effective_from, week=each.week) for each in shared.versions
        ],
        closures=[Closure(**_closure(each)) for each in shared.closures],
        **scoped_to(council),
    )
    db.session.add(own)
    what = "opening hours of its own"
    changes = {"opening hours": [shared.name, own.name]}
    announce(CalendarChanged(about=own, what=what, name=own.name, by=by, changes=changes))
    return own


def is_to_come(closure: Closure) -> bool:
    """Whether a closure or special opening has not begun, so that it can still be taken back."""
    return closure.starts_on > clock.now().date()


def _closure(each: Closure) -> dict[str, Any]:
    names = ("starts_on", "ends_on", "name", "windows", "although_holiday")
    return {name: getattr(each, name) for name in names}
