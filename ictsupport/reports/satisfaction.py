"""How people found the help they got, always beside how many of those asked have answered."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select, true

from .. import clock
from ..config import settings
from ..database import db, first_day_of, local_day
from ..people.models import Council, Person, RequesterKind
from ..people.scopes import Scope
from ..systems.models import System
from ..tickets.models import Queue, Ticket, ticket_systems
from ..tickets.rating.models import GOOD, Rating
from .access import councils_read

ENOUGH = 5
"""Of fewer answers than this nothing is told: one could guess who gave them."""
MONTHS = 12


@dataclass(frozen=True)
class Answers:
    """How many were asked, how many answered, and how many of those were satisfied."""

    asked: int = 0
    answered: int = 0
    good: int = 0
    points: int = 0

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(
            self.asked + other.asked,
            self.answered + other.answered,
            self.good + other.good,
            self.points + other.points,
        )

    @property
    def is_enough(self) -> bool:
        return self.answered >= ENOUGH

    @property
    def share(self) -> float | None:
        return self.good / self.answered if self.is_enough else None

    @property
    def mean(self) -> float | None:
        return self.points / self.answered if self.is_enough else None

    @property
    def rate(self) -> float | None:
        return self.answered / self.asked if self.is_enough else None


@dataclass(frozen=True)
class Group:
    """One way of parting the answers: what it is called, and its rows in order."""

    title: str
    head: str
    rows: Sequence[tuple[str, Answers]]


@dataclass(frozen=True)
class Satisfaction:
    first: date
    total: Answers
    groups: Sequence[Group]


@dataclass(frozen=True)
class _Cell:
    month: date
    queue_id: int
    kind: RequesterKind
    council_id: int | None
    answers: Answers


COUNTED = (
    func.count(),
    func.count(Rating.score),
    func.sum(case((Rating.score >= GOOD, 1), else_=0)),
    func.sum(func.coalesce(Rating.score, 0)),
)


def satisfaction(person: Person) -> Satisfaction:
    """What the reader may see of the last twelve months. Four statements."""
    first = first_month(clock.today(settings().zone))
    cells = _cells(person, first)
    queues = {row[0]: row[1] for row in db.session.execute(select(Queue.id, Queue.name).order_by(Queue.name))}
    names = db.session.execute(select(Council.id, Council.short_name).order_by(Council.short_name))
    councils: dict[int | None, str] = {row[0]: row[1] for row in names}
    councils[None] = "All councils together"
    months = _summed((cell.month, cell.answers) for cell in cells)
    kinds = {RequesterKind.MEMBER: "Members", RequesterKind.STAFF: "Staff", RequesterKind.CONTACT: "Contacts"}
    groups = [
        Group("By month", "Month", [(f"{day:%B %Y}", months[day]) for day in sorted(months, reverse=True)]),
        _named("By queue", "Queue", queues, _summed((cell.queue_id, cell.answers) for cell in cells)),
        Group("By system", "System", _by_system(person, first)),
        _named("Members and staff", "Asked by", kinds, _summed((cell.kind, cell.answers) for cell in cells)),
        _named("By council", "Council", councils, _summed((cell.council_id, cell.answers) for cell in cells)),
    ]
    return Satisfaction(first, sum((cell.answers for cell in cells), Answers()), groups)


def first_month(today: date) -> date:
    """The first of the month eleven months ago: twelve months with this one."""
    index = today.year * 12 + today.month - MONTHS
    return date(index // 12, index % 12 + 1, 1)


def _cells(person: Person, first: date) -> list[_Cell]:
    month = first_day_of("month", local_day(Rating.asked_at, settings().zone)).label("month")
    rows = db.session.execute(
        select(month, Ticket.queue_id, Ticket.requester_kind, Ticket.council_id, *COUNTED)
        .join(Rating.ticket)
        .where(*_readable(person, first))
        .group_by(month, Ticket.queue_id, Ticket.requester_kind, Ticket.council_id)
    )
    return [
        _Cell(day, queue_id, kind, council_id, Answers(asked, answered, int(good or 0), int(points or 0)))
        for day, queue_id, kind, council_id, asked, answered, good, points in rows
        if day >= first
    ]


def _by_system(person: Person, first: date) -> list[tuple[str, Answers]]:
    """A ticket about two systems counts for both, so these rows add up to more than all."""
    rows = db.session.execute(
        select(System.name, *COUNTED)
        .join(ticket_systems, ticket_systems.c.system_id == System.id)
        .join(Rating, Rating.ticket_id == ticket_systems.c.ticket_id)
        .join(Rating.ticket)
        .where(*_readable(person, first))
        .group_by(System.name)
        .order_by(System.name)
    )
    return [
        (name, Answers(asked, answered, int(good or 0), int(points or 0)))
        for name, asked, answered, good, points in rows
    ]


def _readable(person: Person, first: date) -> list[ColumnElement[bool]]:
    councils = councils_read(person)
    theirs = true() if councils is None else or_(Ticket.scope == Scope.ALL, Ticket.council_id.in_(councils))
    since = local_day(Rating.asked_at, settings().zone) >= first
    lower = Rating.asked_at >= clock.now() - timedelta(days=31 * (MONTHS + 1))
    return [lower, since, Ticket.confidential.is_(False), theirs]


def _summed(told: Iterable[tuple[Hashable, Answers]]) -> dict:  # type: ignore[type-arg]
    sums: dict[Hashable, Answers] = defaultdict(Answers)
    for key, answers in told:
        sums[key] += answers
    return dict(sums)


def _named(title: str, head: str, names: Mapping, sums: Mapping) -> Group:  # type: ignore[type-arg]
    return Group(title, head, [(names[key], sums[key]) for key in names if key in sums])
