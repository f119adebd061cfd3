"""The tickets about a system, as a part of the system's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import raiseload

from ..database import db
from ..people.models import Person
from ..systems.models import System
from ..systems.parts import part
from .access import is_desk, visible_tickets, workable
from .models import Status, Ticket, ticket_systems

NEWEST = 10


@dataclass(frozen=True)
class Tickets:
    """Open tickets by status, and the newest, as far as somebody may see them."""

    system: System
    counts: dict[Status, int]
    newest: Sequence[Ticket]
    desk: bool
    template: str = "tickets/of_system.html"

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@part
def tickets_of_system(system: System, person: Person) -> Tickets:
    """The desk sees what it may work on, and can go on to its queue; everybody else their own requests."""
    return Tickets(system, open_by_status(system, person), newest_about(system, person), is_desk(person))


def open_by_status(system: System, person: Person) -> dict[Status, int]:
    """How many open tickets name the system, by status; confidential ones only where somebody may open them."""
    rows = db.session.execute(
        select(Ticket.status, func.count())
        .where(*_about(system, person), Ticket.OPEN)
        .group_by(Ticket.status)
    )
    found = {row[0]: row[1] for row in rows}
    return {status: found[status] for status in Status if status in found}


def newest_about(system: System, person: Person) -> Sequence[Ticket]:
    """The newest tickets that name the system, open or not.

    By their ids, which the index of a system's tickets holds in order: for a
    rare system no other order is fast.
    """
    newest = db.session.scalars(
        select(Ticket)
        .where(*_about(system, person))
        .order_by(ticket_systems.c.ticket_id.desc())
        .limit(NEWEST)
        .options(raiseload("*"))
    ).all()
    return sorted(newest, key=lambda ticket: (ticket.opened_at, ticket.id), reverse=True)


def _about(system: System, person: Person) -> list[ColumnElement[bool]]:
    """SQL: the tickets that name the system, joined to it, as far as the person may see them."""
    own = Ticket.id.in_(visible_tickets(person).with_only_columns(Ticket.id))
    return [
        ticket_systems.c.system_id == system.id,
        ticket_systems.c.ticket_id == Ticket.id,
        workable(person) if is_desk(person) else own,
    ]
