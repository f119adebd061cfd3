"""Keeping places for the members who were elected together, until a day: then everybody may book them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ... import clock
from ...database import db, lock
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


def keep_at_all_no_longer(clinics: Sequence[Clinic], *, by: Person) -> None:
    """Everybody may book those places at all of these clinics, and what the timetable makes later keeps none."""
    for clinic in sorted(clinics, key=lambda each: each.id):
        keep_no_longer(clinic, by=by)


def keep_as_the_date_before(made: Sequence[Clinic], *, by: Person | None) -> None:
    """Dates of a series that are made now keep what the date before them keeps, for as long. One statement at least."""
    if not made:
        return
    first = min(made, key=lambda each: each.recurrence or "")
    before = db.session.scalars(
        select(Clinic)
        .where(
            Clinic.series_id == first.series_id,
            Clinic.recurrence < first.recurrence,
            Clinic.called_off_at.is_(None),
        )
        .order_by(Clinic.recurrence.desc())
        .limit(1)
    ).one_or_none()
    if before is None or before.kept_until is None or not before.keeps_places:
        return
    until = before.kept_to_the_end_of
    for clinic in made:
        places = min(before.kept_places, clinic.places - clinic.drop_in)
        clinic.kept_cohort, clinic.kept_places, clinic.kept_until = (
            before.kept_cohort,
            places,
            before.kept_until,
        )
        announce(PlacesKept(about=clinic, cohort=before.kept_cohort, places=places, until=str(until), by=by))


def _end_of(day: date, clinic: Clinic) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(clinic.zone))
