"""The load facts of all tickets at once, in SQL: how they are made anew, and what they are compared with.

It says the same as facts.py, which counts one ticket at a time; that the two
agree is tested with any sequence of events.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, case, func, literal, not_, or_, select

from ..config import settings
from ..database import local_day
from ..tickets.models import Merge, Status, Ticket, TicketPeriod
from ..tickets.targets.clocks import Stage
from ..tickets.targets.models import Clock
from .facts import ENDED, MEASURED
from .models import FLOWS, SHARED, STEP_COLUMNS, STEPS, WAITS

OPEN = [status for status in Status if status.is_open]
KEY = ("day", "council_id", "queue_id", "ticket_type", "requester_kind", "confidential")


def flows() -> sa.Select[Any]:
    """One row per day and key: what came, went and moved."""
    h = _history()
    return _summed(sa.union_all(_turns(h), _moves_out(h), _merges(), _unmerges()), KEY, FLOWS)


def waits() -> sa.Select[Any]:
    """One row per day, key and kind of clock: how clocks ended, and the change in how many are late."""
    h = _history()
    return _summed(
        sa.union_all(
            _ended(),
            _late_from(),
            _late_until(),
            _late_move(h, h.c.left_id, -1),
            _late_move(h, h.c.queue_id, 1),
            _late_merges(),
            _late_unmerges(),
        ),
        (*KEY, "kind"),
        WAITS,
    )


def _summed(
    lines: sa.CompoundSelect[Any], keys: tuple[str, ...], measures: tuple[str, ...]
) -> sa.Select[Any]:
    line = lines.subquery("line")
    by = [line.c[name] for name in keys]
    sums = [func.sum(line.c[name]).label(name) for name in measures]
    return select(*by, *sums).group_by(*by).having(or_(*(total != 0 for total in sums)))


def _history() -> sa.CTE:
    """Each period beside the one before it."""
    order = (TicketPeriod.starts_at, TicketPeriod.id)
    return select(
        TicketPeriod.ticket_id,
        TicketPeriod.starts_at,
        TicketPeriod.queue_id,
        TicketPeriod.status,
        func.lag(TicketPeriod.queue_id)
        .over(partition_by=TicketPeriod.ticket_id, order_by=order)
        .label("left_id"),
        func.lag(TicketPeriod.status, type_=TicketPeriod.__table__.c.status.type)
        .over(partition_by=TicketPeriod.ticket_id, order_by=order)
        .label("was"),
    ).cte("history")


def _line(
    at: Any, queue_id: Any, names: tuple[str, ...], counted: dict[str, Any], *more: Any
) -> sa.Select[Any]:
    """A line to be summed: its key, and each measure, nought unless counted."""
    return select(
        local_day(at, settings().zone).label("day"),
        func.coalesce(Ticket.council_id, SHARED).label("council_id"),
        queue_id.label("queue_id"),
        Ticket.ticket_type,
        Ticket.requester_kind,
        Ticket.confidential,
        *more,
        *((counted[name] if name in counted else literal(0, sa.Integer)).label(name) for name in names),
    )


def _one_if(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _turns(h: sa.CTE) -> sa.Select[Any]:
    first, is_open = h.c.was.is_(None), h.c.status.in_(OPEN)
    was_open = or_(first, h.c.was.in_(OPEN))
    left = and_(was_open, not_(is_open))
    moved = and_(not_(first), was_open, is_open, h.c.queue_id != h.c.left_id)
    counted = {
        "opened": _one_if(first),
        "resolved": _one_if(and_(left, h.c.status != Status.CANCELLED)),
        "cancelled": _one_if(and_(left, h.c.status == Status.CANCELLED)),
        "reopened": _one_if(and_(not_(was_open), is_open)),
        "moved_in": _one_if(moved),
    }
    queue_id = case((left, func.coalesce(h.c.left_id, h.c.queue_id)), else_=h.c.queue_id)
    turned = or_(first, left, and_(not_(was_open), is_open), moved)
    return (
        _line(h.c.starts_at, queue_id, FLOWS, counted)
        .join(h, h.c.ticket_id == Ticket.id)
        .where(turned, or_(first, ~_is_merged(h)))
    )


def _moves_out(h: sa.CTE) -> sa.Select[Any]:
    return (
        _line(h.c.starts_at, h.c.left_id, FLOWS, {"moved_out": literal(1)})
        .join(h, h.c.ticket_id == Ticket.id)
        .where(h.c.was.in_(OPEN), h.c.status.in_(OPEN), h.c.queue_id != h.c.left_id, ~_is_merged(h))
    )


def _is_merged(h: sa.CTE) -> Any:
    """Whether the ticket was merged away at that moment: the survivor stands for it."""
    return (
        select(Merge.id)
        .where(
            Merge.merged_id == h.c.ticket_id,
            Merge.at <= h.c.starts_at,
            or_(Merge.undone_at.is_(None), h.c.starts_at <= Merge.undone_at),
        )
        .exists()
    )


def _merges() -> sa.Select[Any]:
    return _merge_line("merged", Merge.at, TicketPeriod.starts_at < Merge.at)


def _unmerges() -> sa.Select[Any]:
    return _merge_line("unmerged", Merge.undone_at, TicketPeriod.starts_at <= Merge.undone_at)


def _merge_line(measure: str, at: Any, earlier: Any) -> sa.Select[Any]:
    last = (
        select(TicketPeriod.id)
        .where(TicketPeriod.ticket_id == Merge.merged_id, earlier)
        .order_by(TicketPeriod.starts_at.desc(), TicketPeriod.id.desc())
        .limit(1)
        .correlate(Merge)
        .scalar_subquery()
    )
    return (
        _line(at, TicketPeriod.queue_id, FLOWS, {measure: literal(1)})
        .join(Merge, Merge.merged_id == Ticket.id)
        .join(TicketPeriod, TicketPeriod.id == last)
        .where(at.is_not(None), TicketPeriod.status.in_(OPEN))
    )


def queue_at(at: Any, *, before: bool = False) -> Any:
    """The queue the clock's ticket was in at that moment, or just before it."""
    earlier = TicketPeriod.starts_at < at if before else TicketPeriod.starts_at <= at
    then = (
        select(TicketPeriod.queue_id)
        .where(TicketPeriod.ticket_id == Clock.ticket_id, earlier)
        .order_by(TicketPeriod.starts_at.desc(), TicketPeriod.id.desc())
        .limit(1)
        .correlate(Clock, Merge)
        .scalar_subquery()
    )
    return func.coalesce(then, Ticket.queue_id)


def _of_clocks(at: Any, queue_id: Any, counted: dict[str, Any]) -> sa.Select[Any]:
    return (
        _line(at, queue_id, WAITS, counted, Clock.kind.label("kind"))
        .join(Clock, Clock.ticket_id == Ticket.id)
        .where(Clock.kind.in_(MEASURED))
    )


def _ended() -> sa.Select[Any]:
    bounds = zip(STEP_COLUMNS, (None, *STEPS), (*STEPS, None), strict=True)
    within = {name: _one_if(_between(shortest, longest)) for name, shortest, longest in bounds}
    counted = {"met": _one_if(Clock.stage == Stage.MET), "missed": _one_if(Clock.stage == Stage.MISSED)}
    lines = _of_clocks(Clock.stopped_at, queue_at(Clock.stopped_at), counted | within)
    return lines.where(Clock.stage.in_(ENDED), Clock.stopped_at.is_not(None))


def _between(shortest: int | None, longest: int | None) -> Any:
    limits = [] if shortest is None else [Clock.elapsed_seconds > shortest * 60]
    limits += [] if longest is None else [Clock.elapsed_seconds <= longest * 60]
    return and_(*limits)


LATE = and_(
    Clock.breached_at.is_not(None), or_(Clock.stopped_at.is_(None), Clock.breached_at <= Clock.stopped_at)
)


def _late_from() -> sa.Select[Any]:
    lines = _of_clocks(Clock.breached_at, queue_at(Clock.breached_at), {"late": literal(1)})
    return lines.where(LATE, ~stands_aside(Clock.breached_at))


def _late_until() -> sa.Select[Any]:
    lines = _of_clocks(Clock.stopped_at, queue_at(Clock.stopped_at), {"late": literal(-1)})
    return lines.where(LATE, Clock.stopped_at.is_not(None), ~stands_aside(Clock.stopped_at))


def stands_aside(at: Any) -> Any:
    """Whether another ticket stands for the clock's at that moment, so that its lateness does not count."""
    return (
        select(Merge.id)
        .where(
            Merge.merged_id == Clock.ticket_id,
            Merge.at <= at,
            or_(Merge.undone_at.is_(None), at < Merge.undone_at),
        )
        .correlate(Clock)
        .exists()
    )


def _late_merges() -> sa.Select[Any]:
    """What is late when it is merged is so no longer."""
    return _late_change(Merge.at, queue_at(Merge.at, before=True), -1)


def _late_unmerges() -> sa.Select[Any]:
    """It is late again when it is unmerged."""
    return _late_change(Merge.undone_at, queue_at(Merge.undone_at), 1)


def _late_change(at: Any, queue_id: Any, change: int) -> sa.Select[Any]:
    return (
        _of_clocks(at, queue_id, {"late": literal(change)})
        .join(Merge, Merge.merged_id == Ticket.id)
        .where(
            LATE,
            at.is_not(None),
            Clock.breached_at < at,
            or_(Clock.stopped_at.is_(None), Clock.stopped_at >= at),
        )
    )


def _late_move(h: sa.CTE, queue_id: Any, change: int) -> sa.Select[Any]:
    return (
        _of_clocks(h.c.starts_at, queue_id, {"late": literal(change)})
        .join(h, h.c.ticket_id == Ticket.id)
        .where(
            LATE,
            h.c.left_id.is_not(None),
            h.c.left_id != h.c.queue_id,
            Clock.breached_at < h.c.starts_at,
            or_(Clock.stopped_at.is_(None), h.c.starts_at <= Clock.stopped_at),
            ~_is_merged(h),
        )
    )
