"""Clocks that follow when opening hours or targets change.

What has been counted stays. Only where a clock is still running can a change
of opening hours to come move when it is due; a change of targets is written
into the events of every clock that has not ended.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from ... import clock, jobs
from ...database import db
from ...journal import announce, on
from ...people.calendars import catalogue
from ...people.events import CalendarChanged
from ..events import PolicyChanged, TargetBreached
from ..models import Ticket
from .clocks import Stage
from .clockwork import Clockwork, Key, Line, ticket_columns
from .models import Clock, ClockEvent
from .policies import Kind, rulebook
from .steps import plan

BATCH = 500
LIVE = Clock.stage.in_([Stage.RUNNING, Stage.PAUSED])


@on(CalendarChanged)
def count_by_new_hours(event: CalendarChanged) -> None:
    """Look anew at when the clocks of this calendar are due."""
    for tickets in _batches(Clock.RUNNING, Clock.calendar_id == event.about.id):
        works = clockworks([row.id for row in tickets])
        keep(works, clock.now())
        plan(works)


@on(PolicyChanged)
def follow_changed_policy(event: PolicyChanged) -> None:
    """Let open tickets follow now, and once more when the policy begins or ends."""
    follow_new_targets(event.about.name)
    for moment in (event.about.effective_from, event.about.effective_to):
        if moment is not None and moment > clock.now():
            jobs.enqueue("tickets.targets", {"because": event.about.name}, at=moment)


@jobs.handles("tickets.targets")
def _follow_in_time(payload: dict[str, Any]) -> None:
    follow_new_targets(payload["because"])


def follow_new_targets(because: str) -> None:
    """Give each open ticket the targets that hold for it now."""
    rules, now = rulebook(), clock.now()
    for tickets in _batches(LIVE):
        works = clockworks([row.id for row in tickets])
        for row in tickets:
            kind = Kind(row.council_id, row.ticket_type, row.requester_kind, row.priority)
            works[row.id].retarget(rules.rule(kind, now), now, because, row.hold_reason)
        moved = {ticket_id: work for ticket_id, work in works.items() if work.added}
        if moved:
            lines = [{"ticket_id": key, **line.row} for key, work in moved.items() for line in work.added]
            db.session.execute(insert(ClockEvent), lines)
            keep(moved, now)
        plan(works)


def clockworks(ticket_ids: Sequence[int]) -> dict[int, Clockwork]:
    """The clocks of many tickets, as their events tell them."""
    calendars = catalogue()
    lines: dict[int, list[Line]] = {ticket_id: [] for ticket_id in ticket_ids}
    columns = [column for column in ClockEvent.__table__.columns if column.name != "id"]
    events = select(*columns).where(ClockEvent.ticket_id.in_(ticket_ids)).order_by(ClockEvent.id)
    for row in db.session.execute(events):
        lines[row.ticket_id].append(Line.from_row(row))
    return {ticket_id: Clockwork(calendars, its_lines) for ticket_id, its_lines in lines.items()}


def keep(works: dict[int, Clockwork], now: datetime) -> None:
    """Write what follows from the events into the rows of tickets and their live clocks."""
    db.session.flush()
    rows = db.session.execute(
        select(Clock.id, Clock.ticket_id, Clock.kind, Clock.round, Clock.breached_at).where(
            Clock.ticket_id.in_(works), LIVE
        )
    ).all()
    clocks: list[dict[str, Any]] = []
    of_ticket: dict[int, dict[Key, dict[str, Any]]] = {ticket_id: {} for ticket_id in works}
    breached = []
    for row in rows:
        columns = works[row.ticket_id].columns_of((row.kind, row.round), now)
        clocks.append({"id": row.id, **columns})
        of_ticket[row.ticket_id][row.kind, row.round] = columns
        if columns["breached_at"] and not row.breached_at:
            breached.append((row.ticket_id, row.kind, columns["breached_at"]))
    if clocks:
        db.session.execute(update(Clock), clocks)
        db.session.execute(
            update(Ticket), [{"id": key, **ticket_columns(columns)} for key, columns in of_ticket.items()]
        )
    _read_afresh()
    for ticket_id, kind, at in breached:
        announce(TargetBreached(about=db.session.get_one(Ticket, ticket_id), clock=kind, breached_at=at))


def _batches(*which: Any) -> Iterator[Sequence[Any]]:
    """The tickets that have such clocks, a batch at a time, each locked until the transaction ends."""
    last = 0
    while True:
        tickets = db.session.execute(
            select(
                Ticket.id,
                Ticket.council_id,
                Ticket.ticket_type,
                Ticket.requester_kind,
                Ticket.priority,
                Ticket.hold_reason,
            )
            .where(Ticket.id > last, Ticket.id.in_(select(Clock.ticket_id).where(*which)))
            .order_by(Ticket.id)
            .limit(BATCH)
            .with_for_update()
        ).all()
        if not tickets:
            return
        yield tickets
        last = tickets[-1].id


def _read_afresh() -> None:
    """Rows that are in the session already have been changed beneath it."""
    for row in db.session():
        if isinstance(row, Clock | Ticket):
            db.session.expire(row)
