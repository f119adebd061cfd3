"""The places of a clinic close while all its hosts are away, and open again when one of them is there after all.

By the same rule as planning: a host is away who is absent for any of its time.
A clinic that is held all the same, as somebody said although they knew of the
absences, stays open until a new one leaves it with nobody.
"""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload, selectinload

from .. import clock, jobs
from ..database import db, is_lock_trouble, lock_timeout
from ..journal import announce, on
from ..pages.filters import clock_time, long_date
from ..people.models import Person
from ..people.rota.consequences import Consequence, follows_from_absence
from ..people.rota.events import AbsenceCalledOff, AbsenceEntered
from ..people.rota.models import Absence
from .access import run_by
from .booking import PATIENCE
from .clashes import absences_of, all_away
from .events import PlacesClosed, PlacesOpened
from .models import Clinic, clinic_hosts
from .waiting.offering import offer_or_later


def away_from(clinic: Clinic) -> list[str]:
    """The names of the hosts who are away at its time. One statement."""
    gone = {each.person_id for each in _at(clinic, _absences([clinic]))}
    return [host.name for host in clinic.hosts if host.id in gone]


@follows_from_absence
def clinics_without_host(absences: Sequence[Absence], person: Person) -> list[Consequence]:
    """The clinics that these absences leave with no host, of those the person runs."""
    first, last = min(each.starts_at for each in absences), max(each.ends_at for each in absences)
    theirs = clinic_hosts.c.person_id.in_({each.person_id for each in absences})
    clinics = db.session.scalars(
        select(Clinic)
        .where(
            Clinic.id.in_(select(clinic_hosts.c.clinic_id).where(theirs)),
            Clinic.starts_at < last,
            Clinic.ends_at > max(first, clock.now()),
            Clinic.called_off_at.is_(None),
            run_by(person),
        )
        .order_by(Clinic.starts_at, Clinic.id)
        .options(selectinload(Clinic.hosts), joinedload(Clinic.site))
    ).all()
    gone = _absences(clinics)
    return [
        Consequence(absence.id, _no_host(clinic), url_for("clinics.clinic", clinic_id=clinic.id))
        for absence in absences
        for clinic in clinics
        if (hosts := [host.id for host in clinic.hosts])
        and absence.person_id in hosts
        and _at(clinic, [absence])
        and all_away(hosts, _at(clinic, gone))
    ]


def _no_host(clinic: Clinic) -> str:
    all_the_same = clinic.despite and not clinic.unhosted
    then = (
        "It is held all the same, as was said."
        if all_the_same
        else "Its places are closed until somebody is."
    )
    return (
        f"Nobody is there to host the clinic on {long_date(clinic.starts_at)}, {clock_time(clinic.starts_at)} to "
        f"{clock_time(clinic.ends_at)}, {clinic.venue}. {then}"
    )


@on(AbsenceEntered, AbsenceCalledOff)
def close_or_open(event: AbsenceEntered | AbsenceCalledOff) -> None:
    """Close or open what is to be now; where others stand in the way (locks), a job does it in a moment."""
    lock_timeout(PATIENCE)
    try:
        with db.session.begin_nested():
            _settle(event.about, event.by)
    except DBAPIError as error:
        if not is_lock_trouble(error):
            raise
        jobs.enqueue("clinics.hosts_away", {"absence": event.about.id})


@jobs.handles("clinics.hosts_away")
def close_or_open_later(payload: dict[str, Any]) -> None:
    _settle(db.session.get_one(Absence, payload["absence"]), None)


def _settle(absence: Absence, by: Person | None) -> None:
    """What the absence, or its end, means for the clinics the person hosts. Twice is once."""
    clinics = _hosted_meanwhile(absence)
    absences = _absences(clinics)
    for clinic in clinics:
        hosts, during = [host.id for host in clinic.hosts], _at(clinic, absences)
        nobody = all_away(hosts, during)
        if clinic.unhosted and not nobody:
            clinic.unhosted = False
            announce(PlacesOpened(about=clinic, person=absence.person, by=by))
            offer_or_later(clinic)
        elif nobody and not clinic.unhosted and not all_away(hosts, [e for e in during if e is not absence]):
            clinic.unhosted = True
            announce(PlacesClosed(about=clinic, person=absence.person, by=by))


def _hosted_meanwhile(absence: Absence) -> Sequence[Clinic]:
    """The clinics to come that the person hosts at that time, locked against those who book there."""
    return db.session.scalars(
        select(Clinic)
        .join(clinic_hosts, clinic_hosts.c.clinic_id == Clinic.id)
        .where(
            clinic_hosts.c.person_id == absence.person_id,
            Clinic.starts_at < absence.ends_at,
            Clinic.ends_at > absence.starts_at,
            Clinic.ends_at > clock.now(),
        )
        .order_by(Clinic.id)
        .options(selectinload(Clinic.hosts))
        .with_for_update(key_share=True, of=Clinic)
        .execution_options(populate_existing=True)
    ).all()


def _absences(clinics: Sequence[Clinic]) -> Sequence[Absence]:
    """When the hosts of these clinics are away. One statement, or none."""
    if not clinics:
        return []
    hosts = {host.id for clinic in clinics for host in clinic.hosts}
    starts, ends = min(each.starts_at for each in clinics), max(each.ends_at for each in clinics)
    return absences_of(hosts, starts, ends)


def _at(clinic: Clinic, absences: Sequence[Absence]) -> list[Absence]:
    return [each for each in absences if each.starts_at < clinic.ends_at and each.ends_at > clinic.starts_at]
