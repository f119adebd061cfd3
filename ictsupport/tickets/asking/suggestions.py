"""What may spare somebody the asking: known outages, guides, what they have asked already. Rooms put theirs in.

    @suggestion(order=30)
    def guides(asking, person):
        yield Suggestion("A guide may help", "Set up your voicemail", "3 minutes to read", href="/guides/voicemail")

Each is asked when a system is chosen and while somebody types what it is
about, so it may cost one statement, and shows only what the person may see.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...people.models import Person

ENOUGH = 4
"""More than so many of one kind would hide the question."""


@dataclass(frozen=True)
class Asking:
    """What somebody is about to ask: the words so far, the system, and the council the request would be for."""

    words: str
    system_id: int | None
    council_id: int | None
    whom_id: int


@dataclass(frozen=True)
class Press:
    """A button that puts somebody down for an outage."""

    label: str
    outage_id: int


@dataclass(frozen=True)
class Suggestion:
    """Something to look at before asking; those with the same heading stand together."""

    heading: str
    text: str
    note: str = ""
    href: str = ""
    press: Press | None = None


Suggest = Callable[[Asking, Person], Iterable[Suggestion]]
_suggesters: dict[str, tuple[int, Suggest]] = {}


def suggestion(order: int = 50) -> Callable[[Suggest], Suggest]:
    """Have the function suggest something to whoever is about to ask."""

    def register(suggest: Suggest) -> Suggest:
        _suggesters[f"{suggest.__module__}.{suggest.__name__}"] = (order, suggest)
        return suggest

    return register


def suggestions_for(asking: Asking, person: Person) -> dict[str, Sequence[Suggestion]]:
    """What there is to look at first, by its heading, in order."""
    found: dict[str, list[Suggestion]] = {}
    if asking.system_id is None and not asking.words.strip():
        return {}
    for _, suggest in sorted(_suggesters.values(), key=lambda one: one[0]):
        for each in suggest(asking, person):
            together = found.setdefault(each.heading, [])
            if len(together) < ENOUGH:
                together.append(each)
    return {**found}
