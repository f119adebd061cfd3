"""What can happen to a clinic and to a booking."""

from dataclasses import dataclass
from datetime import datetime

from ..devices.models import Device
from ..journal.events import Event
from ..people.models import Person
from ..tickets.models import Ticket
from .models import Booking, Clinic


@dataclass(frozen=True, kw_only=True)
class ClinicEvent(Event):
    about: Clinic


class ClinicPlanned(ClinicEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ClinicChanged(ClinicEvent):
    changes: dict[str, list[object]]


@dataclass(frozen=True, kw_only=True)
class ClinicCalledOff(ClinicEvent):
    reason: str
    bookings: int


class CallingOffUndone(ClinicEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class PlacesClosed(ClinicEvent):
    """Now that the person is away, too, nobody is left to hold it."""

    person: Person


@dataclass(frozen=True, kw_only=True)
class PlacesOpened(ClinicEvent):
    """The person is there after all."""

    person: Person


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Event):
    """`for_whom` is the person the booking is for, wherever somebody else acted."""

    about: Booking
    person: Person
    clinic: Clinic


@dataclass(frozen=True, kw_only=True)
class SlotBooked(BookingEvent):
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingMoved(BookingEvent):
    """`was_clinic` is where a place came free; None where the whole clinic was moved with the booking."""

    was_at: datetime
    was_where: str
    starts_at: datetime
    was_clinic: Clinic | None = None


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """`called_off` says that it went with the whole clinic, and not by itself."""

    reason: str = ""
    called_off: bool = False


class CheckedIn(BookingEvent):
    pass


class CheckInUndone(BookingEvent):
    pass


class DidNotCome(BookingEvent):
    pass


class DidComeAfterAll(BookingEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class OutcomeRecorded(BookingEvent):
    """`was` is what was recorded before; `letter` says that the person is written what was done."""

    outcome: str
    was: str | None = None
    ticket: Ticket | None = None
    given: Device | None = None
    back: Device | None = None
    follow_up: Booking | None = None
    letter: bool = True


class Reminded(BookingEvent):
    pass
