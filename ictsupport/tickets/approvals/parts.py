"""The way to approvals from a ticket's page."""

from flask import url_for

from ...people.models import Person
from ..models import Ticket
from ..parts import Action, action


@action(order=35)
def approvals(ticket: Ticket, _person: Person) -> Action | None:
    """The list, with the way to ask."""
    return Action("Approvals", url_for("tickets.approvals", reference=ticket.reference))
