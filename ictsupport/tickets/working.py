"""Taking a ticket in hand, at the doors of those who work it."""

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..database import take
from ..people.access import me
from .access import workable
from .models import Ticket

AT_HAND = (
    joinedload(Ticket.requester),
    joinedload(Ticket.assignee),
    joinedload(Ticket.queue),
    joinedload(Ticket.clocks),
)
"""What nearly every act on a ticket, and the mail about it, looks at."""


def work_on(reference: str) -> Ticket:
    """The ticket, for whoever is signed in and works it; nobody else learns that it is there (404)."""
    found = select(Ticket).where(Ticket.reference == reference, workable(me())).options(*AT_HAND)
    return take(found, Ticket) or abort(404)
