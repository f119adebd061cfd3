"""What people are written about their clinic bookings."""

from typing import Any

from .. import clock
from ..config import settings
from ..devices.models import Device
from ..journal import on
from ..mail import send
from ..mail.queries import letters_about
from ..pages.filters import local, long_date
from ..people.models import Person
from .events import BookingCancelled, BookingEvent, BookingMoved, OutcomeRecorded, SlotBooked
from .invitations import invitation
from .links import link_to_booking
from .models import Booking, BookingState, Slot

WHAT_WE_DID = "clinics/outcome"


@on(SlotBooked)
def confirm(event: SlotBooked) -> None:
    """Whoever walked in stands at the desk and needs no letter."""
    if not event.about.walked_in:
        _write(event, "clinics/booked")


@on(BookingMoved)
def tell_of_move(event: BookingMoved) -> None:
    """Of a time that is only held for them people hear with what they can do about it (see waiting/emails.py)."""
    if event.about.state is not BookingState.OFFERED:
        _write(event, "clinics/moved", was_at=event.was_at, was_where=event.was_where)


@on(BookingCancelled)
def tell_of_cancelling(event: BookingCancelled) -> None:
    """Of a clinic that is called off people hear once, with what they are offered instead (see waiting/emails.py)."""
    if not event.called_off:
        _write(event, "clinics/cancelled", reason=event.reason)


@on(OutcomeRecorded)
def tell_what_was_done(event: OutcomeRecorded) -> None:
    """Only where something was done or written down; of a ticket the person hears from the ticket itself."""
    booking = event.about
    if event.letter and (booking.outcome_note or event.given):
        letter = what_we_did(booking, booking.outcome_note, event.given, event.back, event.follow_up)
        send(to=event.person, template=WHAT_WE_DID, about=booking, **letter)


def what_we_did(
    booking: Booking,
    note: str,
    given: Device | None = None,
    back: Device | None = None,
    follow_up: Booking | None = None,
    next_slot: Slot | None = None,
) -> dict[str, Any]:
    """What the letter after a visit says."""
    slot = follow_up.slot if follow_up else next_slot
    more = {"note": note, "given": given, "back": back, "next_slot": slot}
    return {**_context(booking, None), **more}


def was_told(booking: Booking) -> bool:
    """Whether the person has had a letter with what is written down of their visit now. One statement, or none."""
    if booking.outcome is None:
        return False
    letters = letters_about(booking, WHAT_WE_DID)
    return any(booking.outcome_note in letter.text for letter in letters)


def remind(booking: Booking) -> bool:
    """A word before their time comes; says whether there was an address to write to."""
    starts_at = booking.slot.starts_at
    days = (local(starts_at).date() - local(clock.now()).date()).days
    day = {0: "Today", 1: "Tomorrow"}.get(days) or long_date(starts_at)
    return send(
        to=booking.person, template="clinics/reminder", about=booking, day=day, **_context(booking, None)
    )


def _write(event: BookingEvent, template: str, **more: Any) -> None:
    booking = event.about
    send(
        to=event.person,
        template=template,
        about=booking,
        calendar=invitation(booking),
        **_context(booking, event.by),
        **more,
    )


def _context(booking: Booking, by: Person | None) -> dict[str, Any]:
    clinic = booking.slot.clinic
    return {
        "booking": booking,
        "starts_at": booking.slot.starts_at,
        "clinic": clinic,
        "by": by if by is not None and by.id != booking.person_id else None,
        "phone": settings().service_phone,
        "manage": link_to_booking(booking),
    }
