"""Cancelling a booking, and calling off a whole clinic."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from .. import clock
from ..database import db, lock, lock_timeout
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from ..tickets.texts import line
from . import access
from .booking import PATIENCE, free_ticks, in_words
from .events import BookingCancelled, ClinicCalledOff
from .models import Booking, BookingState, Clinic, Slot


class NothingToCancel(Refusal):
    reason = "This booking has been cancelled or used already. There is nothing left to do."


class TooLateToCancel(Refusal):
    reason = "Cancelling closed {before} before your time. Ring us and tell us that you cannot come."


class ClinicHeld(Refusal):
    reason = "This clinic has already been held, so it cannot be called off."


class ReasonNeeded(Refusal):
    reason = "Say why, in a few words: those who booked are told."


@dataclass
class CalledOff:
    """What calling off came to: who was told by e-mail, and who must be told otherwise because they have none."""

    told: list[Person] = field(default_factory=list)
    to_phone: list[Person] = field(default_factory=list)


def cancel_booking(booking: Booking, *, by: Person, reason: str = "") -> Booking:
    """Give the place back at once. Whoever runs the clinic may do so until it is held, others until the cut-off."""
    lock_timeout(PATIENCE)
    _lock_booking(booking)
    clinic, slot = booking.slot.clinic, booking.slot
    if not booking.state.is_coming:
        raise NothingToCancel
    if not access.runs(by, clinic):
        if slot.has_passed:
            raise NothingToCancel
        if clock.now() > slot.starts_at - timedelta(minutes=clinic.cancel_until_minutes):
            raise TooLateToCancel(before=in_words(clinic.cancel_until_minutes))
    return _cancel(booking, by=by, reason=line(reason, what="The reason", limit=300), called_off=False)


def call_off_clinic(clinic: Clinic, *, reason: str, by: Person) -> CalledOff:
    """Call off the clinic and cancel every booking at it, in the order they were made. Twice is once."""
    lock_timeout(PATIENCE)
    lock(clinic)
    result = CalledOff()
    if clinic.is_called_off:
        return result
    if clinic.has_passed:
        raise ClinicHeld
    reason = line(reason, what="The reason", limit=300)
    if not reason:
        raise ReasonNeeded
    clinic.called_off_at, clinic.called_off_by_id = clock.now(), by.id
    clinic.called_off_reason = reason
    clinic.version += 1
    coming = db.session.scalars(
        select(Booking)
        .join(Booking.slot)
        .where(Slot.clinic_id == clinic.id, Booking.state.in_((BookingState.OFFERED, BookingState.CONFIRMED)))
        .order_by(Booking.booked_at, Booking.id)
    ).all()
    announce(ClinicCalledOff(about=clinic, reason=clinic.called_off_reason, bookings=len(coming), by=by))
    for booking in coming:
        _lock_booking(booking)
        if booking.state.is_coming:
            _cancel(booking, by=by, reason=clinic.called_off_reason, called_off=True)
            (result.told if booking.person.email else result.to_phone).append(booking.person)
    return result


def _lock_booking(booking: Booking) -> None:
    """Lock the person first, as booking does, then the booking."""
    db.session.scalar(select(Person.id).where(Person.id == booking.person_id).with_for_update(key_share=True))
    db.session.refresh(
        booking, ["state", "slot_id", "sequence", "version"], with_for_update={"key_share": True}
    )
    db.session.expire(booking, ["slot"])


def _cancel(booking: Booking, *, by: Person, reason: str, called_off: bool) -> Booking:
    booking.state = BookingState.CANCELLED
    booking.offered_until = None
    booking.cancelled_at, booking.cancelled_by_id = clock.now(), by.id
    booking.sequence += 1
    booking.version += 1
    free_ticks(booking)
    announce(
        BookingCancelled(
            about=booking,
            person=booking.person,
            clinic=booking.slot.clinic,
            reason=reason,
            called_off=called_off,
            by=by,
            for_whom=booking.person if booking.person_id != by.id else None,
        )
    )
    return booking
