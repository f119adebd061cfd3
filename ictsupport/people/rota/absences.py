"""Being away: entered by oneself or one's manager, and called off."""

from datetime import datetime, timedelta

from sqlalchemy import select

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...pages.filters import near_moment
from ..models import Person
from .access import may_enter_absence
from .events import AbsenceCalledOff, AbsenceEntered
from .models import Absence, AbsenceKind

LONGEST = timedelta(days=731)


class NotYours(Refusal):
    reason = "You can enter absences for yourself if you work at the helpdesk or host clinics, and as a manager for those you manage."


class EndsBeforeItStarts(Refusal):
    reason = "The end must be after the beginning."


class OverAlready(Refusal):
    reason = "That time has passed. Enter an absence that is still to come, or under way."


class TooLong(Refusal):
    reason = "An absence is at most two years. Somebody who is gone for longer is better marked as left."


class AwayAlready(Refusal):
    reason = "{name} is away already from {starts} until {ends}. Call that off first, or choose other days."


def enter_absence(
    person: Person, starts_at: datetime, ends_at: datetime, kind: AbsenceKind, *, by: Person
) -> Absence:
    """The person is away from one moment until another. Two absences never overlap."""
    if not may_enter_absence(by, person):
        raise NotYours
    lock(person)
    if ends_at <= starts_at:
        raise EndsBeforeItStarts
    if ends_at <= clock.now():
        raise OverAlready
    if ends_at - starts_at > LONGEST:
        raise TooLong
    other = db.session.scalars(
        select(Absence).where(
            Absence.person_id == person.id,
            Absence.called_off_at.is_(None),
            Absence.starts_at < ends_at,
            Absence.ends_at > starts_at,
        )
    ).first()
    if other is not None:
        raise AwayAlready(
            name=person.name, starts=near_moment(other.starts_at), ends=near_moment(other.ends_at)
        )
    absence = Absence(person=person, kind=kind, starts_at=starts_at, ends_at=ends_at, entered_by_id=by.id)
    db.session.add(absence)
    db.session.flush()
    announce(
        AbsenceEntered(
            about=absence,
            person=person,
            kind_of_absence=kind.value,
            starts_at=starts_at,
            ends_at=ends_at,
            by=by,
        )
    )
    return absence


def call_off(absence: Absence, *, by: Person) -> None:
    """They are here after all. Calling it off twice does nothing more."""
    if not may_enter_absence(by, absence.person):
        raise NotYours
    lock(absence)
    if absence.called_off_at is not None:
        return
    if absence.is_over:
        raise OverAlready("It is over already, so it stays as it was.")
    absence.called_off_at = clock.now()
    announce(AbsenceCalledOff(about=absence, person=absence.person, by=by))


def absences_of(person: Person) -> list[Absence]:
    """Those of a person that are still to come or under way, soonest first."""
    coming = (
        select(Absence)
        .where(Absence.person_id == person.id, Absence.called_off_at.is_(None), Absence.ends_at > clock.now())
        .order_by(Absence.starts_at)
    )
    return list(db.session.scalars(coming))
