"""What people are written who wait for a clinic, and when a clinic is called off."""

from typing import Any

from sqlalchemy import select

from ...config import settings
from ...database import db
from ...journal import on
from ...mail import send
from ..events import BookingMoved, ClinicChanged
from ..invitations import invitation
from ..models import Booking, BookingState, Clinic
from .events import OfferLapsed, OfferMade, WaitingEnded, WaitingListJoined
from .links import link_to_offer
from .models import WaitingEntry, WaitingState
from .offering import waiting_in_order
from .queries import turns_of

WHEN_OR_WHERE = {"site", "room", "day", "opens"}
"""What of a clinic those who wait for it have to know when it changes."""


@on(WaitingListJoined)
def confirm_waiting(event: WaitingListJoined) -> None:
    by = event.by if event.by is not None and event.by.id != event.person.id else None
    _write("clinics/waiting", event.about, by=by, turns=turns_of([event.about])[event.about.id])


@on(OfferMade)
def tell_of_offer(event: OfferMade) -> None:
    """Whoever lost their place to a clinic that was called off reads of it in that one letter."""
    if event.instead_of is None:
        _write(
            "clinics/offered",
            event.entry,
            booking=event.about,
            clinic=event.clinic,
            starts_at=event.about.slot.starts_at,
            until=event.until,
            answer=link_to_offer(event.entry),
        )


@on(BookingMoved)
def tell_of_moved_offer(event: BookingMoved) -> None:
    """What is only offered is in nobody's calendar yet, and is answered where it was."""
    booking = event.about
    if booking.state is not BookingState.OFFERED:
        return
    entry = db.session.scalar(select(WaitingEntry).where(WaitingEntry.booking_id == booking.id))
    if entry is not None:
        _write(
            "clinics/offer_moved",
            entry,
            booking=booking,
            clinic=event.clinic,
            starts_at=event.starts_at,
            was_at=event.was_at,
            was_where=event.was_where,
            until=booking.offered_until,
            answer=link_to_offer(entry),
        )


@on(OfferLapsed)
def tell_of_lapse(event: OfferLapsed) -> None:
    _write("clinics/offer_lapsed", event.entry, clinic=event.clinic, starts_at=event.about.slot.starts_at)


@on(WaitingEnded)
def tell_of_waiting_in_vain(event: WaitingEnded) -> None:
    """Who left the list knows it."""
    if event.about.state is WaitingState.EXPIRED:
        _write("clinics/waited_in_vain", event.about)


@on(ClinicChanged)
def tell_of_another_time(event: ClinicChanged) -> None:
    """Those who wait for a clinic that is somewhere or some time else now, unless they have just been offered a time."""
    if WHEN_OR_WHERE.isdisjoint(event.changes):
        return
    entries = waiting_in_order(event.about)
    turns = turns_of(entries)
    for entry in entries:
        _write("clinics/waited_for_moves", entry, clinic=event.about, turns=turns[entry.id])


def tell_of_calling_off(
    booking: Booking, entry: WaitingEntry, clinic: Clinic | None, offered: Booking | None, *, invited: bool
) -> None:
    """The one letter: the clinic is off, it leaves the calendar, and what is kept for them instead."""
    send(
        to=booking.person,
        template="clinics/called_off",
        about=booking,
        calendar=invitation(booking) if invited else None,
        booking=booking,
        starts_at=booking.slot.starts_at,
        clinic=booking.slot.clinic,
        reason=booking.slot.clinic.called_off_reason,
        offered=offered,
        answer=link_to_offer(entry) if offered else "",
        next_clinic=clinic,
        turns=turns_of([entry])[entry.id] if clinic and not offered else [],
        phone=settings().service_phone,
    )


def tell_of_other_list(entry: WaitingEntry, called_off: Clinic) -> None:
    """Those who only waited for it wait for the next one."""
    _write("clinics/waiting_moved", entry, called_off=called_off, turns=turns_of([entry])[entry.id])


def _write(template: str, entry: WaitingEntry, **more: Any) -> None:
    send(to=entry.person, template=template, about=entry, entry=entry, phone=settings().service_phone, **more)
