"""What can happen to a message."""

from dataclasses import dataclass

from ..journal import Event
from .models import Outgoing


@dataclass(frozen=True, kw_only=True)
class MessageResent(Event):
    about: Outgoing
