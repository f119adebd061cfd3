"""What can happen to tickets, their queues and their targets."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..journal import Event
from ..journal.settings import SettingChanged
from ..people.models import Person
from .models import ClockKind, Matrix, Message, Queue, Ticket
from .targets.models import Policy

BULK: ContextVar[int | None] = ContextVar("BULK", default=None)
"""Which act upon many tickets at once is under way; what happens to each of them says so."""


@dataclass(frozen=True, kw_only=True)
class TicketEvent(Event):
    """Something happened to a ticket. Listen to this to hear of everything.

    `version` is the ticket's version afterwards; `changes` says which fields
    changed, each with its old and its new value (rows by their id). `bulk` is
    the same for all that one press did to many tickets.
    """

    about: Ticket
    version: int
    changes: dict[str, list[Any]] = field(default_factory=dict)
    bulk: int | None = field(default_factory=BULK.get)


@dataclass(frozen=True, kw_only=True)
class TicketRaised(TicketEvent):
    """Somebody asked for help; `follows` is the closed ticket it takes up again, `split_from` the one on which it was asked."""

    follows: Ticket | None = None
    split_from: Ticket | None = None


@dataclass(frozen=True, kw_only=True)
class TicketAssigned(TicketEvent):
    """An agent has it now, or nobody."""

    assignee: Person | None = None


@dataclass(frozen=True, kw_only=True)
class TicketMoved(TicketEvent):
    """It is on another queue."""

    queue: Queue
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TicketPrioritised(TicketEvent):
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DetailsChanged(TicketEvent):
    """Other fields of the ticket were put right."""


@dataclass(frozen=True, kw_only=True)
class TicketTakenUp(TicketEvent):
    """Work on it has begun, or (to_triage) it was given back to be sorted again."""

    to_triage: bool = False


@dataclass(frozen=True, kw_only=True)
class Replied(TicketEvent):
    """A public reply, by the desk or (from_requester) by or for whoever asked."""

    message: Message
    from_requester: bool


@dataclass(frozen=True, kw_only=True)
class Noted(TicketEvent):
    message: Message


@dataclass(frozen=True, kw_only=True)
class CallLogged(TicketEvent):
    message: Message
    result: str
    promised_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TicketHeld(TicketEvent):
    """It waits for somebody or something, or for something else than before. `message` is what the requester was asked."""

    reason: str
    message: Message | None = None


@dataclass(frozen=True, kw_only=True)
class TicketReleased(TicketEvent):
    """It is off hold."""


@dataclass(frozen=True, kw_only=True)
class TicketResolved(TicketEvent):
    resolution: str


@dataclass(frozen=True, kw_only=True)
class TicketReopened(TicketEvent):
    """Work begins again, after it was resolved or cancelled (`was`)."""

    was: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TicketClosed(TicketEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class TicketCancelled(TicketEvent):
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TicketRead(Event):
    """Somebody other than its requester opened a confidential ticket."""

    about: Ticket


@dataclass(frozen=True, kw_only=True)
class RequesterReminded(Event):
    """Whoever asked was reminded that a question to them is open: the first time, the second time."""

    about: Ticket
    question: Message
    number: int
    is_last: bool


@dataclass(frozen=True, kw_only=True)
class TargetBreached(Event):
    """A target has run out. Announced once for each time it does, shortly after `breached_at`."""

    about: Ticket
    clock: ClockKind
    breached_at: datetime


@dataclass(frozen=True, kw_only=True)
class TargetStepTaken(Event):
    """A step before or after a target has come ("80%", "+1 working day"), and what was done about it."""

    about: Ticket
    clock: ClockKind
    step: str
    deed: str


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(SettingChanged):
    """Targets are different now, for the tickets the policy covers."""

    about: Policy


@dataclass(frozen=True, kw_only=True)
class MatrixChanged(SettingChanged):
    """From now on, priorities follow from impact and urgency in another way."""

    about: Matrix
