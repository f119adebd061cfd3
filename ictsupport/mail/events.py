"""What can happen to a message."""

from dataclasses import dataclass

from ..journal import Event
from .models import IncomingMessage, Outgoing


@dataclass(frozen=True, kw_only=True)
class MessageResent(Event):
    about: Outgoing


@dataclass(frozen=True, kw_only=True)
class MessagePutAway(Event):
    """Somebody has seen to a message that the service did not understand."""

    about: IncomingMessage
