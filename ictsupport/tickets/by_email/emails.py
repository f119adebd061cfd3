"""What is written to somebody whose mail, or a file of it, could not be taken: to a person we know."""

from datetime import timedelta

from sqlalchemy import exists, select

from ... import clock
from ...database import db
from ...mail import Outgoing, send
from ...mail.receiving import NotUnderstood
from ...people.models import Person
from ..models import Ticket

QUIET = timedelta(hours=1)
TEMPLATE = "tickets/not_by_mail"


def tell_not_taken(person: Person, ticket: Ticket) -> str:
    """Say where to do it instead: whoever answered believes that their words have arrived. Tells what was done."""
    lately = exists().where(
        Outgoing.to_id == person.id, Outgoing.template == TEMPLATE, Outgoing.created_at > clock.now() - QUIET
    )
    why = (
        f"It answers a message about {ticket.reference} that cannot be answered by mail; nothing was changed."
    )
    if db.session.scalar(select(lately)):
        raise NotUnderstood(why)
    send(to=person, template=TEMPLATE, about=ticket, thread=f"ticket-{ticket.id}", ticket=ticket)
    return f"{why} {person.name} was told where to do it."


def tell_left_out(person: Person, ticket: Ticket, left_out: str) -> None:
    """On a page they would have been told at once that a file cannot be taken."""
    send(
        to=person,
        template="tickets/files_left_out",
        about=ticket,
        thread=f"ticket-{ticket.id}",
        ticket=ticket,
        left_out=left_out,
    )
