"""What can happen to problems, beyond what happens to any ticket."""

from dataclasses import dataclass

from ...journal import Event
from ...journal.settings import SettingChanged
from ..events import TicketEvent
from ..models import Ticket
from .models import ProblemRule, ProblemSuggestion


@dataclass(frozen=True, kw_only=True)
class ProblemDescribed(TicketEvent):
    """Its cause or its workaround is written down otherwise than before."""


@dataclass(frozen=True, kw_only=True)
class WorkaroundPublished(TicketEvent):
    """Everybody it concerns reads these words (`reason`)."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class WorkaroundWithdrawn(TicketEvent):
    """Nobody but the desk reads of it any more."""


@dataclass(frozen=True, kw_only=True)
class SuggestionTaken(Event):
    """A problem was opened as the tickets suggested it."""

    about: ProblemSuggestion
    problem: Ticket


@dataclass(frozen=True, kw_only=True)
class SuggestionDismissed(Event):
    """There is no problem behind these tickets."""

    about: ProblemSuggestion


@dataclass(frozen=True, kw_only=True)
class ProblemRuleChanged(SettingChanged):
    """Other numbers of similar tickets suggest a problem from now on."""

    about: ProblemRule
