"""The next clinic of whoever rings, for the call form."""

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from .. import clock
from ..database import db
from ..pages.filters import near_moment
from ..people.models import Person
from ..tickets.calls.knowing import Fact, about_caller
from . import access
from .models import Booking, BookingState, Slot


@about_caller
def next_clinic(caller: Person, person: Person) -> Fact | None:
    """When and where they come to the next clinic they have booked."""
    booking = db.session.scalars(
        select(Booking)
        .join(Booking.slot)
        .where(
            Booking.person_id == caller.id,
            Booking.state == BookingState.CONFIRMED,
            Slot.starts_at > clock.now(),
        )
        .order_by(Slot.starts_at)
        .limit(1)
        .options(joinedload(Booking.slot).joinedload(Slot.clinic))
    ).first()
    if booking is None:
        return None
    words = f"{near_moment(booking.slot.starts_at)}, {booking.slot.clinic.venue}"
    may_open = access.books_for_others(person)
    return Fact("Next clinic", words, url_for("clinics.booking", booking_id=booking.id) if may_open else "")
