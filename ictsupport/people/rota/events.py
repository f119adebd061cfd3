"""What can happen to somebody's hours."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ...journal import Event
from ..models import Person
from .models import Absence


@dataclass(frozen=True, kw_only=True)
class AbsenceEntered(Event):
    about: Absence
    person: Person
    kind_of_absence: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class AbsenceCalledOff(Event):
    """They are here after all; one that had begun ends now."""

    about: Absence
    person: Person


@dataclass(frozen=True, kw_only=True)
class PatternChanged(Event):
    """From a day on somebody works other hours."""

    about: Person
    effective_from: date
    week: dict[str, Any]
