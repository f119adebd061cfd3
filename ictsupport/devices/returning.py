"""What has to be brought back: what leavers still have, and what was lent until a day.

A member leaves when their last seat ends and no council employs them, staff on
their last day. Nothing is stored about it: whoever is elected again, or stays,
no longer owes anything.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import days_after, db
from ..journal import announce
from ..mail import send
from ..people.models import Person, Term
from . import access, lending
from .events import AskedBack
from .models import Custody, Device

LISTED_AHEAD = timedelta(days=28)
"""So long before its day a return is listed."""
ASKED_AHEAD = timedelta(days=11)
"""So long before it they are written to. With the usual fortnight that is three days after they left, so that
nobody who was elected again is asked while their new seat is being entered."""


@dataclass(frozen=True)
class Owed:
    """A device that is to be brought back, by which day, and the last day of whoever has it."""

    custody: Custody
    due_on: date
    last_day: date | None

    @property
    def device(self) -> Device:
        return self.custody.device

    @property
    def person(self) -> Person:
        return self.custody.person

    @property
    def is_overdue(self) -> bool:
        return self.due_on < clock.today(settings().zone)

    @property
    def why(self) -> str:
        """ "Left on 4 May 2026", "Leaves on ...", "Lent until then" """
        if self.last_day is None:
            return "Lent until then"
        word = "Left" if self.last_day < clock.today(settings().zone) else "Leaves"
        return f"{word} on {self.last_day.day} {self.last_day:%B %Y}"


def _due() -> tuple[Any, ColumnElement[date], ColumnElement[date]]:
    """SQL: the last days of those without a seat that goes on, somebody's last day, and by when a device is due."""
    seats = (
        select(Term.person_id, func.max(Term.ends_on).label("last_day"))
        .group_by(Term.person_id)
        .having(func.count() == func.count(Term.ends_on))
        .subquery("seats")
    )
    without_job = case((Person.employer_id.is_(None), seats.c.last_day))
    last_day = func.coalesce(Person.left_on, without_job)
    due_on = func.coalesce(Custody.due_on, days_after(last_day, settings().device_return_days))
    return seats, last_day, due_on


def owed(*, until: date | None = None, unwritten: bool = False) -> Select[Custody, date, date]:
    """What is to be brought back, as (custody, day, last day): what is due by a day, or soon.

    `unwritten` leaves what its holder has been written to about: once before the day, once after it.
    """
    seats, last_day, due_on = _due()
    today = clock.today(settings().zone)
    latest = until or today + LISTED_AHEAD
    rows = (
        select(Custody, due_on.label("due"), last_day.label("last_day"))
        .join(Custody.person)
        .join(Custody.device)
        .outerjoin(seats, seats.c.person_id == Person.id)
        .where(Custody.returned_at.is_(None), due_on <= latest)
        .order_by(due_on, Person.sort_name, Device.asset_tag)
    )
    late = and_(Custody.reminded_at.is_(None), due_on < today)
    return rows.where(or_(Custody.asked_at.is_(None), late)) if unwritten else rows


def in_reach(person: Person) -> ColumnElement[bool]:
    """SQL: the devices somebody keeps."""
    return Device.id.in_(access.visible_devices(person).with_only_columns(Device.id))


@dataclass(frozen=True)
class Page:
    """Some of what is to be brought back, and how much of it there is."""

    rows: Sequence[Owed]
    count: int
    overdue: int
    number: int
    size: int = 50

    @property
    def pages(self) -> int:
        return max((self.count + self.size - 1) // self.size, 1)


def outstanding(
    person: Person, *, council_id: int | None = None, only_overdue: bool = False, number: int = 1
) -> Page:
    """What the desk has to see back, the longest overdue first. Two statements."""
    today = clock.today(settings().zone)
    rows = owed(until=today - timedelta(days=1) if only_overdue else None).where(in_reach(person))
    if council_id is not None:
        rows = rows.where(Device.council_id == council_id)
    counted = rows.order_by(None).subquery()
    late = func.count().filter(counted.c.due < today)
    count, overdue = db.session.execute(select(func.count(), late).select_from(counted)).one()
    page = Page([], count, overdue, number)
    number = min(max(number, 1), page.pages)
    found = db.session.execute(_shown(rows).limit(page.size).offset((number - 1) * page.size))
    return Page([Owed(*row) for row in found], count, overdue, number)


def owed_for(device: Device) -> Owed | None:
    """Whether the device is to be brought back, whenever that is. One statement."""
    found = db.session.execute(_shown(owed(until=date.max)).where(Custody.device_id == device.id)).first()
    return Owed(*found) if found else None


def owed_by(person: Person) -> list[Owed]:
    """What somebody is to bring back soon. One statement."""
    return [Owed(*row) for row in db.session.execute(_shown(owed()).where(Custody.person_id == person.id))]


def overdue_count(person: Person) -> int:
    """How much of what the desk keeps should be back by now. One statement."""
    yesterday = clock.today(settings().zone) - timedelta(days=1)
    rows = owed(until=yesterday).where(in_reach(person)).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def _shown(rows: Select[Custody, date, date]) -> Select[Custody, date, date]:
    return rows.options(
        contains_eager(Custody.person).options(joinedload(Person.employer).raiseload("*"), raiseload("*")),
        contains_eager(Custody.device).options(joinedload(Device.council).raiseload("*"), raiseload("*")),
        raiseload("*"),
    )


def tick_off(custodies: Sequence[Custody], *, by: Person) -> int:
    """These are back; says how many. What somebody else has ticked off meanwhile is passed over."""
    back = 0
    for custody in sorted(custodies, key=lambda each: each.device_id):
        device = custody.device
        if device.custody is custody:
            lending.take_back(device, by=by)
            back += 1
    return back


@jobs.handles("devices.ask_back")
def ask_back(_payload: dict[str, Any]) -> None:
    """Write to those who are to bring something back: once before its day, once when it has passed."""
    today = clock.today(settings().zone)
    asked: dict[Person, list[Owed]] = defaultdict(list)
    rows = owed(until=today + ASKED_AHEAD, unwritten=True)
    for row in db.session.execute(
        rows.options(contains_eager(Custody.person), contains_eager(Custody.device))
    ):
        asked[row[0].person].append(Owed(*row))
    for person, theirs in asked.items():
        _write(person, theirs)


def _write(person: Person, theirs: Sequence[Owed]) -> None:
    overdue = any(each.is_overdue for each in theirs)
    for each in theirs:
        each.custody.asked_at = each.custody.asked_at or clock.now()
        if each.is_overdue:
            each.custody.reminded_at = clock.now()
        announce(AskedBack(about=each.device, person=person, overdue=each.is_overdue, by=None))
    send(
        to=person,
        template="devices/bring_back",
        about=theirs[0].device,
        owed=theirs,
        overdue=overdue,
        phone=settings().service_phone,
    )


scheduler.every("devices.ask_back", hours=24)
