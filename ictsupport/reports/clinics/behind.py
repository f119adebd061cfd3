"""The rows behind a figure of the clinics: which clinics, places, bookings or people who waited it counts.

Every figure is a count of these rows, whoever reads it. What is of clinics is
listed for all; of bookings those that the reader may open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal
from sqlalchemy.orm import joinedload, raiseload

from ...clinics.access import may_change_booking, run_by
from ...clinics.models import Booking, Clinic, Outcome, Slot, SlotPlace
from ...clinics.waiting.models import WaitingEntry
from ...database import db
from ...people.models import Person
from .asking import Question
from .figures import BOOKINGS, CLINICS, bookings, clinics, places, waited

PAGE = 100


@dataclass(frozen=True)
class Row:
    """One row behind a figure: `clinic_id` and `booking_id` are of what the reader may open."""

    at: datetime
    where: str
    what: str
    who: str = ""
    topic: str = ""
    clinic_id: int | None = None
    booking_id: int | None = None


@dataclass(frozen=True)
class Measure:
    """Something that is counted: its name in addresses, in words, the rows it counts, and whether they are of people."""

    slug: str
    words: str
    rows: Callable[[Question], Select[Any]]
    of_people: bool


@dataclass(frozen=True)
class Behind:
    """A page of the rows behind a figure that the reader may see, and how many rows the figure counts."""

    rows: Sequence[Row]
    count: int
    visible: int
    page: int

    @property
    def hidden(self) -> int:
        return self.count - self.visible

    @property
    def pages(self) -> int:
        return max((self.visible + PAGE - 1) // PAGE, 1)


def behind(question: Question, measure: Measure, person: Person, page: int = 1) -> Behind:
    """The rows behind a figure, newest first, a page of a hundred at a time."""
    rows = measure.rows(question)
    visible = may_change_booking(person) if measure.of_people else None
    of_all = func.count()
    of_mine = of_all if visible is None else of_all.filter(visible)
    counted = db.session.execute(rows.add_columns(of_all, of_mine)).one()
    page = min(max(page, 1), Behind([], counted[0], counted[1], 1).pages)
    shown = rows if visible is None else rows.where(visible)
    shown = shown.limit(PAGE).offset((page - 1) * PAGE)
    found = _bookings(shown, measure) if measure.of_people else _clinics(shown, measure, person)
    return Behind(found, counted[0], counted[1], page)


def _bookings(rows: Select[Any], measure: Measure) -> list[Row]:
    joined = WaitingEntry.joined_at if measure.slug == "waited" else literal(None)
    found = db.session.execute(
        rows.add_columns(Booking, Clinic, Slot.starts_at, joined)
        .options(
            joinedload(Clinic.site).raiseload("*"),
            joinedload(Booking.person).raiseload("*"),
            joinedload(Booking.topic).raiseload("*"),
            raiseload("*"),
        )
        .order_by(Slot.starts_at.desc(), Booking.id.desc())
    )
    return [
        Row(
            at,
            clinic.venue,
            _what(booking),
            booking.person.name,
            booking.topic.name if booking.topic else "",
            clinic.id,
            booking.id,
        )
        for booking, clinic, at, _since in found
    ]


def _what(booking: Booking) -> str:
    if booking.outcome is not None:
        return booking.outcome.value.capitalize()
    words = booking.state.in_words.capitalize()
    return f"{words}, walked in" if booking.walked_in else words


def _clinics(rows: Select[Any], measure: Measure, person: Person) -> list[Row]:
    of_places = measure.slug == "offered"
    at, number = (Slot.starts_at, SlotPlace.number) if of_places else (Clinic.starts_at, literal(0))
    found = db.session.execute(
        rows.add_columns(Clinic, at, number, run_by(person))
        .options(joinedload(Clinic.site).raiseload("*"), raiseload("*"))
        .order_by(at.desc(), Clinic.id.desc(), number)
    )
    return [
        Row(
            starts_at,
            clinic.venue,
            f"Place {place} of {clinic.places}" if of_places else clinic.called_off_reason or "Held",
            clinic_id=clinic.id if runs else None,
        )
        for clinic, starts_at, place, runs in found
    ]


def _of_clinics(name: str) -> Callable[[Question], Select[Any]]:
    return lambda question: clinics(question).where(CLINICS[name])


def _of_bookings(name: str) -> Callable[[Question], Select[Any]]:
    return lambda question: bookings(question).where(BOOKINGS[name])


def _measures() -> list[Measure]:
    words = {
        "booked": "Booked",
        "ahead": "Booked ahead",
        "walked_in": "Walked in",
        "attended": "Came",
        "missed": "Did not come",
        "expected": "Booked ahead, and noted whether they came",
        "unnoted": "Not noted whether they came",
        "told": "Came, and what came of it was noted",
        **{f"outcome_{each.name.lower()}": each.value.capitalize() for each in Outcome},
    }
    return [
        Measure("held", "Clinics held", _of_clinics("held"), False),
        Measure("called_off", "Clinics called off", _of_clinics("called_off"), False),
        Measure("offered", "Places offered", places, False),
        *(Measure(name, words[name], _of_bookings(name), True) for name in BOOKINGS),
        Measure("waited", "Waited on a list, and were given a place", waited, True),
    ]


MEASURES = {each.slug: each for each in _measures()}
