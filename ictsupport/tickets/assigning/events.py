"""What can happen when work is dealt out."""

from dataclasses import dataclass

from ...journal import Event
from ...people.models import Person
from ...people.rota.models import Absence
from ..models import Queue
from .models import Deal, HandBack, Standstill


@dataclass(frozen=True, kw_only=True)
class CapChanged(Event):
    """Somebody is given another number of tickets at most; none: what everybody is given."""

    about: Person
    most: int | None


@dataclass(frozen=True, kw_only=True)
class QueueSkillChanged(Event):
    """The queue's tickets are for those who know the system, or for everybody in its team again."""

    about: Queue
    asks: bool


@dataclass(frozen=True, kw_only=True)
class HandoverChosen(Event):
    """What happens to somebody's work when an absence begins; `kept` are the tickets they keep by name."""

    about: Absence
    person: Person
    keeps_all: bool
    kept: list[int]


@dataclass(frozen=True, kw_only=True)
class WorkHandedBack(Event):
    """Somebody's open work went back to its queues."""

    about: HandBack
    person: Person
    tickets: list[int]


@dataclass(frozen=True, kw_only=True)
class QueueStands(Event):
    """A queue has tickets that nobody can be given."""

    about: Standstill
    queue: Queue
    tickets: list[int]
    tell: bool


@dataclass(frozen=True, kw_only=True)
class DealtOut(Event):
    """Many tickets were given out in one press."""

    about: Deal
    tickets: list[int]


@dataclass(frozen=True, kw_only=True)
class DealUndone(Event):
    """What was given out came back, but for the tickets somebody had worked on since."""

    about: Deal
    tickets: list[int]
