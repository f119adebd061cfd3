"""What can happen to lists."""

from dataclasses import dataclass

from ...journal import Event
from ..models import Queue
from .models import SavedView


@dataclass(frozen=True, kw_only=True)
class ViewSaved(Event):
    """A list has a name now, or another one, other content, or others who see it."""

    about: SavedView
    name: str
    content: str
    queue: Queue | None = None


@dataclass(frozen=True, kw_only=True)
class ViewRemoved(Event):
    about: SavedView
    name: str
