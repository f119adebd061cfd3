"""What can happen to what comes again and again."""

from dataclasses import dataclass, field
from typing import Any

from ...journal import Event
from ..models import Ticket
from .models import RecurringTicket


@dataclass(frozen=True, kw_only=True)
class RecurringEvent(Event):
    about: RecurringTicket
    changes: dict[str, list[Any]] = field(default_factory=dict)


class RecurringAdded(RecurringEvent): ...


class RecurringChanged(RecurringEvent): ...


class RecurringPaused(RecurringEvent): ...


class RecurringResumed(RecurringEvent): ...


@dataclass(frozen=True, kw_only=True)
class RecurringMade(Event):
    """The timetable has raised a ticket for one of its times."""

    about: RecurringTicket
    ticket: Ticket
