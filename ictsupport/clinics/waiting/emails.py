"""What people are written who wait for a clinic, and when a clinic is called off."""

from typing import Any

from ...config import settings
from ...journal import on
from ...mail import send
from ..invitations import invitation
from ..models import Booking, Clinic
from .events import OfferLapsed, OfferMade, WaitingEnded, WaitingListJoined
from .links import link_to_offer
from .models import WaitingEntry, WaitingState
from .queries import turns_of


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


@on(OfferLapsed)
def tell_of_lapse(event: OfferLapsed) -> None:
    _write("clinics/offer_lapsed", event.entry, clinic=event.clinic, starts_at=event.about.slot.starts_at)


@on(WaitingEnded)
def tell_of_waiting_in_vain(event: WaitingEnded) -> None:
    """Who left the list knows it."""
    if event.about.state is WaitingState.EXPIRED:
        _write("clinics/waited_in_vain", event.about)


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
