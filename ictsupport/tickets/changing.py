"""How a ticket gets new values: what differs is told to the journal, and how it stood is never forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from ..database import db
from ..errors import Refusal
from ..people.models import Person
from .models import Status, Ticket, TicketPeriod

STANDING = ("status", "hold_reason", "queue", "assignee")
"""What a period remembers of a ticket."""


class NoWay(Refusal):
    def __init__(self, now: Status, wanted: Status) -> None:
        roads = [road.value for road in now.may_go_to]
        instead = f"It can become {', '.join(roads)}." if roads else "A reply to it opens a new ticket."
        if now is wanted:
            super().__init__(f"The ticket is {now.value} already. {instead}")
        else:
            super().__init__(f"A ticket that is {now.value} cannot become {wanted.value}. {instead}")
        self.allowed = now.may_go_to


def refuse_road(ticket: Ticket, wanted: Status) -> None:
    """Raise NoWay unless the ticket may become what is wanted."""
    if wanted not in ticket.status.may_go_to:
        raise NoWay(ticket.status, wanted)


def change(ticket: Ticket, *, by: Person | None, at: datetime, **values: Any) -> dict[str, list[Any]]:
    """Give the ticket new values; returns what differs, each with its old and its new value.

    A person's act raises the version, background work never does. A change of
    status, hold reason, queue or assignee ends the present period and begins
    the next.
    """
    changes: dict[str, list[Any]] = {}
    with db.session.no_autoflush:  # half of the values might break a rule of the table
        for name, new in values.items():
            old = _copied(getattr(ticket, name))
            if old != _copied(new):
                changes[name] = [old, _copied(new)]
                setattr(ticket, name, new)
    ticket.updated_at = at
    if changes and by is not None:
        ticket.version += 1
    if any(name in changes for name in STANDING):
        end_period(ticket, at)
        begin_period(ticket, at)
    return changes


def begin_period(ticket: Ticket, at: datetime) -> None:
    """Remember how the ticket stands from now on; as a row of the session, by which load figures are kept."""
    db.session.add(
        TicketPeriod(
            ticket=ticket,
            ticket_id=ticket.id,
            status=ticket.status,
            hold_reason=ticket.hold_reason,
            queue_id=ticket.queue.id,
            assignee_id=ticket.assignee.id if ticket.assignee is not None else None,
            starts_at=at,
        )
    )


def end_period(ticket: Ticket, at: datetime) -> None:
    db.session.execute(
        update(TicketPeriod)
        .where(TicketPeriod.ticket_id == ticket.id, TicketPeriod.ends_at.is_(None))
        .values(ends_at=at)
    )


def _copied(value: Any) -> Any:
    """Lists of rows as they are now, so that changing one does not change what was remembered of it."""
    return sorted(value, key=lambda row: row.id) if isinstance(value, list) else value
