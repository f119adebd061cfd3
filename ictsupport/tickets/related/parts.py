"""What the page of a ticket shows of others that have to do with it, and what can be done about that."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from ...people.models import Person
from ..access import is_desk, may_work
from ..models import Ticket
from ..parts import Action, action, part
from .queries import Linked, company_of


@dataclass(frozen=True)
class Links:
    """What a ticket is to others; `more` links there was no room for."""

    ticket: Ticket
    links: Sequence[Linked]
    more: int
    template: str = "tickets/related/links_of_ticket.html"
    is_notice: bool = False


@part
def links_of_ticket(ticket: Ticket, person: Person) -> Links | None:
    """For those who work it: what it is to other tickets, as far as they may work on those."""
    if not is_desk(person) or not may_work(person, ticket):
        return None
    company = company_of(ticket, person)
    links = company.links
    return Links(ticket, links, company.how_many - len(links)) if links else None


@action(order=60)
def link_ticket(ticket: Ticket, _person: Person) -> Action:
    return Action("Link", url_for("tickets.links", reference=ticket.reference))
