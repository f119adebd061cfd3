"""The clinics of a ticket, as parts of its page: the one it was raised at, and the one it is brought to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from ..pages.filters import clock_time, long_date
from ..people.models import Person, RequesterKind
from ..tickets.access import is_desk
from ..tickets.models import Channel, HoldReason, Ticket
from ..tickets.parts import Action, Happening, action, happening, part
from . import access
from .day.queries import clinic_brought_to
from .models import Booking
from .queries import booking_of_ticket


@dataclass(frozen=True)
class AtClinic:
    """The booking a ticket was raised from, or (`to_come`) is brought to; `may_open` says whether its page may be opened."""

    booking: Booking
    may_open: bool
    to_come: bool = False
    own: bool = False
    may_bring: bool = False
    reference: str = ""
    template: str = "clinics/of_ticket.html"


@dataclass(frozen=True)
class MayBeBrought:
    """A way for whoever asked to bring their request to a clinic."""

    reference: str
    booking: None = None
    template: str = "clinics/of_ticket.html"


@part
def clinic_of_ticket(ticket: Ticket, person: Person) -> AtClinic | MayBeBrought | None:
    found = _at_clinic(ticket, person)
    if ticket.requester_id == person.id and not is_desk(person) and _can_be_brought(ticket):
        return replace(found, may_bring=True) if found else MayBeBrought(ticket.reference)
    return found


@action(order=45)
def bring_to_clinic(ticket: Ticket, person: Person) -> Action | None:
    if not _can_be_brought(ticket) or not access.books_for_others(person):
        return None
    return Action("Bring to a clinic", url_for("clinics.bring_request", reference=ticket.reference))


def _can_be_brought(ticket: Ticket) -> bool:
    """Of members alone: clinics are for them. Asks the row alone."""
    waits = ticket.hold_reason is HoldReason.BOOKED
    is_members = ticket.requester_kind is RequesterKind.MEMBER
    return is_members and ticket.is_open and ticket.merged_into_id is None and not waits


def _at_clinic(ticket: Ticket, person: Person) -> AtClinic | None:
    """Asked of the database only for a ticket that waits for something booked, or came in at a clinic."""
    booking, to_come = None, ticket.hold_reason is HoldReason.BOOKED
    if to_come:
        booking = clinic_brought_to(ticket)
    if booking is None and ticket.channel is Channel.CLINIC:
        booking, to_come = booking_of_ticket(ticket), False
    if booking is None:
        return None
    own = booking.person_id == person.id
    may_open = own or access.books_for_others(person)
    return AtClinic(booking, may_open=may_open, to_come=to_come, own=own, reference=ticket.reference)


@happening
def clinic_in_the_timeline(ticket: Ticket, person: Person) -> Sequence[Happening]:
    """When the person sits or sat at the clinic, among what was said and done."""
    shown = _at_clinic(ticket, person)
    if shown is None or not shown.booking.is_live:
        return ()
    booking = shown.booking
    href = url_for("clinics.booking", booking_id=booking.id) if shown.may_open else ""
    starts_at = booking.slot.starts_at
    words = f"on {long_date(starts_at)} at {clock_time(starts_at)}, {booking.slot.clinic.venue}"
    return [Happening(at=starts_at, who="iPad clinic", what=words, href=href)]
