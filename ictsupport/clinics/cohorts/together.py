"""Booking several members in one go: each gets the first time that is free for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ... import clock
from ...config import settings
from ...database import db
from ...errors import Refusal
from ...people.models import Council, Person, Term
from .. import access
from ..booking import Overlapping, SlotFull, SlotPassed, TooLateToBook, book_slot
from ..models import Booking, BookingState, Clinic, ClinicTopic, Slot
from ..queries import devices_of, next_free_times

GOES_ON = (SlotFull, SlotPassed, TooLateToBook, Overlapping)
MOST = 40


@dataclass(frozen=True)
class Placed:
    """A member, and the time that is theirs or why there is none."""

    person: Person
    slot: Slot | None = None
    why: str = ""


def book_together(
    people: Sequence[Person], clinics: Sequence[Clinic], *, by: Person, topic: ClinicTopic | None = None
) -> list[Placed]:
    """Give each of them the soonest time at these clinics that is free for them, in the order they stand."""
    return [_book_one(person, [each.id for each in clinics], by, topic) for person in people[:MOST]]


def _book_one(person: Person, clinic_ids: Sequence[int], by: Person, topic: ClinicTopic | None) -> Placed:
    device = next(iter(devices_of(person)), None)
    for slot, _left in next_free_times(clinic_ids, person):
        try:
            with db.session.begin_nested():
                offered = topic if topic in slot.clinic.topics else None
                book_slot(slot, person, by=by, topic=offered, device=device, access_needs=person.access_needs)
        except GOES_ON:
            continue
        except Refusal as refusal:
            return Placed(person, why=str(refusal))
        return Placed(person, slot)
    return Placed(
        person,
        why="No time is free for them at these clinics. Tick one more, or join a waiting list for them.",
    )


@dataclass(frozen=True)
class Cohort:
    """Who was elected to a council in a year."""

    council: Council
    year: int

    @property
    def key(self) -> str:
        return f"{self.council.slug}-{self.year}"

    @property
    def name(self) -> str:
        return f"{self.council.short_name}, elected in {self.year}"


def cohorts_for(person: Person) -> list[Cohort]:
    """The cohorts in office of the councils whose members somebody books for, the newest first. One statement."""
    today = clock.today(settings().zone)
    rows = db.session.execute(
        select(Council, Term.cohort)
        .join(Term, Term.council_id == Council.id)
        .where(
            Term.cohort.is_not(None),
            Term.starts_on <= today,
            Term.ends_on.is_(None) | (Term.ends_on >= today),
            Term.person_id.in_(access.bookable_people(person).with_only_columns(Person.id)),
        )
        .distinct()
    )
    found = [Cohort(council, year) for council, year in rows if year is not None]
    return sorted(found, key=lambda each: (-each.year, each.council.short_name))


def members_of(cohort: Cohort, person: Person) -> list[tuple[Person, bool]]:
    """Its members for whom somebody may book, and whether they have a time to come already. One statement."""
    today = clock.today(settings().zone)
    coming = (
        select(Booking.id)
        .join(Booking.slot)
        .where(
            Booking.person_id == Person.id,
            Booking.state == BookingState.CONFIRMED,
            Slot.starts_at > clock.now(),
        )
        .exists()
    )
    theirs = select(Term.person_id).where(
        Term.council_id == cohort.council.id,
        Term.cohort == cohort.year,
        Term.starts_on <= today,
        Term.ends_on.is_(None) | (Term.ends_on >= today),
    )
    rows = db.session.execute(
        access.bookable_people(person)
        .where(Person.id.in_(theirs))
        .add_columns(coming.label("coming"))
        .order_by(Person.sort_name)
    )
    return [(member, has) for member, has in rows]


def clinics_for(cohort: Cohort, limit: int = 12) -> list[Clinic]:
    """The next clinics that are there for them. Two statements."""
    shared_or_theirs = (Clinic.council_id.is_(None)) | (Clinic.council_id == cohort.council.id)
    return list(
        db.session.scalars(
            select(Clinic)
            .where(Clinic.starts_at > clock.now(), Clinic.called_off_at.is_(None), shared_or_theirs)
            .options(joinedload(Clinic.site), joinedload(Clinic.series), selectinload(Clinic.hosts))
            .order_by(Clinic.starts_at, Clinic.id)
            .limit(limit)
        )
    )
