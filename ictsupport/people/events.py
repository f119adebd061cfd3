"""What can happen to people, councils and their calendars."""

from dataclasses import dataclass

from ..journal import Event
from .models import Calendar


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """Opening hours to come are different now."""

    about: Calendar
    what: str
