"""What other pages show of problems: the ticket's, and the first page of everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from ...pages.cards import notice
from ...people.models import Person
from ..access import is_desk, may_work
from ..models import ASKED_FOR, Ticket, TicketType
from ..parts import Action, action, beside, part
from ..raising import council_of
from .models import Problem
from .queries import known_errors, published


@dataclass(frozen=True)
class IsProblem:
    """Above a problem, for the desk: the way to what is known of it."""

    ticket: Ticket
    template: str = "tickets/problems/is_problem.html"
    is_notice: bool = True


@part
def problem_here(ticket: Ticket, person: Person) -> IsProblem | None:
    if ticket.ticket_type is not TicketType.PROBLEM or not is_desk(person) or not may_work(person, ticket):
        return None
    return IsProblem(ticket)


@dataclass(frozen=True)
class KnownErrors:
    """What helps with a ticket like this until the problem is solved."""

    ticket: Ticket
    problems: Sequence[Problem]
    template: str = "tickets/problems/beside.html"


@beside
def known_errors_beside(ticket: Ticket, person: Person) -> KnownErrors | None:
    if ticket.ticket_type not in ASKED_FOR:
        return None
    found = known_errors(ticket, person)
    return KnownErrors(ticket, found) if found else None


@action(order=65)
def attach_to_problem(ticket: Ticket, _person: Person) -> Action | None:
    if ticket.merged_into_id is not None or ticket.ticket_type not in ASKED_FOR:
        return None
    return Action("Problem", url_for("tickets.problem_of", reference=ticket.reference))


@notice
def known_problems(person: Person) -> Sequence[str]:
    """What everybody it may concern reads on their first page."""
    council = council_of(person)
    return published(council.id if council is not None else None)
