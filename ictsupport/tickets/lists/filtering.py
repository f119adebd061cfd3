"""Which tickets a work list shows: its view, its filters and its order, all of them in the address.

An address may hold anything; what is not a known value of its filter is passed
over, so that an old link still shows a list.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, not_, or_, select, true
from werkzeug.datastructures import MultiDict

from ... import clock
from ...config import settings
from ...errors import Refusal
from ...pages.forms import clean
from ...people.models import Council, Person, RequesterKind
from ...people.scopes import Scope
from ...systems.models import System
from ..models import Channel, Queue, Status, Ticket, TicketType, ticket_systems
from ..prioritising import WORDS
from ..search import words as search_words
from ..search.words import Wanted

Conditions = list[ColumnElement[bool]]

NOBODY = "nobody"
ME = "me"
SHARED = "all"
OPEN = (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)
MOST_VALUES = 50


@dataclass(frozen=True)
class View:
    """A list that people come back to."""

    key: str
    label: str
    condition: Callable[[Person], ColumnElement[bool]]


def day() -> tuple[datetime, datetime]:
    """Today as the clock on the wall has it: from midnight to midnight."""
    today = clock.today(settings().zone)
    start, end = (datetime.combine(each, time(), settings().zone) for each in (today, today + timedelta(1)))
    return start, end


def is_needed_today() -> ColumnElement[bool]:
    """SQL: somebody needs it today: a meeting tonight."""
    start, end = day()
    return and_(Ticket.needed_by.is_not(None), Ticket.needed_by >= start, Ticket.needed_by < end)


def is_open() -> ColumnElement[bool]:
    """SQL: still to be done, in the very words of the indexes over open work."""
    return cast(ColumnElement[bool], Ticket.OPEN)


def is_due_today(_person: Person) -> ColumnElement[bool]:
    start, end = day()
    return and_(Ticket.due_sort >= start, Ticket.due_sort < end)


def is_late(_person: Person) -> ColumnElement[bool]:
    return Ticket.past_target_at.is_not(None)


VIEWS = (
    View("open", "All open", lambda _person: true()),
    View("new", "Untriaged", lambda _person: Ticket.status == Status.NEW),
    View("mine", "Mine", lambda person: Ticket.assignee_id == person.id),
    View("unassigned", "Unassigned", lambda _person: Ticket.assignee_id.is_(None)),
    View("members", "Members", lambda _person: Ticket.requester_kind == RequesterKind.MEMBER),
    View("today", "Due today", is_due_today),
    View("late", "Past target", is_late),
    View("hold", "On hold", lambda _person: Ticket.status == Status.ON_HOLD),
)
EVERYTHING = "everything"


@dataclass(frozen=True)
class Filter:
    """One thing a list can be narrowed by: how an address names it, and what a value of it means."""

    name: str
    label: str
    condition: Callable[[list[str], Person], ColumnElement[bool] | None]


def _enum(kind: type[enum.Enum], values: Iterable[str]) -> list[Any]:
    known = {member.value: member for member in kind}
    return [known[value] for value in values if value in known]


def _of_enum(column: Any, kind: type[enum.Enum]) -> Callable[[list[str], Person], ColumnElement[bool] | None]:
    def condition(values: list[str], _person: Person) -> ColumnElement[bool] | None:
        wanted = _enum(kind, values)
        return column.in_(wanted) if wanted else None

    return condition


def _priority(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    wanted = [int(value) for value in values if value in {"1", "2", "3", "4", "5"}]
    return Ticket.priority.in_(wanted) if wanted else None


def _numbers(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 10]


def _assignee(values: list[str], person: Person) -> ColumnElement[bool] | None:
    ids = _numbers(values) + ([person.id] if ME in values else [])
    wanted: Conditions = [Ticket.assignee_id.in_(ids)] if ids else []
    if NOBODY in values:
        wanted.append(Ticket.assignee_id.is_(None))
    return or_(*wanted) if wanted else None


def _queue(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    return Ticket.queue_id.in_(select(Queue.id).where(Queue.slug.in_(values)))


def _council(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    own = Ticket.council_id.in_(select(Council.id).where(Council.slug.in_(values)))
    return or_(own, Ticket.scope == Scope.ALL) if SHARED in values else own


def _system(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    concerned = select(ticket_systems.c.ticket_id).join(System, System.id == ticket_systems.c.system_id)
    return Ticket.id.in_(concerned.where(System.slug.in_(values)))


FILTERS = (
    Filter("status", "Status", _of_enum(Ticket.status, Status)),
    Filter("priority", "Priority", _priority),
    Filter("queue", "Queue", _queue),
    Filter("assignee", "Agent", _assignee),
    Filter("council", "Council", _council),
    Filter("system", "System", _system),
    Filter("kind", "Requester", _of_enum(Ticket.requester_kind, RequesterKind)),
    Filter("channel", "Channel", _of_enum(Ticket.channel, Channel)),
    Filter("type", "Type", _of_enum(Ticket.ticket_type, TicketType)),
    Filter("late", "Targets", lambda _values, person: is_late(person)),
    Filter("needed", "Needed by", lambda _values, _person: is_needed_today()),
)

SORT_WORDS = {
    "due": "Due first",
    "-due": "Due last",
    "opened": "Oldest first",
    "-opened": "Newest first",
    "updated": "Longest untouched first",
    "-updated": "Last touched first",
    "priority": "Most important first",
    "-priority": "Least important first",
}
SORTS: dict[str, tuple[Any, ...]] = {
    "due": (Ticket.due_sort, Ticket.id),
    "-due": (Ticket.due_sort.desc(), Ticket.id.desc()),
    "opened": (Ticket.opened_at, Ticket.id),
    "-opened": (Ticket.opened_at.desc(), Ticket.id.desc()),
    "updated": (Ticket.updated_at, Ticket.id),
    "-updated": (Ticket.updated_at.desc(), Ticket.id.desc()),
    "priority": (Ticket.priority, Ticket.due_sort, Ticket.id),
    "-priority": (Ticket.priority.desc(), Ticket.due_sort.desc(), Ticket.id.desc()),
}
FINISHED_SORTS = ("-opened", "opened", "-updated", "updated")
"""Finished work has no due time; these orders have an index over all tickets."""


@dataclass(frozen=True)
class Choice:
    """A value a filter may take, in words."""

    value: str
    label: str


@dataclass
class Wish:
    """What somebody asked a list to show."""

    person: Person
    view: str = "open"
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: str = ""
    sort: str = "due"

    @classmethod
    def read(cls, args: MultiDict[str, str], person: Person) -> "Wish":
        values = {
            each.name: list(dict.fromkeys(map(clean, args.getlist(each.name))))[:MOST_VALUES]
            for each in FILTERS
            if args.get(each.name)
        }
        wish = cls(
            person, args.get("view", "open"), values, clean(args.get("q", "")).strip(), args.get("sort", "")
        )
        if wish.view not in {view.key for view in VIEWS} and wish.view != EVERYTHING:
            wish.view = "open"
        if any(status not in OPEN for status in _enum(Status, values.get("status", []))):
            wish.view = EVERYTHING
        allowed = SORTS if wish.is_open else FINISHED_SORTS
        if wish.sort not in allowed:
            wish.sort = next(iter(allowed))
        return wish

    @property
    def is_open(self) -> bool:
        """Whether the list holds only work still to be done."""
        return self.view != EVERYTHING

    @property
    def is_narrowed(self) -> bool:
        return bool(self.values or self.typed)

    @property
    def pins_needed(self) -> bool:
        """Whether what somebody needs today stands above everything else."""
        return self.is_open and self.sort == "due" and "needed" not in self.values

    @property
    def wanted(self) -> Wanted | None:
        """The words to look for, if any were typed that can be looked for."""
        return None if self.refused or not self.typed else search_words.parse(self.typed)

    @cached_property
    def refused(self) -> str:
        """Why the words cannot be looked for, or nothing."""
        try:
            search_words.parse(self.typed)
        except Refusal as refusal:
            return str(refusal) if self.typed else ""
        return ""

    def conditions(self) -> Conditions:
        """SQL: what the list is narrowed to, but for the words."""
        found: Conditions = []
        if self.is_open:
            view = next(view for view in VIEWS if view.key == self.view)
            found += [is_open(), view.condition(self.person)]
        for each in FILTERS:
            if self.values.get(each.name):
                condition = each.condition(self.values[each.name], self.person)
                if condition is not None:
                    found.append(condition)
        return found

    def order(self) -> Sequence[Any]:
        return SORTS[self.sort]

    def query(self, **changes: Any) -> str:
        """The address's query with some of it changed; None takes something out."""
        present: dict[str, Any] = {"view": self.view if self.view != "open" else None, **self.values}
        present |= {"q": self.typed, "sort": self.sort if self.sort != "due" else None} | changes
        text = urlencode({name: value for name, value in present.items() if value}, doseq=True)
        return f"?{text}" if text else "?"

    def chips(self, choices: Mapping[str, Sequence[Choice]]) -> list[tuple[str, str]]:
        """The filters in force, each with the query without it."""
        found = []
        for each in FILTERS:
            labels = {choice.value: choice.label for choice in choices.get(each.name, ())}
            for value in self.values.get(each.name, ()):
                rest = [other for other in self.values[each.name] if other != value]
                found.append((labels.get(value) or value[:60], self.query(**{each.name: rest})))
        if self.typed:
            found.append((f"“{self.typed[:60]}”", self.query(q=None)))
        return found


def fixed_choices() -> dict[str, list[Choice]]:
    """The values of filters that no table holds."""
    return {
        "status": [Choice(each.value, each.value.capitalize()) for each in Status],
        "priority": [Choice(str(number), f"P{number} {word}") for number, word in WORDS.items()],
        "kind": [Choice(each.value, each.value.capitalize()) for each in RequesterKind],
        "channel": [Choice(each.value, each.value[0].upper() + each.value[1:]) for each in Channel],
        "type": [Choice(each.value, each.value.capitalize()) for each in TicketType],
        "late": [Choice("1", "Past target")],
        "needed": [Choice("1", "Needed today")],
    }


def not_needed_today() -> ColumnElement[bool]:
    return or_(Ticket.needed_by.is_(None), not_(is_needed_today()))
