"""What can happen to a feed. Its secret is never told."""

from dataclasses import dataclass

from ...journal.events import Event
from .models import CalendarFeed


@dataclass(frozen=True, kw_only=True)
class FeedEvent(Event):
    about: CalendarFeed
    holds: str


class FeedMade(FeedEvent): ...


class FeedRenewed(FeedEvent):
    """It has another address; the one before is dead."""


class FeedRevoked(FeedEvent): ...
