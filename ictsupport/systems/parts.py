"""Parts that packages above add to a system's page, such as its tickets."""

from collections.abc import Callable
from typing import Protocol

from ..people.models import Person
from .models import System


class Part(Protocol):
    """What a part shows: its template is included in the page, and finds the rest in `part`."""

    @property
    def template(self) -> str: ...


Prepare = Callable[[System, Person], Part | None]
"""Makes a part for somebody; None when there is nothing for them to see."""

_parts: list[Prepare] = []


def part(prepare: Prepare) -> Prepare:
    """Add a part to the page of every system, after those added before."""
    if prepare not in _parts:
        _parts.append(prepare)
    return prepare


def parts_of(system: System, person: Person) -> list[Part]:
    """What the packages above have to show about a system to somebody."""
    return [shown for prepare in _parts if (shown := prepare(system, person))]
