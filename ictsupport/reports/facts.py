"""What single tickets add to the load facts, worked out from their periods, clocks and merges."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from ..config import settings
from ..database import db
from ..tickets.models import ClockKind, Merge, Status, Ticket, TicketPeriod
from ..tickets.targets.clocks import Stage
from ..tickets.targets.models import Clock
from .models import SHARED, Grain, step_of

BATCH = 500
MEASURED = (ClockKind.RESPONSE, ClockKind.RESOLUTION)
ENDED = (Stage.MET, Stage.MISSED)

Fact = tuple[ClockKind | None, Grain, date, tuple[Any, ...], str]
"""Which clock kind (none: flows), which stretch, whose (council, queue, type, kind, confidential), and what."""

Facts = Counter[Fact]


def facts_of(ticket_ids: Iterable[int], *, lock: bool = False) -> Facts:
    """All that these tickets add to the facts, as the database has them now.

    With `lock` each ticket's row is locked, so that nobody else changes the
    ticket between this look and the caller's commit.
    """
    ids, facts = sorted(ticket_ids), Facts()
    for start in range(0, len(ids), BATCH):
        for one in _read(ids[start : start + BATCH], lock):
            facts.update(one.facts())
    return facts


def facts_in_hand(ticket: Ticket, rows: Iterable[TicketPeriod | Merge]) -> Facts:
    """All that a ticket adds to the facts, from itself, its clocks, and its periods and merges among the rows."""
    given = list(rows)
    periods = [row for row in given if isinstance(row, TicketPeriod) and row.ticket_id == ticket.id]
    merges = [row for row in given if isinstance(row, Merge) and row.merged_id == ticket.id]
    clocks = [clock for clock in ticket.clocks if clock.kind in MEASURED]
    return _Story(ticket, sorted(periods, key=lambda row: (row.starts_at, row.id)), clocks, merges).facts()


def _read(ids: Sequence[int], lock: bool) -> Iterator["_Story"]:
    columns = (Ticket.council_id, Ticket.ticket_type, Ticket.requester_kind, Ticket.confidential)
    tickets = select(Ticket.id, Ticket.queue_id, *columns).where(Ticket.id.in_(ids)).order_by(Ticket.id)
    rows = db.session.execute(tickets.with_for_update() if lock else tickets).all()
    periods = _by_ticket(
        select(TicketPeriod.ticket_id, TicketPeriod.status, TicketPeriod.queue_id, TicketPeriod.starts_at)
        .where(TicketPeriod.ticket_id.in_(ids))
        .order_by(TicketPeriod.starts_at, TicketPeriod.id)
    )
    clocks = _by_ticket(
        select(
            Clock.ticket_id,
            Clock.kind,
            Clock.stage,
            Clock.breached_at,
            Clock.stopped_at,
            Clock.elapsed_seconds,
        ).where(Clock.ticket_id.in_(ids), Clock.kind.in_(MEASURED))
    )
    merges = _by_ticket(select(Merge.merged_id, Merge.at, Merge.undone_at).where(Merge.merged_id.in_(ids)))
    for row in rows:
        yield _Story(row, periods[row.id], clocks[row.id], merges[row.id])


def _by_ticket(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows):
        found[row[0]].append(row)
    return found


class _Story:
    """One ticket, from its first period to its last."""

    def __init__(
        self, ticket: Any, periods: Sequence[Any], clocks: Sequence[Any], merges: Sequence[Any]
    ) -> None:
        self.ticket, self.periods, self.clocks, self.merges = ticket, periods, clocks, merges
        self.zone = settings().zone

    def facts(self) -> Facts:
        facts = Facts()
        for kind, at, queue_id, measure, count in (*self._flows(), *self._merges(), *self._waits()):
            for grain, day in stretches(at.astimezone(self.zone).date()):
                facts[kind, grain, day, self._whose(queue_id), measure] += count
        return facts

    def _whose(self, queue_id: int) -> tuple[Any, ...]:
        ticket = self.ticket
        council_id = SHARED if ticket.council_id is None else ticket.council_id
        return council_id, queue_id, ticket.ticket_type, ticket.requester_kind, ticket.confidential

    def _flows(self) -> Iterator["_Line"]:
        before = None
        for period in self.periods:
            for queue_id, measure in _turns(before, period):
                if measure == "opened" or not self._is_merged(period.starts_at):
                    yield None, period.starts_at, queue_id, measure, 1
            before = period

    def _is_merged(self, at: datetime) -> bool:
        return any(each.at <= at and (each.undone_at is None or at <= each.undone_at) for each in self.merges)

    def _merges(self) -> Iterator["_Line"]:
        for each in self.merges:
            before = [period for period in self.periods if period.starts_at < each.at]
            if before and before[-1].status.is_open:
                yield None, each.at, before[-1].queue_id, "merged", 1
            if each.undone_at is not None:
                after = [period for period in self.periods if period.starts_at <= each.undone_at]
                if after and after[-1].status.is_open:
                    yield None, each.undone_at, after[-1].queue_id, "unmerged", 1

    def _waits(self) -> Iterator["_Line"]:
        for clock in self.clocks:
            ended, late_from = clock.stopped_at, clock.breached_at
            if clock.stage in ENDED and ended is not None:
                queue_id = self._queue_at(ended)
                yield clock.kind, ended, queue_id, clock.stage.value, 1
                yield clock.kind, ended, queue_id, step_of(clock.elapsed_seconds), 1
            if late_from is not None and (ended is None or late_from <= ended):
                if not self._stands_aside(late_from):
                    yield clock.kind, late_from, self._queue_at(late_from), "late", 1
                yield from self._late_moves(clock)
                yield from self._late_merges(clock)
                if ended is not None and not self._stands_aside(ended):
                    yield clock.kind, ended, self._queue_at(ended), "late", -1

    def _stands_aside(self, at: datetime) -> bool:
        """Whether another ticket stands for this one at that moment, so that its lateness does not count."""
        return any(each.at <= at and (each.undone_at is None or at < each.undone_at) for each in self.merges)

    def _late_merges(self, clock: Any) -> Iterator["_Line"]:
        """What is late when it is merged is so no longer, and is again when it is unmerged."""
        for each in self.merges:
            if clock.breached_at < each.at and (clock.stopped_at is None or clock.stopped_at >= each.at):
                yield clock.kind, each.at, self._queue_before(each.at), "late", -1
            back = each.undone_at
            if back is None or clock.breached_at >= back:
                continue
            if clock.stopped_at is None or clock.stopped_at >= back:
                yield clock.kind, back, self._queue_at(back), "late", 1

    def _late_moves(self, clock: Any) -> Iterator["_Line"]:
        """A ticket that changes queues takes its lateness along."""
        for before, period in zip(self.periods, self.periods[1:], strict=False):
            at = period.starts_at
            during = clock.breached_at < at and (clock.stopped_at is None or at <= clock.stopped_at)
            if during and before.queue_id != period.queue_id and not self._is_merged(at):
                yield clock.kind, at, before.queue_id, "late", -1
                yield clock.kind, at, period.queue_id, "late", 1

    def _queue_at(self, at: datetime) -> int:
        past = [period.queue_id for period in self.periods if period.starts_at <= at]
        return int(past[-1] if past else self.ticket.queue_id)

    def _queue_before(self, at: datetime) -> int:
        past = [period.queue_id for period in self.periods if period.starts_at < at]
        return int(past[-1] if past else self.ticket.queue_id)


_Line = tuple[ClockKind | None, datetime, int, str, int]


def _turns(before: Any, period: Any) -> Iterator[tuple[int, str]]:
    """What a new period means for the backlog: in which queue, and what."""
    was_open = before is None or before.status.is_open
    if before is None:
        yield period.queue_id, "opened"
    if was_open and not period.status.is_open:
        left = period.queue_id if before is None else before.queue_id
        yield left, "cancelled" if period.status is Status.CANCELLED else "resolved"
    elif not was_open and period.status.is_open:
        yield period.queue_id, "reopened"
    elif before is not None and was_open and before.queue_id != period.queue_id:
        yield before.queue_id, "moved_out"
        yield period.queue_id, "moved_in"


def stretches(day: date) -> tuple[tuple[Grain, date], ...]:
    """The day, week and month a day is counted in."""
    return (
        (Grain.DAY, day),
        (Grain.WEEK, day - timedelta(days=day.weekday())),
        (Grain.MONTH, day.replace(day=1)),
    )
