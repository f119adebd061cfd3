"""Who may see problems, and who may keep and publish them.

The desk sees those it may work on as tickets. Systems leads, whose systems
they concern, see and keep those of their councils too, but for confidential
ones, and without the tickets below them.
"""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from ...people.access import DESK, within_reach
from ...people.models import Person, Role
from ..access import may_work, workable
from ..models import Ticket, TicketType
from .models import Problem

KEEPERS = (*DESK, Role.SYSTEMS_LEAD)
PUBLISHERS = (Role.MANAGER, Role.SYSTEMS_LEAD)


def countable(person: Person) -> ColumnElement[bool]:
    """SQL: the tickets that somebody may know to be there: those they work, and for systems leads what is not confidential."""
    led = and_(within_reach(Ticket, person, Role.SYSTEMS_LEAD), Ticket.confidential.is_(False))
    return or_(workable(person), led)


def visible_problems(person: Person) -> Select[Problem]:
    """The problems somebody may read about."""
    return (
        select(Problem)
        .join(Ticket, Ticket.id == Problem.ticket_id)
        .where(Ticket.ticket_type == TicketType.PROBLEM, countable(person))
    )


def may_keep(person: Person, ticket: Ticket) -> bool:
    """Whether the person may say what is known of the problem."""
    return may_work(person, ticket) or _leads(person, ticket)


def may_publish(person: Person, ticket: Ticket) -> bool:
    """Whether the person may let everybody read the workaround: its owner, or who answers for the desk or the system."""
    if ticket.confidential or not may_keep(person, ticket):
        return False
    return ticket.assignee_id == person.id or _holds(person, ticket, *PUBLISHERS)


def _leads(person: Person, ticket: Ticket) -> bool:
    return person.is_active and not ticket.confidential and _holds(person, ticket, Role.SYSTEMS_LEAD)


def _holds(person: Person, ticket: Ticket, *roles: Role) -> bool:
    return person.has_role(*roles) if ticket.is_shared else person.has_role_for(ticket.council_id, *roles)


def sees_suggestions(person: Person) -> bool:
    """Whether the person is shown what may be a problem: who answers for the desk, or for systems."""
    return person.has_role(*PUBLISHERS)
