"""What can happen to somebody who waits for a clinic."""

from dataclasses import dataclass
from datetime import datetime

from ...journal.events import Event
from ...people.models import Person
from ..events import BookingEvent
from ..models import Clinic
from .models import WaitingEntry


@dataclass(frozen=True, kw_only=True)
class WaitingEvent(Event):
    about: WaitingEntry
    person: Person


class WaitingListJoined(WaitingEvent):
    pass


class WaitingEnded(WaitingEvent):
    """Withdrawn, or every clinic they waited for is over."""


@dataclass(frozen=True, kw_only=True)
class OfferMade(BookingEvent):
    """A place that came free is held for somebody. `instead_of` is the called-off clinic that cost them theirs."""

    entry: WaitingEntry
    until: datetime
    instead_of: Clinic | None = None


@dataclass(frozen=True, kw_only=True)
class OfferDeclined(BookingEvent):
    entry: WaitingEntry


@dataclass(frozen=True, kw_only=True)
class OfferLapsed(BookingEvent):
    entry: WaitingEntry
