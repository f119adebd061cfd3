"""The dates at which places can be kept: those of a series together, and single ones."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from ...people.models import Person
from ...tickets.recurring.schedule import in_words
from .. import access
from ..models import Clinic


@dataclass(frozen=True)
class Dates:
    """Clinics to come that belong together, soonest first: the dates of a series, or one by itself."""

    clinics: Sequence[Clinic]
    mine: bool
    """Whether whoever looks may keep places at all of them."""

    @property
    def next(self) -> Clinic:
        return self.clinics[0]

    @property
    def rhythm(self) -> str:
        """ "Every week on Tuesday"; empty for one that does not repeat."""
        words = in_words(self.next.series.rule) if self.next.series else ""
        return words[:1].upper() + words[1:]


def repeating(clinics: Iterable[Clinic], person: Person) -> list[Dates]:
    """The series whose places somebody may keep, by their next date."""
    rows = (clinic for clinic in clinics if clinic.series_id is not None)
    return [each for each in _together(rows, person, lambda clinic: clinic.series_id) if each.mine]


def keeping(clinics: Iterable[Clinic], person: Person) -> list[Dates]:
    """Those that keep places now: the dates of a series that keep the same stand together."""
    rows = (clinic for clinic in clinics if clinic.keeps_places)
    return _together(
        rows,
        person,
        lambda each: (each.series_id or -each.id, each.kept_cohort, each.kept_places, each.kept_until),
    )


def _together(clinics: Iterable[Clinic], person: Person, key: Callable[[Clinic], Hashable]) -> list[Dates]:
    found: dict[Hashable, list[Clinic]] = {}
    for clinic in clinics:
        found.setdefault(key(clinic), []).append(clinic)
    return [
        Dates(rows, all(access.may_keep_places(person, clinic) for clinic in rows)) for rows in found.values()
    ]
