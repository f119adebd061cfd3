"""What somebody has asked already and waits for still, so that they need not ask twice."""

import re
from collections.abc import Iterable

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import raiseload

from ...database import contains, db
from ...pages.filters import near_moment
from ...people.models import Person
from ..access import own_tickets
from ..models import Ticket, ticket_systems
from .suggestions import Asking, Suggestion, suggestion

LONG_ENOUGH = 4


@suggestion(order=20)
def asked_already(asking: Asking, person: Person) -> Iterable[Suggestion]:
    words = [word for word in re.findall(r"\w+", asking.words) if len(word) >= LONG_ENOUGH][:6]
    about = [contains(Ticket.subject, word) for word in words]
    if asking.system_id is not None:
        named = select(ticket_systems.c.ticket_id).where(ticket_systems.c.system_id == asking.system_id)
        about.append(Ticket.id.in_(named))
    if not about:
        return
    tickets = db.session.scalars(
        own_tickets(person)
        .where(Ticket.OPEN, or_(*about))
        .order_by(Ticket.id.desc())
        .limit(3)
        .options(raiseload("*"))
    )
    for ticket in tickets:
        yield Suggestion(
            "You have asked already",
            ticket.subject,
            f"{ticket.reference}, asked {near_moment(ticket.opened_at)}. Add to it instead of asking again.",
            href=url_for("tickets.ticket", reference=ticket.reference),
        )
