"""What people are written about their clinic bookings."""

from typing import Any

from .. import clock
from ..config import settings
from ..journal import on
from ..mail import send
from ..pages.filters import local, long_date
from ..people.models import Person
from .events import BookingCancelled, BookingEvent, BookingMoved, OutcomeRecorded, SlotBooked
from .invitations import invitation
from .models import Booking


@on(SlotBooked)
def confirm(event: SlotBooked) -> None:
    """Whoever walked in stands at the desk and needs no letter."""
    if not event.about.walked_in:
        _write(event, "clinics/booked")


@on(BookingMoved)
def tell_of_move(event: BookingMoved) -> None:
    _write(event, "clinics/moved", was_at=event.was_at, was_where=event.was_where)


@on(BookingCancelled)
def tell_of_cancelling(event: BookingCancelled) -> None:
    """Of a clinic that is called off people hear once, with what they are offered instead (see waiting/emails.py)."""
    if not event.called_off:
        _write(event, "clinics/cancelled", reason=event.reason)


@on(OutcomeRecorded)
def tell_what_was_done(event: OutcomeRecorded) -> None:
    """Only where something was written down; of a ticket the person hears from the ticket itself."""
    if event.about.outcome_note and event.ticket is None:
        send(to=event.person, template="clinics/outcome", about=event.about, **_context(event.about, None))


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
    }
