"""The way in: the blueprint, and how the pages find what an address names, or say that it is not there."""

from flask import Blueprint, abort, request
from sqlalchemy.orm import joinedload

from ...database import db
from ...pages.numbers import whole
from ...people.access import me
from ...people.models import Person
from .. import access
from ..day.models import DropIn, Visitor
from ..models import Booking, Clinic, Slot

bp = Blueprint("clinics", __name__, url_prefix="/clinics")


def for_whom() -> Person:
    """Whom the page books for: whoever is signed in, or the one that ?for= names, if they may book for them."""
    asked = request.values.get("for", "")
    if not asked or asked == str(me().id):
        return me()
    person: Person = db.one_or_404(access.bookable_people(me()).where(Person.id == number(asked)))
    return person


def number(typed: str) -> int:
    """An id out of an address; anything else is not there."""
    found = whole(typed)
    return abort(404) if found is None else found


def to_run(clinic_id: int) -> Clinic:
    """A clinic that the person runs."""
    clinics = access.runnable_clinics(me()).where(Clinic.id == clinic_id)
    clinic: Clinic = db.one_or_404(clinics.options(joinedload(Clinic.site)))
    return clinic


def booking_to_run(booking_id: int) -> Booking:
    """A booking at a clinic that the person runs."""
    slot = joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site)
    bookings = access.runnable_bookings(me()).where(Booking.id == booking_id)
    parts = (slot, joinedload(Booking.person), joinedload(Booking.topic), joinedload(Booking.device))
    booking: Booking = db.one_or_404(bookings.options(*parts))
    return booking


def drop_in_to_run(drop_in_id: int) -> DropIn:
    """Somebody in the queue of a clinic that the person runs."""
    drop_in: DropIn = db.one_or_404(access.runnable_drop_ins(me()).where(DropIn.id == drop_in_id))
    return drop_in


def own_drop_in(drop_in_id: int) -> DropIn:
    """A turn in a queue that is the person's to give up."""
    drop_in: DropIn = db.one_or_404(access.own_drop_ins(me()).where(DropIn.id == drop_in_id))
    return drop_in


def visitor_to_run(person_id: int) -> Visitor:
    """Somebody without an account who came to a clinic that the person runs."""
    visitor: Visitor = db.one_or_404(access.runnable_visitors(me()).where(Visitor.person_id == person_id))
    return visitor


def own_booking(booking_id: int) -> Booking:
    """A booking that is the person's to see: their own, or one they may make for somebody else."""
    slot = joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site)
    bookings = access.visible_bookings(me()).where(Booking.id == booking_id)
    booking: Booking = db.one_or_404(bookings.options(slot, joinedload(Booking.person)))
    return booking
