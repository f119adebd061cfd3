"""What was asked and answered when a ticket was raised, as a part of its page; and checking who asks, as an action."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from ...people.models import Person
from ..access import is_desk
from ..models import Ticket
from ..parts import Action, action, part
from .models import IdentityCheck, RequestType
from .offering import filled_of


@dataclass(frozen=True)
class Asked:
    """The request type, the answers, and whether the requester's identity is known or still to be checked."""

    type: RequestType
    number: int
    answers: list[dict[str, Any]]
    check: IdentityCheck | None
    to_check: bool
    desk: bool
    address: str
    template: str = "tickets/request_types/of_ticket.html"
    is_notice: bool = False


@part
def answers_of_ticket(ticket: Ticket, person: Person) -> Asked | None:
    """Asked of the database only for a ticket that has a category: those that came by a form do."""
    if not ticket.category:
        return None
    found = filled_of(ticket.id)
    if found is None:
        return None
    filled, check = found
    type_ = filled.form.type
    desk = is_desk(person) and person.id != ticket.requester_id
    return Asked(
        type_,
        filled.form.number,
        filled.answers,
        check if desk else None,
        to_check=type_.identity_check and check is None,
        desk=desk,
        address=url_for("tickets.identity", reference=ticket.reference),
    )


@action(order=60)
def check_who_asks(ticket: Ticket, _person: Person) -> Action | None:
    if not ticket.is_open:
        return None
    return Action("Check identity", url_for("tickets.identity", reference=ticket.reference))
