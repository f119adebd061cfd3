"""Keeping places for the members who were elected together, until a day: then everybody may book them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ... import clock
from ...database import lock
from ...errors import Refusal
from ...journal import announce
from ...pages.filters import plural
from ...people.models import Person
from ..booking import ClinicCalledOff
from ..events import ClinicEvent
from ..models import Clinic
from ..waiting.offering import offer_or_later


class TooManyKept(Refusal):
    reason = "On {day} a slot has {most} that can be booked beforehand. Keep at least 1 and at most so many."


class KeptUntilThePast(Refusal):
    reason = "That day has passed. Give a day to come."


class NothingChosen(Refusal):
    reason = "Choose at least one clinic."


@dataclass(frozen=True, kw_only=True)
class PlacesKept(ClinicEvent):
    """`cohort` None: no longer kept."""

    cohort: int | None
    places: int = 0
    until: str | None = None


def keep_places_for(cohort: int, clinics: Sequence[Clinic], *, places: int, until: date, by: Person) -> None:
    """Keep so many places in each slot of the clinics for members elected that year, until the end of a day."""
    if not clinics:
        raise NothingChosen
    for clinic in sorted(clinics, key=lambda each: each.id):
        lock(clinic)
        ends = _end_of(until, clinic)
        most = clinic.places - clinic.drop_in
        if clinic.is_called_off:
            raise ClinicCalledOff
        if ends <= clock.now():
            raise KeptUntilThePast
        if not 1 <= places <= most:
            raise TooManyKept(day=f"{clinic.day.day} {clinic.day:%B}", most=plural(most, "place"))
        clinic.kept_cohort, clinic.kept_places, clinic.kept_until = cohort, places, ends
        clinic.version += 1
        announce(PlacesKept(about=clinic, cohort=cohort, places=places, until=until.isoformat(), by=by))


def keep_no_longer(clinic: Clinic, *, by: Person) -> None:
    """Everybody may book those places now; who waits for one is offered it. Twice is once."""
    lock(clinic)
    if clinic.kept_cohort is None:
        return
    clinic.kept_cohort, clinic.kept_places, clinic.kept_until = None, 0, None
    clinic.version += 1
    announce(PlacesKept(about=clinic, cohort=None, by=by))
    offer_or_later(clinic)


def _end_of(day: date, clinic: Clinic) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(clinic.zone))
