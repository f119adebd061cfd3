"""What is written to somebody whose mail could not be taken: to a person we know, once in a while."""

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
