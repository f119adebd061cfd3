"""Taking a ticket in hand, at the doors of those who work it."""

from sqlalchemy import select

from ..database import db
from ..people.access import me
from .access import workable
from .models import Ticket


def work_on(reference: str) -> Ticket:
    """The ticket, for whoever is signed in and works it; nobody else learns that it is there (404)."""
    ticket: Ticket = db.one_or_404(select(Ticket).where(Ticket.reference == reference, workable(me())))
    return ticket
