"""Mail that was not understood, put where it belongs by somebody who has looked at it."""

from ...config import settings
from ...database import lock
from ...errors import Refusal
from ...mail.models import IncomingMessage, IncomingState
from ...mail.reading import Letter, read
from ...people.models import Person
from ..models import Ticket
from .bringing import Brought, brought_by, note_from, raise_from


class SeenTo(Refusal):
    reason = "Somebody else has seen to this message meanwhile. Look at what came of it."


def letter_of(incoming: IncomingMessage) -> Letter:
    """What is read of the message."""
    return read(incoming.raw or b"", trusted_hop=settings().mail_trusted_hop)


def file_as_ticket(incoming: IncomingMessage, requester: Person, *, by: Person) -> Ticket:
    """Raise a ticket out of it for somebody, who is told."""
    ticket = raise_from(_in_hand(incoming), requester=requester, by=by)
    _done(incoming, f"{by.name} made {ticket.reference} of it.")
    return ticket


def put_on_ticket(incoming: IncomingMessage, ticket: Ticket, *, by: Person) -> Ticket:
    """Put it on a ticket as a note for the desk, which decides what it is worth; returns the ticket it went to."""
    landed = note_from(_in_hand(incoming), ticket, by=by)
    _done(incoming, f"{by.name} put it on {landed.reference}.")
    return landed


def _in_hand(incoming: IncomingMessage) -> Brought:
    lock(incoming)
    if incoming.state not in (IncomingState.NOT_UNDERSTOOD, IncomingState.PUT_AWAY):
        raise SeenTo
    return brought_by(letter_of(incoming))


def _done(incoming: IncomingMessage, outcome: str) -> None:
    incoming.state, incoming.taken_by, incoming.outcome = IncomingState.TAKEN, "tickets", outcome[:500]
