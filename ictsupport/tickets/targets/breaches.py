"""Noticing that a target has run out.

Nobody does anything at that moment, so the timetable looks every minute at
the clocks whose `breaches_at` has come, by an index that holds no others.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ... import clock, jobs, scheduler
from ...database import db
from ...journal import announce, written_together
from ..events import TargetBreached
from ..models import Ticket
from .models import Clock

BATCH = 500


def sweep_breaches(limit: int = BATCH) -> int:
    """Mark the targets of up to so many tickets that have run out, and announce each once; returns how many.

    A ticket that somebody is working on at this moment is left for the next
    sweep: its clocks may be about to stop. One that is merged is left alone.
    """
    now = clock.now()
    overdue = (
        select(Clock.ticket_id)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Clock.RUNNING, Clock.breaches_at < now, Ticket.merged_into_id.is_(None))
    )
    ids = db.session.scalars(overdue.order_by(Clock.breaches_at).limit(limit)).all()
    if not ids:
        return 0
    tickets = {
        ticket.id: ticket
        for ticket in db.session.scalars(
            select(Ticket)
            .where(Ticket.id.in_(set(ids)), Ticket.merged_into_id.is_(None))
            .order_by(Ticket.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    }
    return _mark_those_of(tickets, now)


def notice_breaches(ticket: Ticket, now: datetime) -> None:
    """Mark what has run out while the ticket was merged, when nobody looked. The caller has locked it."""
    _mark_those_of({ticket.id: ticket}, now)


def _mark_those_of(tickets: Mapping[int, Ticket], now: datetime) -> int:
    clocks = db.session.scalars(
        select(Clock)
        .where(Clock.ticket_id.in_(tickets), Clock.RUNNING, Clock.breaches_at < now)
        .order_by(Clock.breaches_at, Clock.id)
        .execution_options(populate_existing=True)
    ).all()
    marked = [_mark(tickets[each.ticket_id], each) for each in clocks]
    with written_together():
        for event in marked:
            announce(event)
    return len(clocks)


def _mark(ticket: Ticket, late: Clock) -> TargetBreached:
    """Set what is known of the clock and its ticket; returns what there is to announce."""
    assert late.breaches_at is not None
    late.breached_at, late.breaches_at = late.breaches_at, None
    ticket.past_target_at = min(late.breached_at, ticket.past_target_at or late.breached_at)
    return TargetBreached(about=ticket, clock=late.kind, breached_at=late.breached_at)


@jobs.handles("tickets.breaches")
def _sweep_by_timetable(_payload: dict[str, Any]) -> None:
    while sweep_breaches() >= BATCH:
        pass


scheduler.every("tickets.breaches", minutes=1)
