"""Which tickets a work list shows: its view, its filters and its order, all of them in the address.

An address may hold anything; what is not a known value of its filter is passed
over, so that an old link still shows a list.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from ...errors import Refusal
from ...pages.filters import plain_date
from ...pages.forms import clean
from ...people.models import Person
from ...statements import shape_of
from ..models import Status, Ticket
from ..search import words as search_words
from ..search.words import Wanted
from .models import SavedView
from .narrowing import FILTERS, Choice, day_in, known
from .standing import BY_KEY, EVERYTHING, is_open

Conditions = list[ColumnElement[bool]]

OPEN = (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)
MOST_VALUES = 50

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


@dataclass
class Wish:
    """What somebody asked a list to show. `saved` is the view it was opened as, `began_as` the one it was changed from."""

    person: Person
    view: str = "open"
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: str = ""
    sort: str = "due"
    saved: SavedView | None = None
    began_as: SavedView | None = None

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
        if wish.view not in BY_KEY and wish.view != EVERYTHING:
            wish.view = "open"
        if any(status not in OPEN for status in known(Status, values.get("status", []))):
            wish.view = EVERYTHING
        allowed = SORTS if wish.is_open else FINISHED_SORTS
        if wish.sort not in allowed:
            wish.sort = next(iter(allowed))
        return wish

    @classmethod
    def of(cls, saved: SavedView, person: Person) -> "Wish":
        """What a saved view shows to the person: "me" in it is whoever looks."""
        wish = cls.read(MultiDict(parse_qsl(saved.query.lstrip("?"))), person)
        wish.saved = wish.began_as = saved
        return wish

    @property
    def key(self) -> str:
        """The view it is, as an address calls it."""
        return self.saved.key if self.saved is not None else self.view

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
        return [is_open(), *self.narrowed()] if self.is_open else self.narrowed()

    def narrowed(self) -> Conditions:
        """SQL: the same, without saying that open work is open."""
        found: Conditions = []
        if self.is_open:
            found.append(BY_KEY[self.view].condition(self.person))
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
        if self.saved is not None and changes.keys() <= {"after", "before"}:
            return "?" + urlencode({"view": self.key} | {k: v for k, v in changes.items() if v})
        present: dict[str, Any] = {"view": self.view if self.view != "open" else None, **self.values}
        present |= {"q": self.typed, "sort": self.sort if self.sort != "due" else None}
        present |= {"saved": self.began_as.id if self.began_as else None} | changes
        text = urlencode({name: value for name, value in present.items() if value}, doseq=True)
        return f"?{text}" if text else "?view=open"

    @property
    def content(self) -> str:
        """What a view saved from it keeps."""
        return Wish(self.person, self.view, self.values, self.typed, self.sort).query()

    def chips(self, choices: Mapping[str, Sequence[Choice]]) -> list[tuple[str, str]]:
        """The filters in force, each with the query without it."""
        found = []
        for each in FILTERS:
            labels = {choice.value: choice.label for choice in choices.get(each.name, ())}
            for value in self.values.get(each.name, ()):
                rest = [other for other in self.values[each.name] if other != value]
                label = labels.get(value) or value[:60]
                if each.kind == "day" and (day := day_in([value])):
                    label = f"{each.label} {plain_date(day)}"
                found.append((label, self.query(**{each.name: rest})))
        if self.typed:
            found.append((f"“{self.typed[:60]}”", self.query(q=None)))
        return found


@shape_of.register
def _as_asked(wish: Wish) -> Hashable:
    """What statements about a list are made of."""
    values = tuple((name, tuple(each)) for name, each in wish.values.items())
    return shape_of(wish.person), wish.view, values, wish.typed, wish.sort
