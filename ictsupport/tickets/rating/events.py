"""What can happen to ratings. The words somebody wrote are not repeated in the journal: they are forgotten earlier."""

from dataclasses import dataclass

from ...journal import Event
from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Rated(Event):
    about: Ticket
    score: int
    was: int | None = None


@dataclass(frozen=True, kw_only=True)
class RungBack(Event):
    """Somebody who was not satisfied has been rung back."""

    about: Ticket
