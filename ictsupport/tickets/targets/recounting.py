"""Clocks that follow when opening hours or targets change.

What has been counted stays. Only where a clock is still running can a change
of opening hours to come move when it is due; a change of targets is written
into the events of every clock that has not ended, unless it is for new
requests only.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from ... import clock, jobs
from ...database import db
from ...journal import announce, on
from ...pages.previewing import is_trial
from ...people.calendars import catalogue
from ...people.events import CalendarChanged
from ..events import PolicyChanged, TargetBreached
from ..models import Ticket
from .clocks import Stage
from .clockwork import Clockwork, Key, Line, ticket_columns
from .models import Clock, ClockEvent
from .policies import Kind, Rulebook, rulebook
from .steps import plan

BATCH = 500
AT_ONCE = 500
"""Up to so many tickets are counted anew while whoever changes the setting waits."""
TARGETS, HOURS = "tickets.targets", "tickets.hours"
LIVE = Clock.stage.in_([Stage.RUNNING, Stage.PAUSED])


@on(CalendarChanged)
def count_by_new_hours(event: CalendarChanged) -> None:
    """Look anew at when the clocks of this calendar are due."""
    if not is_trial():
        _now_or_by_job(HOURS, {"calendar": event.about.id}, _running_by(event.about.id))


@on(PolicyChanged)
def follow_changed_policy(event: PolicyChanged) -> None:
    """Let open tickets follow now, and once more when the policy begins or ends."""
    if is_trial():
        return
    _now_or_by_job(TARGETS, {"because": event.about.name}, (LIVE,))
    for moment in (event.about.effective_from, event.about.effective_to):
        if moment is not None and moment > clock.now():
            jobs.enqueue("tickets.targets", {"because": event.about.name}, at=moment)


def _now_or_by_job(kind: str, payload: dict[str, Any], which: Sequence[Any]) -> None:
    """Count at once where that takes a moment; else a batch at a time, each a job of its own."""
    total = db.session.scalar(select(func.count()).select_from(Ticket).where(_having(*which))) or 0
    if total > AT_ONCE:
        jobs.enqueue(kind, {**payload, "of": total, "done": 0, "after": 0})
    else:
        STEPS[kind](payload, None)


def follow_new_targets(because: str) -> None:
    """Give each open ticket the targets that hold for it now."""
    _follow({"because": because}, None)


@jobs.handles("tickets.targets")
def _follow_by_job(payload: dict[str, Any]) -> None:
    _next_batch(TARGETS, payload)


@jobs.handles("tickets.hours")
def _count_by_job(payload: dict[str, Any]) -> None:
    _next_batch(HOURS, payload)


def _next_batch(kind: str, payload: dict[str, Any]) -> None:
    """One batch, and a job for the next; so none outlives its lease, and one that is killed begins with its own batch."""
    last, count = STEPS[kind](payload, 1)
    if count == BATCH:
        done = payload.get("done", 0) + count
        jobs.enqueue(kind, {**payload, "after": last, "done": done})


def _follow(payload: dict[str, Any], batches: int | None) -> tuple[int, int]:
    rules, now, last, count = rulebook(), clock.now(), 0, 0
    for tickets in islice(_batches(LIVE, after=payload.get("after", 0)), batches):
        works = clockworks([row.id for row in tickets])
        for row in tickets:
            follow(works[row.id], row, rules, now, payload["because"])
        moved = {ticket_id: work for ticket_id, work in works.items() if work.added}
        if moved:
            lines = [{"ticket_id": key, **line.row} for key, work in moved.items() for line in work.added]
            db.session.execute(insert(ClockEvent), lines)
            keep(moved, now)
        plan(works)
        last, count = tickets[-1].id, count + len(tickets)
    return last, count


def _count(payload: dict[str, Any], batches: int | None) -> tuple[int, int]:
    last, count = 0, 0
    which = _running_by(payload["calendar"])
    for tickets in islice(_batches(*which, after=payload.get("after", 0)), batches):
        works = clockworks([row.id for row in tickets])
        keep(works, clock.now())
        plan(works)
        last, count = tickets[-1].id, count + len(tickets)
    return last, count


def follow(
    work: Clockwork,
    row: Any,
    rules: Rulebook,
    now: datetime,
    because: str,
    *,
    in_force: datetime | None = None,
) -> None:
    """Give the clocks of one ticket the targets that they go by now, or would at another moment."""
    kind = Kind(row.council_id, row.ticket_type, row.requester_kind, row.priority, row.request_type_id)
    moment = in_force or now
    work.follow(lambda terms: rules.following(kind, moment, terms), now, because, row.hold_reason)


def under_way() -> list[tuple[int, int]]:
    """What is being counted anew at this moment: how many open tickets are done, of how many."""
    waiting = select(jobs.Job.payload).where(
        jobs.Job.WAITING, jobs.Job.kind.in_([TARGETS, HOURS]), jobs.Job.run_at <= clock.now()
    )
    return [(payload.get("done", 0), payload.get("of", 0)) for payload in db.session.scalars(waiting)]


def _running_by(calendar_id: int) -> tuple[Any, ...]:
    return Clock.RUNNING, Clock.calendar_id == calendar_id


STEPS = {TARGETS: _follow, HOURS: _count}


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
        select(Clock.id, Clock.ticket_id, Clock.kind, Clock.round, Clock.breached_at, Ticket.merged_into_id)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Clock.ticket_id.in_(works), LIVE)
    ).all()
    clocks: list[dict[str, Any]] = []
    of_ticket: dict[int, dict[Key, dict[str, Any]]] = {ticket_id: {} for ticket_id in works}
    breached = []
    for row in rows:
        looked_at = now if row.merged_into_id is None else None  # nobody is told of what is merged
        columns = works[row.ticket_id].columns_of((row.kind, row.round), looked_at)
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


def _having(*which: Any) -> ColumnElement[bool]:
    """SQL: the tickets that have such clocks."""
    return Ticket.id.in_(select(Clock.ticket_id).where(*which))


def _batches(*which: Any, after: int = 0) -> Iterator[Sequence[Any]]:
    """The tickets that have such clocks, a batch at a time, each locked until the transaction ends."""
    last = after
    while True:
        tickets = db.session.execute(
            select(
                Ticket.id,
                Ticket.council_id,
                Ticket.ticket_type,
                Ticket.requester_kind,
                Ticket.priority,
                Ticket.request_type_id,
                Ticket.hold_reason,
            )
            .where(Ticket.id > last, _having(*which))
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
