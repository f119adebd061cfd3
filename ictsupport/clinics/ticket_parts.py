"""The clinic a ticket comes from, as a part of the ticket's page."""

from dataclasses import dataclass

from ..people.models import Person
from ..tickets.models import Channel, Ticket
from ..tickets.parts import part
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
    """Asked of the database only for a ticket that came in at a clinic."""
    if ticket.channel is not Channel.CLINIC:
        return None
    booking = booking_of_ticket(ticket)
    if booking is None:
        return None
    own = booking.person_id == person.id
    return FromClinic(booking, may_open=own or access.books_for_others(person))
