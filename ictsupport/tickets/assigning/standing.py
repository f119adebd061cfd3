"""Tickets that nobody can be given: they stay with nobody, and those who hand out the work are told once.

Only while the service is open: at night nobody is at work, which is no news.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, insert_if_new
from ...journal import announce
from ..models import Queue, Status, Ticket
from .crew import Crew, crew_for
from .eligible import needs_of, nobody_because, reasons_against
from .events import QueueStands
from .models import StandingTicket, Standstill

AT_MOST = 1_000


def look_at_queues() -> int:
    """Note which queues have tickets that nobody can be given, and tell of those that are new; says how many stand."""
    now = clock.now()
    ids = db.session.scalars(
        select(Ticket.id)
        .where(Ticket.OPEN, Ticket.assignee_id.is_(None), Ticket.status != Status.ON_HOLD)
        .order_by(Ticket.due_sort, Ticket.id)
        .limit(AT_MOST)
    ).all()
    crew = crew_for(None, ids)
    if crew.service is not None and not crew.service.is_open(now):
        return 0
    stuck = _stuck(ids, crew)
    live = {row.queue_id: row for row in db.session.scalars(select(Standstill).where(Standstill.LIVE))}
    for queue_id, row in live.items():
        if queue_id not in stuck:
            row.ended_at = now
    for queue, tickets, because in stuck.values():
        _note(queue, tickets, because, live.get(queue.id))
    return len(stuck)


def _stuck(ids: Sequence[int], crew: Crew) -> Mapping[int, tuple[Queue, list[Ticket], str]]:
    """The tickets that nobody can be given, by their queue, with why the first of them cannot."""
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(ids))
        .order_by(Ticket.due_sort, Ticket.id)
        .options(joinedload(Ticket.queue), joinedload(Ticket.council))
    )
    hands = crew.in_order()
    found: dict[int, tuple[Queue, list[Ticket], str]] = {}
    by_queue: defaultdict[int, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        needs = needs_of(ticket, crew)
        if all(reasons_against(hand, needs) for hand in hands):
            by_queue[ticket.queue_id].append(ticket)
            found.setdefault(
                ticket.queue_id, (ticket.queue, by_queue[ticket.queue_id], nobody_because(crew, needs))
            )
    return found


def _note(queue: Queue, tickets: list[Ticket], because: str, row: Standstill | None) -> None:
    now = clock.now()
    if row is None:
        told_today = _told_today(queue)
        new = {"queue_id": queue.id, "since": now, "because": because[:300]}
        if insert_if_new(Standstill, [new]) == 0:
            return  # somebody else's sweep has just noted it
        row = db.session.scalars(
            select(Standstill).where(Standstill.LIVE, Standstill.queue_id == queue.id)
        ).one()
        ids = [ticket.id for ticket in tickets]
        announce(QueueStands(about=row, queue=queue, tickets=ids, tell=not told_today))
    row.because = because[:300]
    db.session.execute(delete(StandingTicket).where(StandingTicket.standstill_id == row.id))
    db.session.add_all(StandingTicket(standstill_id=row.id, ticket_id=ticket.id) for ticket in tickets)
    db.session.flush()


def _told_today(queue: Queue) -> bool:
    """Whether its manager has heard of the queue today already: it may come and go with the lunch hour."""
    last = db.session.scalar(
        select(Standstill.since)
        .where(Standstill.queue_id == queue.id)
        .order_by(Standstill.id.desc())
        .limit(1)
    )
    zone = settings().zone
    return last is not None and last.astimezone(zone).date() == clock.today(zone)


@jobs.handles("tickets.look_at_queues")
def _by_timetable(_payload: dict[str, Any]) -> None:
    look_at_queues()


scheduler.every("tickets.look_at_queues", minutes=10)
