"""A message that could not be delivered is tried once more."""

from typing import Any

from .. import jobs
from ..database import lock
from ..errors import Refusal
from ..journal import announce
from .events import MessageResent
from .models import Outgoing


class NotFailed(Refusal):
    reason = "This message has not failed, so there is nothing to send again."


def resend(outgoing: Outgoing, *, by: Any) -> None:
    """Put the message into the post once more, as it is. It keeps its Message-ID, so nobody gets it twice."""
    lock(outgoing)
    if outgoing.state != "failed":
        raise NotFailed
    outgoing.failed_at = outgoing.error = None
    jobs.enqueue("mail.send", {"outgoing": outgoing.id})
    announce(MessageResent(about=outgoing, by=by))
