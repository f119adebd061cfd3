"""Parts that packages above add to a system's page, such as its tickets."""

from collections.abc import Callable

from markupsafe import Markup

from ..people.models import Person
from .models import System

Part = Callable[[System, Person], Markup | None]
"""Renders a part for somebody; None when there is nothing for them to see."""

_parts: list[Part] = []


def part(render: Part) -> Part:
    """Add a part to the page of every system, after those added before."""
    if render not in _parts:
        _parts.append(render)
    return render


def parts_of(system: System, person: Person) -> list[Markup]:
    """What the packages above have to show about a system to somebody."""
    return [shown for render in _parts if (shown := render(system, person))]
