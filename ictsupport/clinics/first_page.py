"""What the first page says of clinics: what somebody has, the next free time one tap away, and booking for members."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Select, case, cast, literal, null, or_, select, union_all

from .. import clock
from ..database import UTCDateTime, db
from ..pages.cards import Card, Waiting, card, waiting
from ..pages.filters import clock_time, near_moment, ordinal
from ..people.access import members_acted_for
from ..people.models import DelegateScope, Person, Site
from . import access
from .day.dropping_in import free_at, people_ahead, still_waits
from .day.models import DropIn
from .day.queries import expected_at, turn_in_words
from .models import Booking, BookingState, Clinic, Slot
from .queries import next_free_slot

OFFER, BOOKING, TURN = "offer", "booking", "turn"
SHOWN = 6


@card(order=30)
def book_a_clinic(person: Person) -> Card | None:
    """For members, and for those who book for them."""
    note = there = ""
    if person.is_member:
        text = "Bring your iPad to somebody who knows it."
        if (free := next_free_slot(person)) is not None:
            note = f"Next: {near_moment(free[1].starts_at)}, {free[0].site.name}"
            there = url_for("clinics.book", slot_id=free[1].id)
    elif access.books_for_others(person) or _acts_for_somebody(person):
        text = "Book a time at an iPad clinic for a member."
    else:
        return None
    return Card("Book a clinic", text, url_for("clinics.index"), note=note, note_href=there)


def _acts_for_somebody(person: Person) -> bool:
    return db.session.scalar(select(members_acted_for(person, DelegateScope.BOOK).exists())) or False


@waiting(order=5)
def times_and_turns(person: Person) -> Iterable[Waiting]:
    """Where somebody, or a member they act for, stands in a queue; what they have booked; what is held for them.

    Read in one statement, and in one more if they stand in a queue.
    """
    rows = db.session.execute(_times_and_turns(person)).all()
    free = free_at({row.clinic for row in rows if row.kind == TURN})
    for row in rows:
        where = f"{row.room}, {row.site}" if row.room else row.site
        note = "" if row.whose == person.id else f"for {row.name}"
        late = timedelta(minutes=row.late)
        if row.kind == OFFER:
            text = f"Say whether you want a time at an iPad clinic: {near_moment(row.at)}, {where}"
            held = f"held until {near_moment(row.until)}"
            href = url_for("clinics.booking_offer", booking_id=row.key)
            yield Waiting(text, href, ", ".join(filter(None, (note, held))))
        elif row.kind == TURN:
            expected = expected_at(row.ahead, free.get(row.clinic, []), late)
            text = f"{ordinal(row.ahead + 1)} in the drop-in queue at {row.site}: {turn_in_words(expected)}"
            yield Waiting(text, url_for("clinics.mine"), note, coming=True)
        else:
            running_late = f" (running late: about {clock_time(row.at + late)})" if late else ""
            text = f"iPad clinic at {near_moment(row.at)}, {where}{running_late}"
            yield Waiting(text, url_for("clinics.booking", booking_id=row.key), note, coming=True)


def _times_and_turns(person: Person) -> Select[Any]:
    """SQL: turns in queues, then times, the soonest first."""
    mine = or_(Person.id == person.id, Person.id.in_(members_acted_for(person, DelegateScope.BOOK)))
    where = (
        Clinic.id.label("clinic"),
        Clinic.room.label("room"),
        Site.name.label("site"),
        Clinic.late_minutes.label("late"),
        Person.id.label("whose"),
        Person.name.label("name"),
    )
    turns = (
        select(
            literal(TURN).label("kind"),
            DropIn.id.label("key"),
            DropIn.arrived_at.label("at"),
            cast(null(), UTCDateTime).label("until"),
            people_ahead().label("ahead"),
            *where,
        )
        .join(DropIn.clinic)
        .join(Clinic.site)
        .join(DropIn.person)
        .where(mine, still_waits())
    )
    offered = Booking.state == BookingState.OFFERED
    times = (
        select(
            case((offered, OFFER), else_=BOOKING).label("kind"),
            Booking.id.label("key"),
            Slot.starts_at.label("at"),
            Booking.offered_until.label("until"),
            literal(0).label("ahead"),
            *where,
        )
        .join(Booking.slot)
        .join(Slot.clinic)
        .join(Clinic.site)
        .join(Booking.person)
        .where(
            mine,
            Booking.state.in_((BookingState.OFFERED, BookingState.CONFIRMED, BookingState.CHECKED_IN)),
            Slot.ends_at > clock.now(),
        )
        .order_by(Slot.starts_at)
        .limit(SHOWN)
    )
    both = union_all(turns, select(times.subquery())).subquery()
    return select(both).order_by(both.c.kind != TURN, both.c.at, both.c.key)
