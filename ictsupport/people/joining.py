"""People come, change and leave."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..journal.events import plain
from .events import PersonAdded, PersonChanged, PersonLeft, PersonReturned
from .models import Council, Delegation, Grant, Membership, Person, Role, SignInCode, Term, Way
from .sessions import end_others

TITLES = re.compile(r"^(?:(?:cllr|councillor|mr|mrs|ms|miss|mx|dr|prof|sir|dame|rev)\.?\s+)+", re.IGNORECASE)
CHANGEABLE = (
    "name",
    "email",
    "phone",
    "job_title",
    "employer",
    "site",
    "serves",
    "access_needs",
    "way",
    "joined_on",
)


class AddressTaken(Refusal):
    reason = "Somebody else already has this e-mail address: {name}."


class WithoutAddress(Refusal):
    reason = "Somebody who signs in needs an e-mail address."


class OtherCouncilsSite(Refusal):
    reason = "That building belongs to another council."


class SeatsOverlap(Refusal):
    reason = "{name} already holds a seat there in that time: {ward}."


class AlreadyLeft(Refusal):
    reason = "{name} has already left."


class LastAdministrator(Refusal):
    reason = "This is the only administrator for all councils. Make somebody else one first."


def add_person(
    *,
    name: str,
    by: Person | None,
    email: str | None = None,
    employer: Council | None = None,
    serves: Sequence[Council] = (),
    **details: Any,
) -> Person:
    """Somebody new. Whoever is employed by a council serves it; others may be named beside it."""
    person = Person(
        name=name, sort_name=sort_name_of(name), email=_address(email), employer=employer, **details
    )
    person.serves = list(dict.fromkeys([*([employer] if employer else []), *serves]))
    _check(person)
    db.session.add(person)
    _flush()
    announce(PersonAdded(about=person, by=by))
    return person


def change_person(person: Person, by: Person | None, **wanted: Any) -> dict[str, list[Any]]:
    """Set the facts that differ; returns what was changed, from what to what."""
    if "email" in wanted:
        wanted["email"] = _address(wanted["email"])
    changes: dict[str, list[Any]] = {}
    for field, new in wanted.items():
        if field not in CHANGEABLE:
            raise ValueError(f"{field} is not changed here")
        old = getattr(person, field)
        same = set(old) == set(new) if field == "serves" else old == new
        if not same:
            changes[field] = [plain(old), plain(new)]
            setattr(person, field, list(new) if field == "serves" else new)
    if not changes:
        return {}
    if "name" in changes:
        person.sort_name = sort_name_of(person.name)
    if "employer" in changes and person.employer and person.employer not in person.serves:
        person.serves.append(person.employer)
    _check(person)
    _flush()
    if "email" in changes:  # what was mailed to the old address must not let anybody in
        db.session.execute(delete(SignInCode).where(SignInCode.person_id == person.id))
    announce(PersonChanged(about=person, by=by, changes=changes))
    return changes


def take_seat(
    person: Person,
    council: Council,
    ward: str,
    *,
    starts_on: date,
    by: Person | None,
    ends_on: date | None = None,
    cohort: int | None = None,
    committees: Sequence[str] = (),
) -> Term:
    """The person is a member for the ward from that day."""
    for term in person.terms:
        ends_before = term.ends_on is not None and term.ends_on < starts_on
        begins_after = ends_on is not None and ends_on < term.starts_on
        if term.council is council and not ends_before and not begins_after:
            raise SeatsOverlap(name=person.name, ward=term.ward)
    term = Term(
        person=person,
        council=council,
        ward=ward,
        cohort=cohort or starts_on.year,
        committees=list(committees),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(term)
    db.session.flush()
    announce(PersonChanged(about=person, by=by, changes={"seat": [None, ward]}))
    return term


def leave_seat(term: Term, last_day: date, *, by: Person | None) -> None:
    """The seat is given up after that day (or on the day it was taken, if that is later)."""
    term.ends_on = max(term.starts_on, last_day)
    announce(PersonChanged(about=term.person, by=by, changes={"seat": [term.ward, None]}))


def mark_left(person: Person, last_day: date, *, by: Person | None, at_once: bool = False) -> None:
    """The person leaves after that day; if it has passed, or `at_once`, their access ends now."""
    lock(person)
    if person.gone_at:
        raise AlreadyLeft(name=person.name)
    refuse_last_administrator(person)
    person.left_on = last_day
    if at_once or last_day < today():
        end_access(person, by=by)
    else:
        announce(PersonChanged(about=person, by=by, changes={"left_on": [None, last_day.isoformat()]}))


def end_access(person: Person, *, by: Person | None) -> None:
    """End the person's roles, sign-ins, seats, teams and delegations, both given and held."""
    now, last_day = clock.now(), person.left_on or today()
    person.gone_at = now
    db.session.execute(
        update(Grant).where(Grant.person_id == person.id, Grant.ended_at.is_(None)).values(ended_at=now)
    )
    db.session.execute(
        update(Delegation)
        .where(
            or_(Delegation.member_id == person.id, Delegation.delegate_id == person.id),
            Delegation.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    seats = select(Term).where(Term.person_id == person.id, Term.ends_on.is_(None))
    teams = select(Membership).where(Membership.person_id == person.id, Membership.ends_on.is_(None))
    for row in (*db.session.scalars(seats), *db.session.scalars(teams)):
        row.ends_on = max(row.starts_on, last_day)
    db.session.execute(delete(SignInCode).where(SignInCode.person_id == person.id))
    end_others(person)
    db.session.flush()
    db.session.refresh(person, ["grants", "terms"])
    announce(PersonLeft(about=person, by=by, last_day=last_day))


def welcome_back(person: Person, *, by: Person | None) -> None:
    """The person is here (again). Roles and delegations that were ended stay ended."""
    if person.left_on is None and person.gone_at is None:
        return
    person.left_on = person.gone_at = None
    announce(PersonReturned(about=person, by=by))


def refuse_last_administrator(person: Person) -> None:
    """Keep at least one person who can let others in."""
    theirs = [grant for grant in person.grants if is_full_administrator(grant)]
    if not theirs:
        return
    others = db.session.scalars(
        select(Grant)
        .join(Grant.person)
        .where(
            Grant.role == Role.ADMINISTRATOR,
            Grant.ended_at.is_(None),
            Grant.council_id.is_(None),
            Grant.person_id != person.id,
            Person.gone_at.is_(None),
        )
        .with_for_update()
    ).first()
    if others is None:
        raise LastAdministrator


def is_full_administrator(grant: Grant) -> bool:
    return grant.is_live and grant.role is Role.ADMINISTRATOR and grant.is_shared


def sort_name_of(name: str) -> str:
    """Where the name stands in a list: the last name first, titles left out."""
    plain_name = TITLES.sub("", name.strip()) or name
    first, _, last = plain_name.rpartition(" ")
    return f"{last} {first}".strip()[:200]


def today() -> date:
    return clock.today(settings().zone)


def _address(email: str | None) -> str | None:
    return (email or "").strip() or None


def _check(person: Person) -> None:
    if person.site is not None and person.site.council not in person.serves:
        raise OtherCouncilsSite
    if person.email is None and (person.way is Way.PASSWORD or any(grant.is_live for grant in person.grants)):
        raise WithoutAddress
    if person.email is not None:
        with db.session.no_autoflush:
            other = db.session.scalar(
                select(Person).where(func.lower(Person.email) == person.email.lower(), Person.id != person.id)
            )
        if other is not None and other is not person:
            raise AddressTaken(name=other.name)


def _flush() -> None:
    """Store it; two people who are given the same address at the same moment are told apart here."""
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        if "uq_person_email" not in str(error.orig):
            raise
        raise AddressTaken(name="somebody just added") from error


@jobs.handles("people.end_leavers")
def _end_leavers(_payload: dict[str, Any]) -> None:
    leavers = select(Person).where(Person.left_on < today(), Person.gone_at.is_(None)).limit(200)
    for person in db.session.scalars(leavers).all():
        end_access(person, by=None)


scheduler.every("people.end_leavers", hours=1)
