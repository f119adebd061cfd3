"""What rooms and packages above know of a caller, for the call form.

    @about_caller
    def next_clinic(caller, person):
        return Fact("Next clinic", "Friday at 2pm, Town Hall", "/clinics/bookings/12")

Each is asked whenever the form is shown, so it may cost one statement.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...people.models import Person


@dataclass(frozen=True)
class Fact:
    """Something about a caller: what it is, what it says, and where there is more."""

    name: str
    words: str
    href: str = ""


Know = Callable[[Person, Person], Fact | None]
_known: dict[str, Know] = {}


def about_caller(know: Know) -> Know:
    """Have the function tell something of a caller to who takes the call."""
    _known[f"{know.__module__}.{know.__name__}"] = know
    return know


def facts_about(caller: Person, person: Person) -> list[Fact]:
    return [fact for know in _known.values() if (fact := know(caller, person)) is not None]
