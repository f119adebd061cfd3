"""What a list is asked for in its address, and the addresses with one thing changed."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from flask import url_for
from werkzeug.datastructures import MultiDict

from .forms import clean
from .numbers import whole

E = TypeVar("E", bound=enum.Enum)

MOST, LONGEST = 50, 500
CURSORS = ("after", "before")


def numbers(values: Iterable[str]) -> list[int]:
    """Those of the values that are whole numbers the database can hold."""
    return [number for value in values if (number := whole(value)) is not None]


class Asked:
    """The filters of a list as its address gives them. What makes no sense is left out, never an error.

    Only the names the list knows are read, and so only they come back in its
    links: an address must not be able to write other arguments into them.
    """

    def __init__(self, args: MultiDict[str, str], endpoint: str, names: Sequence[str]) -> None:
        self.endpoint = endpoint
        self.args = {
            name: [text for value in args.getlist(name)[:MOST] if (text := clean(value).strip()[:LONGEST])]
            for name in (*names, *CURSORS)
        }

    def one(self, name: str) -> str:
        """The one value, or nothing."""
        return next(iter(self.args.get(name, ())), "")

    def some(self, name: str, kind: type[E]) -> list[E]:
        """The members of an enum that were ticked."""
        known = {member.value: member for member in kind}
        return [known[value] for value in self.args.get(name, ()) if value in known]

    def values(self, name: str) -> list[str]:
        return self.args.get(name, [])

    @property
    def filters(self) -> dict[str, list[str]]:
        """All that narrows the list, without the place in it."""
        return {name: values for name, values in self.args.items() if values and name not in CURSORS}

    def address(self, **changed: Any) -> str:
        """The list with this changed (None: left out), from its first page unless a cursor is given."""
        wanted: Mapping[str, Any] = {**self.filters, **changed}
        kept = {name: value for name, value in wanted.items() if value not in (None, "", [])}
        return url_for(self.endpoint, **kept)

    def without(self, name: str, value: str) -> str:
        """The list with one value of a filter taken off."""
        return self.address(**{name: [one for one in self.values(name) if one != value]})

    def chips(self, **labels: Mapping[str, str]) -> list[tuple[str, str]]:
        """What is in force, each with the address that takes it off: chips(kind={"business": "Business"})."""
        return [
            (words.get(value, value), self.without(name, value))
            for name, words in labels.items()
            for value in self.values(name)
            if value in words
        ]
