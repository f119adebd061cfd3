"""What somebody asks of the load page: which stretch, by week or month, whose work. Read from an address, and back."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, literal, or_, select, true

from .. import clock
from ..config import settings
from ..database import db
from ..pages.filters import plain_date
from ..people.models import Council, Person, RequesterKind
from ..statements import shape_of
from ..tickets.models import ASKED_FOR, Queue, Ticket, TicketType
from ..unchanged import until_changed
from .access import councils_read
from .models import SHARED, Grain

MONTHS, WEEKS = 13, 26
"""How many stretches are shown unless somebody asks for others."""
MOST = {Grain.MONTH: 60, Grain.WEEK: 106}
EARLIEST = date(2000, 1, 1)
SHARED_WORK = "shared"

TYPES = {"incident": TicketType.INCIDENT, "request": TicketType.REQUEST, "problem": TicketType.PROBLEM}


@dataclass(frozen=True)
class Named:
    """A council or a queue one can ask for."""

    id: int
    name: str
    slug: str
    team_id: int | None = None


@dataclass(frozen=True)
class Stretch:
    """A week or a month: its first and last day. The present one is shown as far as it has come."""

    first: date
    last: date
    grain: Grain
    today: date

    @property
    def is_over(self) -> bool:
        return self.last < self.today

    @property
    def shown_to(self) -> date:
        return min(self.last, self.today)

    @property
    def label(self) -> str:
        if self.grain is Grain.MONTH:
            return f"{self.first:%b} {self.first.year}"
        return f"{self.first.day} {self.first:%b} {self.first.year}"

    @property
    def name(self) -> str:
        """The label, with a word where it is not over."""
        return self.label if self.is_over else f"{self.label}, so far"


@dataclass(frozen=True)
class Period:
    """What a page of figures is asked: which stretches, and what narrows it."""

    grain: Grain
    first: date
    last: date

    @property
    def stretches(self) -> list[Stretch]:
        today = clock.today(settings().zone)
        return [
            Stretch(first, next_of(self.grain, first) - timedelta(days=1), self.grain, today)
            for first in each(self.grain, self.first, self.last)
        ]

    @property
    def parameters(self) -> dict[str, str]:
        """What the address says beside the stretch."""
        raise NotImplementedError

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        """What narrows the question, in words, by the name of the parameter."""
        raise NotImplementedError

    def address(self, path: str, **more: str) -> str:
        """The address of a page that is asked the same, or with some of it changed (empty: left out)."""
        asked = {**self.parameters, "from": self.first.isoformat(), "to": self.last.isoformat(), **more}
        return path + "?" + urlencode({name: value for name, value in asked.items() if value})

    def chips(self, path: str) -> list[tuple[str, str]]:
        """What narrows the question, each with the address without it."""
        return [(words, self.address(path, **{name: ""})) for name, words in self.narrowing]

    @property
    def words(self) -> str:
        """What is asked, in a sentence without its full stop."""
        last = next_of(self.grain, self.last) - timedelta(days=1)
        sides = [plain_date(self.first), plain_date(min(last, clock.today(settings().zone)))]
        return ", ".join([" to ".join(sides), *(words for _, words in self.narrowing)])


@dataclass(frozen=True)
class Question(Period):
    """Which stretches, and whose work."""

    council: Named | None = None
    queue: Named | None = None
    ticket_type: TicketType | None = None
    requester_kind: RequesterKind | None = None
    reach: frozenset[int] | None = None
    councils: tuple[Named, ...] = ()
    queues: tuple[Named, ...] = ()
    troubles: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        found = {
            "by": self.grain.value,
            "council": self.council.slug if self.council else "",
            "queue": self.queue.slug if self.queue else "",
            "type": next((word for word, kind in TYPES.items() if kind is self.ticket_type), ""),
            "kind": self.requester_kind.value if self.requester_kind else "",
        }
        return {name: value for name, value in found.items() if value}

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        found = [
            ("council", self.council.name if self.council else ""),
            ("queue", self.queue.name if self.queue else ""),
            ("type", f"{self.ticket_type.value.capitalize()}s" if self.ticket_type else ""),
            ("kind", f"Asked by: {self.requester_kind.value}" if self.requester_kind else ""),
        ]
        return [(name, words) for name, words in found if words]

    @property
    def counted(self) -> tuple[TicketType, ...]:
        """The types that totals count: what people ask for, unless a type is chosen. A problem is the desk's own."""
        return (self.ticket_type,) if self.ticket_type is not None else ASKED_FOR

    def facts(self, table: Any) -> ColumnElement[bool]:
        """SQL: the facts of this grain that are asked for, of whatever day; of all types, unless one is chosen."""
        wanted: list[ColumnElement[bool]] = [table.grain == self.grain]
        if self.council is not None:
            wanted.append(table.council_id == self.council.id)
        elif self.reach is not None:
            wanted.append(table.council_id.in_({SHARED, *self.reach}))
        if self.queue is not None:
            wanted.append(table.queue_id == self.queue.id)
        if self.ticket_type is not None:
            wanted.append(table.ticket_type == self.ticket_type)
        if self.requester_kind is not None:
            wanted.append(table.requester_kind == self.requester_kind)
        return and_(*wanted)

    def tickets(self) -> ColumnElement[bool]:
        """SQL: the tickets that such facts count, in whatever queue they were."""
        wanted: list[ColumnElement[bool]] = [true()]
        if self.council is not None:
            shared = self.council.id == SHARED
            wanted.append(Ticket.council_id.is_(None) if shared else Ticket.council_id == self.council.id)
        elif self.reach is not None:
            wanted.append(or_(Ticket.council_id.is_(None), Ticket.council_id.in_(self.reach)))
        wanted.append(Ticket.ticket_type.in_(self.counted))
        if self.requester_kind is not None:
            wanted.append(Ticket.requester_kind == self.requester_kind)
        return and_(*wanted)


@shape_of.register
def _as_asked(question: Question) -> Hashable:
    """What statements about a question are made of."""
    narrowed = question.council, question.queue, question.ticket_type, question.requester_kind
    return question.grain, question.first, question.last, question.reach, narrowed


def read_question(asked: Mapping[str, str], person: Person) -> Question:
    """The question in an address. What makes no sense is told in `troubles`, and the usual is shown instead."""
    reach = councils_read(person)
    councils, queues = choices(reach)
    troubles: list[str] = []
    grain = grain_asked(asked, troubles)
    first, last = stretch_asked(asked, grain, troubles)

    def chosen(name: str, among: Any, what: str) -> Any:
        word = asked.get(name, "")
        found = among.get(word)
        if word and found is None:
            troubles.append(f"There is no {what} “{word[:60]}”. Choose one from the list.")
        return found

    return Question(
        grain=grain,
        first=first,
        last=last,
        council=chosen("council", {each.slug: each for each in councils}, "council"),
        queue=chosen("queue", {each.slug: each for each in queues}, "queue"),
        ticket_type=chosen("type", TYPES, "type of ticket"),
        requester_kind=chosen("kind", {kind.value: kind for kind in RequesterKind}, "kind of requester"),
        reach=None if reach is None else frozenset(reach),
        councils=tuple(councils),
        queues=tuple(queues),
        troubles=tuple(troubles),
        typed={name: str(value)[:100] for name, value in asked.items()},
    )


def choices(reach: set[int] | None) -> tuple[list[Named], list[Named]]:
    """The councils (with shared work) and the queues one can ask for."""
    councils, queues = _named()
    own = [one for one in councils if reach is None or one.id in reach]
    return [*own, Named(SHARED, "Shared, for all councils", SHARED_WORK)], queues


@until_changed(Council, Queue)
def _named() -> tuple[list[Named], list[Named]]:
    councils = db.session.execute(select(Council.id, Council.short_name, Council.slug, literal(0)))
    queues = db.session.execute(select(Queue.id, Queue.name, Queue.slug, Queue.team_id))
    by_name = attrgetter("name")
    return sorted((Named(*row) for row in councils), key=by_name), sorted(
        (Named(*row) for row in queues), key=by_name
    )


def grain_asked(asked: Mapping[str, str], troubles: list[str]) -> Grain:
    """By week or by month."""
    if asked.get("by") not in (None, "", "week", "month"):
        troubles.append("Choose by week or by month.")
    return Grain.WEEK if asked.get("by") == "week" else Grain.MONTH


def stretch_asked(asked: Mapping[str, str], grain: Grain, troubles: list[str]) -> tuple[date, date]:
    """The first days of the first and the last stretch asked for."""
    today = clock.today(settings().zone)
    present = start_of(grain, today)
    last = _day(asked.get("to", ""), "to", troubles)
    first = _day(asked.get("from", ""), "from", troubles)
    last = min(start_of(grain, last), present) if last else present
    usual = back(grain, last, (MONTHS if grain is Grain.MONTH else WEEKS) - 1)
    if first is not None and start_of(grain, first) > last:
        troubles.append("The period begins after it ends. Choose an earlier “from” or a later “to”.")
        first = None
    first = start_of(grain, first) if first else usual
    longest = back(grain, last, MOST[grain] - 1)
    if first < longest:
        troubles.append(
            f"That is more than fits one page: the last {MOST[grain]} {grain.value}s of it are shown."
        )
        first = longest
    return first, last


def _day(typed: str, name: str, troubles: list[str]) -> date | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(f"{typed}-01" if len(typed) == 7 else typed)
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day < date(2100, 1, 1):
        troubles.append(f"Enter “{name}” as a day or a month, like 2026-03-31 or 2026-03.")
        return None
    return day


def start_of(grain: Grain, day: date) -> date:
    return day.replace(day=1) if grain is Grain.MONTH else day - timedelta(days=day.weekday())


def next_of(grain: Grain, first: date) -> date:
    if grain is Grain.MONTH:
        return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=7)


def back(grain: Grain, first: date, count: int) -> date:
    for _ in range(count):
        first = start_of(grain, first - timedelta(days=1))
    return first


def each(grain: Grain, first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = next_of(grain, first)


def midnight(day: date) -> datetime:
    """The instant at which a day begins, in the zone of daily figures."""
    return datetime.combine(day, time(), settings().zone)
