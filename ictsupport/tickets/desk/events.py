"""What can happen to what the desk has prepared."""

from dataclasses import dataclass

from ...journal import Event
from ...journal.settings import SettingChanged
from ..models import Ticket
from .models import Macro, SavedReply


@dataclass(frozen=True, kw_only=True)
class SavedReplyChanged(SettingChanged):
    """A saved reply was made, changed or retired."""

    about: SavedReply


@dataclass(frozen=True, kw_only=True)
class MacroChanged(SettingChanged):
    """A macro was made, changed or retired."""

    about: Macro


@dataclass(frozen=True, kw_only=True)
class MacroApplied(Event):
    """The steps of a macro were done to a ticket, each of them with an entry of its own."""

    about: Ticket
    macro: Macro
    name: str
