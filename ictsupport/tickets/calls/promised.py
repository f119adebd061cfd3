"""Call backs that were promised: an appointment, until somebody of the desk has rung again or the ticket is done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from ...database import db
from ...people.models import Person
from ..access import workable
from ..models import Message, MessageKind, Ticket

MOST = 20


def promised_by(person: Person) -> Sequence[Any]:
    """The call backs somebody has promised and not made, soonest first: when, whom, and about what."""
    later = aliased(Message)
    return db.session.execute(
        select(
            Message.promised_at,
            Message.id,
            Ticket.reference,
            Ticket.subject,
            Person.name,
            Person.phone,
            Ticket.contact_number,
        )
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Person, Person.id == Ticket.requester_id)
        .where(
            Message.author_id == person.id,
            Message.promised_at.is_not(None),
            Ticket.OPEN,
            workable(person),
            ~exists().where(
                later.ticket_id == Message.ticket_id, later.id > Message.id, later.kind == MessageKind.CALL
            ),
        )
        .order_by(Message.promised_at)
        .limit(MOST)
    ).all()
