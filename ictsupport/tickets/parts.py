"""Parts that packages above add to a ticket's page, such as the clinic it comes from."""

from collections.abc import Callable
from typing import Protocol

from ..people.models import Person
from .models import Ticket


class Part(Protocol):
    """What a part shows: its template is included in the page, and finds the rest in `part`."""

    @property
    def template(self) -> str: ...


Prepare = Callable[[Ticket, Person], Part | None]
"""Makes a part for somebody; None when there is nothing to see. It may cost a statement only where there is."""

_parts: list[Prepare] = []


def part(prepare: Prepare) -> Prepare:
    """Add a part to the page of every ticket, after those added before."""
    if prepare not in _parts:
        _parts.append(prepare)
    return prepare


def parts_of(ticket: Ticket, person: Person) -> list[Part]:
    """What the packages above have to show about a ticket to somebody."""
    return [shown for prepare in _parts if (shown := prepare(ticket, person))]
