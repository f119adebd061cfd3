"""What can happen on the day of a clinic, beside what happens to bookings."""

from dataclasses import dataclass

from ...journal.events import Event
from ...people.models import Person
from ...tickets.models import Ticket
from ..models import Booking, Clinic
from .models import BroughtTicket, DropIn, Visitor


@dataclass(frozen=True, kw_only=True)
class DropInEvent(Event):
    about: DropIn
    person: Person
    clinic: Clinic


class DropInCame(DropInEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class DropInCalled(DropInEvent):
    booking: Booking


class DropInLeft(DropInEvent):
    """They went, or the day ended, before anybody saw them."""


class DropInSentHome(DropInEvent):
    """Their clinic was called off while they waited."""


class DropInIsBack(DropInEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class VisitorNamed(Event):
    about: Visitor
    person: Person
    clinic: Clinic


@dataclass(frozen=True, kw_only=True)
class VisitorKnown(Event):
    """A visitor turned out to be somebody: what they did is that person's now."""

    about: Visitor
    visitor: Person
    person: Person


@dataclass(frozen=True, kw_only=True)
class ClinicRunsLate(Event):
    """By so many minutes (0: on time again), and by how many it was said to before."""

    about: Clinic
    minutes: int
    was: int


@dataclass(frozen=True, kw_only=True)
class TicketBrought(Event):
    """An open ticket waits for the clinic. Stands in the journal of the ticket and of the booking too."""

    about: BroughtTicket
    ticket: Ticket
    booking: Booking


@dataclass(frozen=True, kw_only=True)
class TicketLeftAtHome(Event):
    """It is not brought after all."""

    about: BroughtTicket
    ticket: Ticket
    booking: Booking
