"""The clinic a ticket comes from, as a part of the ticket's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from ..pages.filters import clock_time, long_date
from ..people.models import Person
from ..tickets.models import Channel, Ticket
from ..tickets.parts import Happening, happening, part
from . import access
from .models import Booking
from .queries import booking_of_ticket


@dataclass(frozen=True)
class FromClinic:
    """The booking a ticket was raised from; `may_open` says whether its page may be opened."""

    booking: Booking
    may_open: bool
    template: str = "clinics/of_ticket.html"


@part
def clinic_of_ticket(ticket: Ticket, person: Person) -> FromClinic | None:
    return _from_clinic(ticket, person)


def _from_clinic(ticket: Ticket, person: Person) -> FromClinic | None:
    """Asked of the database only for a ticket that came in at a clinic."""
    if ticket.channel is not Channel.CLINIC:
        return None
    booking = booking_of_ticket(ticket)
    if booking is None:
        return None
    own = booking.person_id == person.id
    return FromClinic(booking, may_open=own or access.books_for_others(person))


@happening
def clinic_in_the_timeline(ticket: Ticket, person: Person) -> Sequence[Happening]:
    """When the person sat at the clinic, among what was said and done."""
    shown = _from_clinic(ticket, person)
    if shown is None:
        return ()
    booking = shown.booking
    href = url_for("clinics.booking", booking_id=booking.id) if shown.may_open else ""
    starts_at = booking.slot.starts_at
    words = f"on {long_date(starts_at)} at {clock_time(starts_at)}, {booking.slot.clinic.venue}"
    return [Happening(at=starts_at, who="iPad clinic", what=words, href=href)]
