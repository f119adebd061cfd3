"""The board: open work in columns, by status or by who has it, the first cards of each with how many there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, null, select, union_all

from ... import clock
from ...database import db
from ...people.models import Person
from ...statements import put_together
from ..models import HoldReason, Status, Ticket
from ..search import finding as search
from .filtering import OPEN, Wish
from .narrowing import ME, NOBODY
from .worklists import Row, conditions_of, rows_of, tickets_with

BY = {"status": "Status", "assignee": "Agent"}
CARDS = {"status": 20, "assignee": 6}
KEYS: Mapping[str, Any] = {"status": Ticket.status, "assignee": Ticket.assignee_id}
COLUMNS = 16
"""So many agents have a column; who has more to see uses filters."""


@dataclass(frozen=True)
class Column:
    """A column: what it is called, its cards, how many there are, and how the rest is asked for and cards are put there."""

    label: str
    cards: Sequence[Row]
    count: int
    filter: tuple[str, str]
    to: str


def columns(wish: Wish, by: str) -> list[Column]:
    """The open work that the list holds, in columns: counted, then the first cards of each."""
    if not wish.is_open:
        wish = replace(wish, view="open")
    placed = _placed(wish, by) if wish.wanted is None else _placed_by_words(wish, by)
    shown = tickets_with(KEYS[by].label("key")).where(Ticket.id.in_(placed.first))
    found = db.session.execute(shown.order_by(Ticket.due_sort, Ticket.id)).all()
    cards: dict[Any, list[Row]] = defaultdict(list)
    for row, card in zip(found, rows_of(found, clock.now()), strict=True):
        cards[row.key].append(card)
    heads = _statuses() if by == "status" else _agents(placed.names, wish.person)
    return [
        Column(head.label, cards[head.key], placed.totals.get(head.key, 0), (by, head.value), head.to)
        for head in heads
    ]


@dataclass(frozen=True)
class _Placed:
    """How many tickets each column has, the ids of the first of each, and what the agents among them are called."""

    totals: Mapping[Any, int]
    first: Any
    names: Mapping[int, str]


def _placed(wish: Wish, by: str) -> _Placed:
    """Counted from an index, and the first of each column from another: no more is read than is shown."""
    counted = db.session.execute(_counted(wish, by)).all()
    totals = {row.key: row.total for row in counted}
    names = {row.key: row.name for row in counted if row.name is not None}
    heads = _statuses() if by == "status" else _agents(names, wish.person)
    keys = tuple(head.key for head in heads if head.key in totals)
    return _Placed(totals, _first(wish, by, keys) if keys else (), names)


def _placed_by_words(wish: Wish, by: str) -> _Placed:
    """The same of what holds the words: so many at most that they are told apart here."""
    assert wish.wanted is not None
    conditions = conditions_of(wish)
    held = search.newest(wish.wanted, wish.person, *conditions)
    rows = select(Ticket.id, KEYS[by].label("key"), Person.name).outerjoin(Ticket.assignee)
    ids, names = defaultdict(list), {}
    for row in db.session.execute(rows.where(Ticket.id.in_(held)).order_by(Ticket.due_sort, Ticket.id)):
        ids[row.key].append(row.id)
        if by == "assignee" and row.key is not None:
            names[row.key] = row.name
    first = [each for column in ids.values() for each in column[: CARDS[by]]]
    return _Placed({key: len(column) for key, column in ids.items()}, first, names)


@put_together
def _counted(wish: Wish, by: str) -> Select[Any]:
    key = KEYS[by].label("key")
    counted = (
        select(key, func.count().label("total")).where(*conditions_of(wish)).group_by(KEYS[by]).subquery()
    )
    if by == "status":
        return select(counted, null().label("name"))
    return select(counted, Person.name).outerjoin(Person, Person.id == counted.c.key)


@put_together
def _first(wish: Wish, by: str, keys: tuple[Any, ...]) -> Select[Any]:
    """The ids of the first cards of each of these columns."""
    of_each = (
        select(Ticket.id)
        .where(KEYS[by].is_(key) if key is None else KEYS[by] == key, *conditions_of(wish))
        .order_by(Ticket.due_sort, Ticket.id)
        .limit(CARDS[by])
        .subquery()
        for key in keys
    )
    together = union_all(*(select(each.c.id) for each in of_each)).subquery()
    return select(together.c.id)


@dataclass(frozen=True)
class _Head:
    """What a column is of, what it is called, how its tickets are filtered by, and how cards are put there."""

    key: Any
    label: str
    value: str
    to: str


def _statuses() -> list[_Head]:
    to = {Status.NEW: "new", Status.IN_PROGRESS: "work"}
    return [_Head(one, one.value.capitalize(), one.value, to.get(one, "")) for one in OPEN]


def _agents(names: Mapping[int, str], person: Person) -> list[_Head]:
    """Nobody's first, then one's own, then everybody's who has something, by name."""
    others = sorted((name, key) for key, name in names.items() if key != person.id)
    heads = [
        _Head(None, "Nobody", NOBODY, "nobody"),
        _Head(person.id, person.name, ME, f"agent:{person.id}"),
        *(_Head(key, name, str(key), f"agent:{key}") for name, key in others),
    ]
    return heads[:COLUMNS]


def places(by: str, agents: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Where cards can be put: (how a form says it, in words)."""
    if by == "assignee":
        return [("nobody", "Nobody"), *((f"agent:{key}", name) for key, name in agents)]
    holds = [(f"hold:{reason.value}", f"On hold: {reason.value}") for reason in HoldReason]
    return [("work", "In progress"), *holds, ("new", "New, back to triage"), ("resolve", "Resolved…")]


def act_for(place: str) -> tuple[str, dict[str, list[str]]] | None:
    """The act upon tickets that puts cards there, and what is filled in for it."""
    kind, _, rest = place.partition(":")
    if kind == "agent":
        return "assign", {"assignee": [rest]}
    if kind == "hold":
        return "hold", {"reason": [rest]}
    return {
        "nobody": ("assign", {"assignee": [""]}),
        "work": ("work", {}),
        "new": ("triage", {}),
        "resolve": ("resolve", {}),
    }.get(place)
