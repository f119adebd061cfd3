"""Raising what has come round again: each time once, and after downtime only the latest."""

from typing import Any

from sqlalchemy import select

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, insert_if_new
from ...errors import Refusal
from ...journal import announce
from ..models import Channel, Ticket
from ..raising import raise_ticket
from .events import RecurringMade
from .keeping import schedule_of
from .models import MadeTicket, RecurringTicket

AT_A_TIME = 100


def make_due() -> list[Ticket]:
    """Raise a ticket for each that is due; what another worker has in hand is left to it."""
    due = (
        select(RecurringTicket)
        .where(RecurringTicket.GOING, RecurringTicket.next_at <= clock.now())
        .order_by(RecurringTicket.next_at, RecurringTicket.id)
        .limit(AT_A_TIME)
        .with_for_update(of=RecurringTicket, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    made = (_make(row) for row in db.session.scalars(due).all())
    return [ticket for ticket in made if ticket is not None]


def _make(row: RecurringTicket) -> Ticket | None:
    """Raise the ticket of the latest time that has come, unless that was done before."""
    now, zone = clock.now(), settings().zone
    schedule = schedule_of(row)
    wall = schedule.latest(now, zone)
    row.next_at = schedule.next_after(now, zone)
    if wall is None:
        return None
    key = wall.isoformat(timespec="minutes")
    if insert_if_new(MadeTicket, [{"recurring_id": row.id, "wall": key}]) == 0:
        return None
    try:
        with db.session.begin_nested():
            ticket = raise_ticket(
                requester=row.requester,
                subject=row.subject,
                description=row.description,
                by=None,
                channel=Channel.MONITORING,
                ticket_type=row.ticket_type,
                systems=[row.system] if row.system is not None else [],
                council=row.council,
                impact=row.impact,
                urgency=row.urgency,
            )
    except Refusal as refusal:
        row.trouble = str(refusal)[:300]
        return None
    db.session.get_one(MadeTicket, (row.id, key)).ticket_id = ticket.id
    row.trouble = ""
    announce(RecurringMade(about=row, ticket=ticket))
    return ticket


@jobs.handles("tickets.make_recurring")
def _by_timetable(_payload: dict[str, Any]) -> None:
    make_due()


scheduler.every("tickets.make_recurring", minutes=5)
