"""Cancelling a booking, and calling off a whole clinic."""

from datetime import timedelta

from sqlalchemy import func, select

from .. import clock, jobs
from ..config import settings
from ..database import db, lock, lock_timeout
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from ..tickets.texts import line
from . import access
from .booking import PATIENCE, free_ticks, in_words
from .events import BookingCancelled, CallingOffUndone, ClinicCalledOff
from .models import Booking, BookingState, Clinic, Slot
from .waiting.models import CallingOff, WaitingEntry
from .waiting.offering import decline, offer_or_later


class NothingToCancel(Refusal):
    reason = "This booking has been cancelled or used already. There is nothing left to do."


class TooLateToCancel(Refusal):
    reason = "Cancelling closed {before} before your time. Ring us and tell us that you cannot come."


class ClinicHeld(Refusal):
    reason = "This clinic has already been held, so it cannot be called off."


class ToldAlready(Refusal):
    reason = "Those who booked have been written to, so the clinic stays called off. Plan a new one instead."


class ReasonNeeded(Refusal):
    reason = "Say why, in a few words: those who booked are told."


def cancel_booking(booking: Booking, *, by: Person, reason: str = "") -> Booking:
    """Give the place back at once. Whoever runs the clinic may do so until it is held, others until the cut-off."""
    take_turn_to_cancel(booking)
    clinic, slot = booking.slot.clinic, booking.slot
    if not booking.state.is_coming:
        raise NothingToCancel
    if not access.runs(by, clinic):
        if slot.has_passed:
            raise NothingToCancel
        if cancelling_closed(booking):
            raise TooLateToCancel(before=in_words(clinic.cancel_until_minutes))
    if booking.state is BookingState.OFFERED:
        entry = db.session.scalars(select(WaitingEntry).where(WaitingEntry.booking_id == booking.id)).one()
        decline(entry, by=by)
        return booking
    return _cancel(booking, by=by, reason=line(reason, what="The reason", limit=300))


def cancelling_closed(booking: Booking) -> bool:
    """Whether it is too late for the person to cancel by themself."""
    slot = booking.slot
    return clock.now() > slot.starts_at - timedelta(minutes=slot.clinic.cancel_until_minutes)


def call_off_clinic(clinic: Clinic, *, reason: str, by: Person) -> CallingOff:
    """Call off the clinic. Twice is once.

    Nobody can book there from now on. A few minutes later (a setting) a job
    places everybody anew and writes to them (see waiting/replacing.py); until
    then it can be undone as if nothing had been.
    """
    lock_timeout(PATIENCE)
    lock(clinic)
    known = calling_off_of(clinic)
    if clinic.is_called_off and known is not None:
        return known
    if clinic.has_passed:
        raise ClinicHeld
    reason = line(reason, what="The reason", limit=300)
    if not reason:
        raise ReasonNeeded
    clinic.called_off_at, clinic.called_off_by_id = clock.now(), by.id
    clinic.called_off_reason = reason
    clinic.version += 1
    due_at = clock.now() + timedelta(minutes=settings().clinic_call_off_minutes)
    calling_off = CallingOff(clinic_id=clinic.id, due_at=due_at)
    db.session.add(calling_off)
    db.session.flush()
    jobs.enqueue("clinics.call_off", {"calling_off": calling_off.id}, at=due_at)
    announce(ClinicCalledOff(about=clinic, reason=reason, bookings=coming_to(clinic), by=by))
    return calling_off


def undo_calling_off(clinic: Clinic, *, by: Person) -> None:
    """Hold the clinic after all, as long as nobody has been written to. Twice is once."""
    lock_timeout(PATIENCE)
    lock(clinic)
    if not clinic.is_called_off:
        return
    calling_off = calling_off_of(clinic)
    if calling_off is None or calling_off.done_at is not None:
        raise ToldAlready
    db.session.delete(calling_off)
    clinic.called_off_at = clinic.called_off_by_id = None
    clinic.called_off_reason = ""
    clinic.version += 1
    announce(CallingOffUndone(about=clinic, by=by))
    offer_or_later(clinic)


def calling_off_of(clinic: Clinic) -> CallingOff | None:
    return db.session.scalar(select(CallingOff).where(CallingOff.clinic_id == clinic.id))


def coming_to(clinic: Clinic) -> int:
    """How many hold a place that they are expected at, or are offered. One statement."""
    coming = (
        select(func.count())
        .select_from(Booking)
        .join(Booking.slot)
        .where(Slot.clinic_id == clinic.id, Booking.state.in_((BookingState.OFFERED, BookingState.CONFIRMED)))
    )
    return db.session.scalar(coming) or 0


def take_turn_to_cancel(booking: Booking) -> None:
    """Lock the clinic against being called off meanwhile, then the person, as booking does, then the booking."""
    lock_timeout(PATIENCE)
    db.session.refresh(booking.slot.clinic, ["called_off_at", "version"], with_for_update={"read": True})
    db.session.scalar(select(Person.id).where(Person.id == booking.person_id).with_for_update(key_share=True))
    db.session.refresh(
        booking, ["state", "slot_id", "sequence", "version"], with_for_update={"key_share": True}
    )
    db.session.expire(booking, ["slot"])


def _cancel(booking: Booking, *, by: Person, reason: str) -> Booking:
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
            by=by,
            for_whom=booking.person if booking.person_id != by.id else None,
        )
    )
    return booking
