"""The board: open work in columns, by status or by who has it, the first cards of each with how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from ... import clock
from ...database import db
from ...people.models import Person
from ..access import workable
from ..models import HoldReason, Status, Ticket
from ..search import finding as search
from .filtering import OPEN, Wish
from .narrowing import ME, NOBODY
from .worklists import Row, rows_of, tickets_with

BY = {"status": "Status", "assignee": "Agent"}
CARDS = {"status": 20, "assignee": 6}
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
    """The open work that the list holds, in columns, in one statement (and one for the systems of what is shown)."""
    if not wish.is_open:
        wish = replace(wish, view="open")
    key = Ticket.status if by == "status" else Ticket.assignee_id
    conditions = [workable(wish.person), *wish.conditions()]
    if wish.wanted is not None:
        conditions.append(Ticket.id.in_(search.newest(wish.wanted, wish.person, *conditions)))
    placed = (
        select(
            Ticket.id,
            key.label("key"),
            func.row_number().over(partition_by=key, order_by=(Ticket.due_sort, Ticket.id)).label("place"),
            func.count().over(partition_by=key).label("total"),
        )
        .where(*conditions)
        .subquery()
    )
    shown = tickets_with(placed.c.key, placed.c.total).join(placed, placed.c.id == Ticket.id)
    shown = shown.where(placed.c.place <= CARDS[by]).order_by(Ticket.due_sort, Ticket.id)
    found = db.session.execute(shown).all()
    cards = dict(zip((row.id for row in found), rows_of(found, clock.now()), strict=True))
    return _by_status(found, cards) if by == "status" else _by_agent(found, cards, wish.person)


def _by_status(found: Sequence[Any], cards: dict[int, Row]) -> list[Column]:
    to = {Status.NEW: "new", Status.IN_PROGRESS: "work"}
    return [
        Column(
            status.value.capitalize(),
            [cards[row.id] for row in found if row.key == status],
            next((row.total for row in found if row.key == status), 0),
            ("status", status.value),
            to.get(status, ""),
        )
        for status in OPEN
    ]


def _by_agent(found: Sequence[Any], cards: dict[int, Row], person: Person) -> list[Column]:
    """Nobody's first, then one's own, then everybody's who has something, by name."""
    names = {row.key: row.assignee for row in found if row.key is not None}
    others = sorted((name, key) for key, name in names.items() if key != person.id)
    heads = [
        (None, "Nobody", NOBODY),
        (person.id, person.name, ME),
        *((key, name, str(key)) for name, key in others),
    ]
    return [
        Column(
            label,
            [cards[row.id] for row in found if row.key == key],
            next((row.total for row in found if row.key == key), 0),
            ("assignee", value),
            "nobody" if key is None else f"agent:{key}",
        )
        for key, label, value in heads[:COLUMNS]
    ]


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
