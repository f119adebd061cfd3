"""The tickets behind a figure: what happened to which, and when.

Every figure of the load page is a count of these lines, whoever reads it; the
list shows those of them whose tickets the reader may open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, not_, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from ..database import db
from ..people.models import Person
from ..tickets.access import visible_tickets
from ..tickets.models import ClockKind, Merge, Queue, Status, Ticket, TicketPeriod
from ..tickets.targets.clocks import Stage
from ..tickets.targets.models import Clock
from .ages import BANDS, Band, band_edges, open_now
from .asking import Question, midnight, next_of
from .facts import ENDED
from .summing import LATE, OPEN, queue_at

PAGE = 100


@dataclass(frozen=True)
class Measure:
    """Something that is counted: its name in addresses, in words, and the lines it counts."""

    slug: str
    words: str
    lines: Callable[[Question], Select[Any]]


@dataclass(frozen=True)
class Behind:
    """A page of the lines behind a figure that the reader may see, and how many lines the figure counts."""

    rows: Sequence[Any]
    count: int
    visible: int
    page: int

    @property
    def hidden(self) -> int:
        return self.count - self.visible

    @property
    def pages(self) -> int:
        return max((self.visible + PAGE - 1) // PAGE, 1)


def behind(question: Question, measure: Measure, person: Person, page: int = 1) -> Behind:
    """The lines behind a figure, newest first, a page of a hundred at a time."""
    line = measure.lines(question).subquery("line")
    mine = visible_tickets(person).with_only_columns(Ticket.id)
    counted = db.session.execute(
        select(func.count(), func.count().filter(line.c.ticket_id.in_(mine))).select_from(line)
    ).one()
    found = Behind([], counted[0], counted[1], max(page, 1))
    page = min(found.page, found.pages)
    rows = db.session.execute(
        select(Ticket.reference, Ticket.subject, Ticket.status, Queue.name, line.c.at, line.c.what)
        .join(line, line.c.ticket_id == Ticket.id)
        .join(Queue, Queue.id == Ticket.queue_id)
        .where(Ticket.id.in_(mine))
        .order_by(line.c.at.desc(), Ticket.id.desc(), line.c.what)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return Behind(rows, counted[0], counted[1], page)


def _from(question: Question) -> datetime:
    return midnight(question.first)


def _until(question: Question) -> datetime:
    """The midnight after the last stretch asked for."""
    return midnight(next_of(question.grain, question.last))


# What came, went and moved


def _turns(question: Question, *kinds: str) -> Select[Any]:
    """The periods that began in the stretch and mean one of these things for the backlog."""
    now, was = TicketPeriod, aliased(TicketPeriod)
    before = (
        select(was.id)
        .where(
            was.ticket_id == now.ticket_id,
            tuple_(was.starts_at, was.id) < tuple_(now.starts_at, now.id),
        )
        .order_by(was.starts_at.desc(), was.id.desc())
        .limit(1)
        .correlate(now)
        .scalar_subquery()
    )
    left = aliased(TicketPeriod)
    first, is_open, was_open = left.id.is_(None), now.status.in_(OPEN), left.status.in_(OPEN)
    stands = or_(first, ~_is_merged(now))
    left_queue = func.coalesce(left.queue_id, now.queue_id)
    went = and_(or_(first, was_open), not_(is_open), stands)
    moved = and_(was_open, is_open, left.queue_id != now.queue_id, stands)
    turns: dict[str, tuple[Any, Any]] = {
        "opened": (first, now.queue_id),
        "resolved": (and_(went, now.status != Status.CANCELLED), left_queue),
        "cancelled": (and_(went, now.status == Status.CANCELLED), left_queue),
        "reopened": (and_(left.id.is_not(None), not_(was_open), is_open, stands), now.queue_id),
        "moved_in": (moved, now.queue_id),
        "moved_out": (moved, left.queue_id),
    }
    lines = [
        _line(now.ticket_id, now.starts_at, name, question, turns[name][1])
        .select_from(now)
        .join(Ticket, Ticket.id == now.ticket_id)
        .outerjoin(left, left.id == before)
        .where(now.starts_at >= _from(question), now.starts_at < _until(question), turns[name][0])
        for name in kinds
    ]
    return _together(lines)


def _is_merged(period: Any) -> Any:
    return (
        select(Merge.id)
        .where(
            Merge.merged_id == period.ticket_id,
            Merge.at <= period.starts_at,
            or_(Merge.undone_at.is_(None), period.starts_at <= Merge.undone_at),
        )
        .exists()
    )


def _merges(question: Question, measure: str) -> Select[Any]:
    at: Any = Merge.at if measure == "merged" else Merge.undone_at
    earlier = TicketPeriod.starts_at < at if measure == "merged" else TicketPeriod.starts_at <= at
    last = (
        select(TicketPeriod.id)
        .where(TicketPeriod.ticket_id == Merge.merged_id, earlier)
        .order_by(TicketPeriod.starts_at.desc(), TicketPeriod.id.desc())
        .limit(1)
        .correlate(Merge)
        .scalar_subquery()
    )
    return (
        _line(Merge.merged_id, at, measure, question, TicketPeriod.queue_id)
        .select_from(Merge)
        .join(Ticket, Ticket.id == Merge.merged_id)
        .join(TicketPeriod, TicketPeriod.id == last)
        .where(at >= _from(question), at < _until(question), TicketPeriod.status.in_(OPEN))
    )


def _net(question: Question) -> Select[Any]:
    moves = ("moved_in", "moved_out") if question.queue is not None else ()
    turns = _turns(question, "opened", "resolved", "cancelled", "reopened", *moves).subquery("turn")
    merges = [_merges(question, name).subquery(name) for name in ("merged", "unmerged")]
    return _together([select(each) for each in (turns, *merges)])


# What stood at the end


def _backlog(question: Question) -> Select[Any]:
    then = _until(question)
    return (
        _line(TicketPeriod.ticket_id, TicketPeriod.starts_at, "open", question, TicketPeriod.queue_id)
        .select_from(TicketPeriod)
        .join(Ticket, Ticket.id == TicketPeriod.ticket_id)
        .where(
            TicketPeriod.status.in_(OPEN),
            TicketPeriod.starts_at < then,
            or_(TicketPeriod.ends_at.is_(None), TicketPeriod.ends_at >= then),
            ~_merged_at(TicketPeriod.ticket_id, then),
        )
    )


def _merged_at(ticket_id: Any, then: datetime) -> Any:
    return (
        select(Merge.id)
        .where(
            Merge.merged_id == ticket_id,
            Merge.at < then,
            or_(Merge.undone_at.is_(None), Merge.undone_at >= then),
        )
        .exists()
    )


def _late(kind: ClockKind) -> Callable[[Question], Select[Any]]:
    def lines(question: Question) -> Select[Any]:
        then = _until(question)
        return _clocks(kind, Clock.breached_at, "past target", question, queue_at(literal(then))).where(
            LATE,
            Clock.breached_at < then,
            or_(Clock.stopped_at.is_(None), Clock.stopped_at >= then),
            ~_merged_at(Clock.ticket_id, then),
        )

    return lines


def _aged(band: Band) -> Callable[[Question], Select[Any]]:
    def lines(question: Question) -> Select[Any]:
        oldest, youngest = band_edges(band)
        return (
            _line(Ticket.id, Ticket.opened_at, "open", question, Ticket.queue_id)
            .select_from(Ticket)
            .where(open_now(), oldest, youngest)
        )

    return lines


# How clocks ended


def _ended(kind: ClockKind, *stages: Stage) -> Callable[[Question], Select[Any]]:
    def lines(question: Question) -> Select[Any]:
        in_time = _clocks(kind, Clock.stopped_at, "in target", question, queue_at(Clock.stopped_at))
        too_late = _clocks(kind, Clock.stopped_at, "out of target", question, queue_at(Clock.stopped_at))
        during = and_(Clock.stopped_at >= _from(question), Clock.stopped_at < _until(question))
        each = {Stage.MET: in_time, Stage.MISSED: too_late}
        return _together([each[stage].where(during, Clock.stage == stage) for stage in stages])

    return lines


def _clocks(kind: ClockKind, at: Any, what: str, question: Question, queue_id: Any) -> Select[Any]:
    return (
        _line(Clock.ticket_id, at, what, question, queue_id)
        .select_from(Clock)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Clock.kind == kind)
    )


def _line(ticket_id: Any, at: Any, what: str, question: Question, queue_id: Any) -> Select[Any]:
    line = select(
        ticket_id.label("ticket_id"), at.label("at"), literal(what.replace("_", " ")).label("what")
    ).where(question.tickets())
    return line if question.queue is None else line.where(queue_id == question.queue.id)


def _together(lines: Sequence[Select[Any]]) -> Select[Any]:
    if len(lines) == 1:
        return lines[0]
    return select(union_all(*lines).subquery())


def _measures() -> list[Measure]:
    found = [
        Measure("opened", "Tickets opened", lambda question: _turns(question, "opened")),
        Measure("resolved", "Tickets resolved", lambda question: _turns(question, "resolved")),
        Measure("cancelled", "Tickets cancelled", lambda question: _turns(question, "cancelled")),
        Measure("reopened", "Tickets reopened", lambda question: _turns(question, "reopened")),
        Measure("moved_in", "Tickets moved into the queue", lambda question: _turns(question, "moved_in")),
        Measure("moved_out", "Tickets moved to other queues", lambda question: _turns(question, "moved_out")),
        Measure("merged", "Tickets merged into another", lambda question: _merges(question, "merged")),
        Measure("unmerged", "Tickets no longer merged", lambda question: _merges(question, "unmerged")),
        Measure("net", "All that changed the backlog", _net),
        Measure("backlog", "Tickets open at the end", _backlog),
    ]
    for kind, what in ((ClockKind.RESPONSE, "First responses"), (ClockKind.RESOLUTION, "Resolutions")):
        slug = kind.value
        found += [
            Measure(f"{slug}_met", f"{what} in target", _ended(kind, Stage.MET)),
            Measure(f"{slug}_missed", f"{what} out of target", _ended(kind, Stage.MISSED)),
            Measure(f"{slug}_ended", what, _ended(kind, *ENDED)),
            Measure(f"{slug}_late", f"{what} past target at the end", _late(kind)),
        ]
    found += [
        Measure(f"age_{band.slug}", f"Tickets open for {band.words} now", _aged(band)) for band in BANDS
    ]
    return found


MEASURES = {each.slug: each for each in _measures()}
