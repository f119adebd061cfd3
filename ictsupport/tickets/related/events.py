"""What can happen between tickets."""

from dataclasses import dataclass

from ..events import TicketEvent
from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class TicketsLinked(TicketEvent):
    """`about` is now something (`link`) to the other ticket. Stands in the journal of both."""

    other: Ticket
    link: str


@dataclass(frozen=True, kw_only=True)
class TicketsUnlinked(TicketEvent):
    """A link is no longer there."""

    other: Ticket
    link: str


@dataclass(frozen=True, kw_only=True)
class TicketSplit(TicketEvent):
    """Something said on `about` became a ticket of its own. Stands in the journal of both."""

    other: Ticket


@dataclass(frozen=True, kw_only=True)
class TicketMerged(TicketEvent):
    """The survivor stands for `about` from now on. Stands in the journal of both."""

    survivor: Ticket


@dataclass(frozen=True, kw_only=True)
class TicketUnmerged(TicketEvent):
    """`about` stands for itself again."""

    survivor: Ticket


@dataclass(frozen=True, kw_only=True)
class MajorIncidentDeclared(TicketEvent):
    """Many have this trouble: everybody it may concern reads these words."""

    words: str


@dataclass(frozen=True, kw_only=True)
class MajorIncidentEnded(TicketEvent):
    """It is over."""


@dataclass(frozen=True, kw_only=True)
class AllTold(TicketEvent):
    """Everybody who asked on a ticket below this one was written to at once."""

    how_many: int
