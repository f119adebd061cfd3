"""A message that nobody understood has been seen to by somebody, and leaves the list."""

from typing import Any

from ..database import lock
from ..errors import Refusal
from ..journal import announce
from .events import MessagePutAway
from .models import IncomingMessage, IncomingState


class NothingToPutAway(Refusal):
    reason = "This message has been understood or waits to be read, so there is nothing to see to."


def put_away(incoming: IncomingMessage, *, by: Any) -> None:
    """Take it off the list; it is kept as long as it would have been. Twice is once."""
    lock(incoming)
    if incoming.state is IncomingState.PUT_AWAY:
        return
    if incoming.state is not IncomingState.NOT_UNDERSTOOD:
        raise NothingToPutAway
    incoming.state = IncomingState.PUT_AWAY
    announce(MessagePutAway(about=incoming, by=by))
