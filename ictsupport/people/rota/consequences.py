"""What absences mean elsewhere, told to whoever enters them. Packages above say what follows for what they keep.

@follows_from_absence
def clinics_without_host(absences, person):
    return [Consequence(absence.id, "Nobody is left to host ...", "/clinics/12") ...]
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..models import Person
from .models import Absence


@dataclass(frozen=True)
class Consequence:
    """A sentence about one thing that suffers from an absence, and the page on which something can be done about it."""

    absence_id: int
    says: str
    href: str


Tell = Callable[[Sequence[Absence], Person], Sequence[Consequence]]
_tellers: dict[str, Tell] = {}


def follows_from_absence(tell: Tell) -> Tell:
    """Have the function asked what follows from absences, as far as somebody may know of it."""
    _tellers[f"{tell.__module__}.{tell.__name__}"] = tell
    return tell


def consequences_of(absences: Sequence[Absence], person: Person) -> dict[int, list[Consequence]]:
    """What follows from each absence, by its id, as far as the person may know of it."""
    found: dict[int, list[Consequence]] = {absence.id: [] for absence in absences}
    for tell in _tellers.values() if absences else ():
        for one in tell(absences, person):
            found[one.absence_id].append(one)
    return found
