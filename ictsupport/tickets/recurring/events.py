"""What can happen to what comes again and again."""

from dataclasses import dataclass

from ...journal import Event
from ...journal.settings import SettingChanged
from ..models import Ticket
from .models import RecurringTicket


@dataclass(frozen=True, kw_only=True)
class RecurringTicketChanged(SettingChanged):
    """What comes again was said, changed, paused or let go on."""

    about: RecurringTicket


@dataclass(frozen=True, kw_only=True)
class RecurringMade(Event):
    """The timetable has raised a ticket for one of its times."""

    about: RecurringTicket
    ticket: Ticket
