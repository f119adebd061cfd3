"""How old what is open is, in working days of the council the work is for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select, true

from .. import clock, hours
from ..database import db
from ..people.calendars import Catalogue, NoCalendar, catalogue
from ..tickets.models import Merge, Ticket
from .asking import Question

LONGEST_LOOK = 3 * 366
FAR_PAST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Band:
    """From so many working days to so many; no end: and more."""

    least: int
    most: int | None

    @property
    def slug(self) -> str:
        return f"{self.least}-{self.most}" if self.most is not None else f"{self.least}-up"

    @property
    def words(self) -> str:
        if self.most is None:
            return f"{self.least} working days or more"
        return f"{self.least} to {self.most} working days"


BANDS = (Band(0, 5), Band(6, 10), Band(11, 20), Band(21, 40), Band(41, None))


def ages(question: Question) -> dict[Band, int]:
    """How many tickets are open now, by age."""
    edges = [(Ticket.opened_at >= _opened_from(band.most), place) for place, band in enumerate(BANDS[:-1])]
    place: Any = case(*((edge, literal(at)) for edge, at in edges), else_=literal(len(BANDS) - 1))
    counted = select(place.label("place"), func.count().label("tickets")).where(
        open_now(), question.tickets(), in_queue(question)
    )
    found = {row.place: row.tickets for row in db.session.execute(counted.group_by("place"))}
    return {band: found.get(at, 0) for at, band in enumerate(BANDS)}


def open_now() -> ColumnElement[bool]:
    """SQL: tickets that are open at this moment and not merged into another."""
    merged = select(Merge.merged_id).where(Merge.undone_at.is_(None))
    return and_(Ticket.OPEN, Ticket.id.not_in(merged))


def in_queue(question: Question) -> ColumnElement[bool]:
    return true() if question.queue is None else Ticket.queue_id == question.queue.id


def band_edges(band: Band) -> tuple[Any, Any]:
    """SQL: opened late enough, and early enough, to be of that age now."""
    oldest = Ticket.opened_at >= _opened_from(band.most) if band.most is not None else true()
    youngest = Ticket.opened_at < _opened_from(band.least - 1) if band.least else true()
    return oldest, youngest


def _opened_from(age: int | None) -> Any:
    """SQL: the instant from which on a ticket of that council is at most so many working days old."""
    if age is None:
        return literal(FAR_PAST, Ticket.opened_at.type)
    try:
        calendars = catalogue()
        shared = opened_from(calendars.for_council(None), age)
    except NoCalendar:
        return literal(clock.now() - timedelta(days=age))
    own = [
        (Ticket.council_id == council_id, literal(edge, Ticket.opened_at.type))
        for council_id in calendars.owners
        if council_id is not None and (edge := _edge(calendars, council_id, age)) != shared
    ]
    return case(*own, else_=literal(shared, Ticket.opened_at.type)) if own else literal(shared)


def _edge(calendars: Catalogue, council_id: int, age: int) -> datetime:
    return opened_from(calendars.for_council(council_id), age)


def opened_from(calendar: hours.Calendar, age: int) -> datetime:
    """The start of the earliest day after which at most `age` working days have come, today included."""
    return _opened_from_on(calendar, calendar.local(clock.now()).date(), age)


@lru_cache(maxsize=200)
def _opened_from_on(calendar: hours.Calendar, today: date, age: int) -> datetime:
    """The same for a day: calendars never change, a changed one is another."""
    return calendar.midnight(_earliest(calendar, today, age))


def _earliest(calendar: hours.Calendar, today: date, age: int) -> date:
    day, seen = today, 0
    for _ in range(LONGEST_LOOK):
        if calendar.day(day).is_open:
            seen += 1
            if seen > age:
                return day
        day -= timedelta(days=1)
    return day
