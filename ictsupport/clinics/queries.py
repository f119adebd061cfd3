"""The lists that clinic pages show."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import contains_eager, joinedload, raiseload, selectinload

from .. import clock
from ..database import contains, db
from ..devices.models import Custody, Device
from ..pages.forms import Found
from ..people.models import Person, Site, Term
from ..tickets.models import Ticket
from . import access
from .models import Booking, BookingState, Clinic, Slot, SlotPlace, clinic_hosts

SHOWN_TIMES = 6
PAGE = 12
LIVE = Booking.state != literal_column("'cancelled'")
"""SQL: a booking that holds its place, in the very words of the index over those: a value bound to it would not do."""
HELD = and_(Booking.slot_id == SlotPlace.slot_id, Booking.place == SlotPlace.number, LIVE)
"""SQL: that booking holds that place."""


def bookable(person: Person | None = None, now: Any = None) -> ColumnElement[bool]:
    """SQL: the places somebody may book: not those kept for drop-in, nor for a cohort that is not theirs, nor closed ones.

    `now` is this moment where it has to be said to a statement from outside.
    """
    others = Clinic.kept_cohort.not_in(cohorts_of(person) if person else [])
    kept = case(
        (and_(Clinic.kept_until > (clock.now() if now is None else now), others), Clinic.kept_places), else_=0
    )
    return and_(~Clinic.unhosted, SlotPlace.number <= Clinic.places - Clinic.drop_in - kept)


def cohorts_of(person: Person) -> set[int]:
    """The years in which somebody was elected to the seats they hold."""
    today = clock.now().date()
    return {term.cohort for term in person.terms if term.cohort and term.covers(today)}


@dataclass(frozen=True)
class FreeTime:
    """A slot with places left."""

    slot: Slot
    free: int


@dataclass
class Offer:
    """A clinic and the times at it that can be booked now."""

    clinic: Clinic
    times: list[FreeTime] = field(default_factory=list)

    @property
    def shown(self) -> list[FreeTime]:
        return self.times[:SHOWN_TIMES]

    @property
    def more(self) -> int:
        return max(0, len(self.times) - SHOWN_TIMES)


def free_places(slot_ids: Collection[int]) -> dict[int, int]:
    """How many places each slot has left; slots without one are left out."""
    left = func.count(SlotPlace.number) - func.count(Booking.id)
    rows = db.session.execute(
        select(SlotPlace.slot_id, left)
        .outerjoin(Booking, HELD)
        .where(SlotPlace.slot_id.in_(slot_ids))
        .group_by(SlotPlace.slot_id)
        .having(left > 0)
    )
    return dict(rows.all())


def next_free_times(clinic_ids: Collection[int], person: Person | None = None) -> list[tuple[Slot, int]]:
    """The times to come at these clinics that have places left (for the person), soonest first, and how many."""
    left = func.count(SlotPlace.number) - func.count(Booking.id)
    rows = db.session.execute(
        select(Slot, left)
        .join(SlotPlace, SlotPlace.slot_id == Slot.id)
        .join(Slot.clinic)
        .outerjoin(Booking, HELD)
        .where(bookable(person))
        .where(Slot.clinic_id.in_(clinic_ids), Slot.withdrawn_at.is_(None), Slot.starts_at > clock.now())
        .group_by(Slot.id)
        .having(left > 0)
        .order_by(Slot.starts_at, Slot.id)
    )
    return [(slot, free) for slot, free in rows]


def next_clinics(
    person: Person, *, site_id: int | None = None, after: datetime | None = None, limit: int = PAGE
) -> list[Offer]:
    """The clinics still to come that are there for the person, soonest first, with their free times. Two statements.

    Clinics that are full are among them, without times, so that one sees why
    there are none; those whose hosts are away are not.
    """
    now = clock.now()
    clinics = (
        select(Clinic)
        .where(
            Clinic.ends_at > now,
            Clinic.called_off_at.is_(None),
            ~Clinic.unhosted,
            or_(Clinic.bookable_from.is_(None), Clinic.bookable_from <= now),
            access.open_to(person),
        )
        .options(joinedload(Clinic.site))
        .order_by(Clinic.starts_at, Clinic.id)
        .limit(limit)
    )
    if site_id is not None:
        clinics = clinics.where(Clinic.site_id == site_id)
    if after is not None:
        clinics = clinics.where(Clinic.starts_at > after)
    return _with_free_times(db.session.scalars(clinics).all(), person)


def free_times(clinic: Clinic, person: Person | None = None, *, all_to_come: bool = False) -> list[FreeTime]:
    """The times at one clinic that the person can book now; for its hosts, all that are not over yet."""
    (offer,) = _with_free_times([clinic], person, all_to_come=all_to_come)
    return offer.times


def _with_free_times(
    clinics: Sequence[Clinic], person: Person | None, *, all_to_come: bool = False
) -> list[Offer]:
    offers = {clinic.id: Offer(clinic) for clinic in clinics}
    now = clock.now()
    left = func.count(SlotPlace.number) - func.count(Booking.id)
    begins = Slot.ends_at if all_to_come else Slot.starts_at
    rows = db.session.execute(
        select(Slot, left)
        .join(SlotPlace, SlotPlace.slot_id == Slot.id)
        .join(Clinic, Clinic.id == Slot.clinic_id)
        .outerjoin(Booking, HELD)
        .where(
            Slot.clinic_id.in_(offers),
            Slot.withdrawn_at.is_(None),
            begins > now,
            true() if all_to_come else bookable(person),
        )
        .group_by(Slot.id)
        .having(left > 0)
        .order_by(Slot.starts_at)
    )
    for slot, free in rows:
        offer = offers[slot.clinic_id]
        latest = slot.starts_at - timedelta(minutes=offer.clinic.book_until_minutes)
        if all_to_come or now <= latest:
            offer.times.append(FreeTime(slot, free))
    return list(offers.values())


def next_free_slot(person: Person) -> tuple[Clinic, Slot] | None:
    """The soonest time the person could book, for their first page. One statement."""
    now = clock.now()
    slots = (
        select(Slot)
        .join(Slot.clinic)
        .where(
            Slot.starts_at > now,
            Slot.withdrawn_at.is_(None),
            Clinic.called_off_at.is_(None),
            or_(Clinic.bookable_from.is_(None), Clinic.bookable_from <= now),
            access.open_to(person),
            exists().where(SlotPlace.slot_id == Slot.id, bookable(person), ~exists().where(HELD)),
        )
        .options(contains_eager(Slot.clinic).joinedload(Clinic.site))
        .order_by(Slot.starts_at, Slot.id)
        .limit(60)
    )
    for slot in db.session.scalars(slots):
        if now <= slot.starts_at - timedelta(minutes=slot.clinic.book_until_minutes):
            return slot.clinic, slot
    return None


def other_times(slot: Slot, person: Person, limit: int = 3) -> list[tuple[Clinic, Slot]]:
    """The free times nearest to a slot that could not be had."""
    found = [
        (offer.clinic, time.slot)
        for offer in next_clinics(person, limit=PAGE)
        for time in offer.times
        if time.slot.id != slot.id
    ]
    nearest = sorted(found, key=lambda pair: abs(pair[1].starts_at - slot.starts_at))[:limit]
    return sorted(nearest, key=lambda pair: pair[1].starts_at)


def sites_with_clinics(person: Person) -> Sequence[Site]:
    """Where clinics are still to come for the person."""
    return db.session.scalars(
        select(Site)
        .where(
            Site.id.in_(
                select(Clinic.site_id).where(
                    Clinic.ends_at > clock.now(),
                    Clinic.called_off_at.is_(None),
                    ~Clinic.unhosted,
                    access.open_to(person),
                )
            )
        )
        .order_by(Site.name)
        .options(raiseload("*"))
    ).all()


def _with_slot(bookings: Select[Booking]) -> Select[Booking]:
    return (
        bookings.join(Booking.slot)
        .join(Slot.clinic)
        .options(
            contains_eager(Booking.slot)
            .contains_eager(Slot.clinic)
            .options(joinedload(Clinic.site), raiseload("*")),
            joinedload(Booking.topic),
            joinedload(Booking.person),
        )
    )


def bookings_to_come(people: Iterable[int]) -> Sequence[Booking]:
    """What these people have booked and not yet had, soonest first; not what they are only offered. One statement."""
    return db.session.scalars(
        _with_slot(select(Booking))
        .where(
            Booking.person_id.in_(list(people)),
            Booking.state.in_((BookingState.CONFIRMED, BookingState.CHECKED_IN)),
            Slot.ends_at > clock.now(),
        )
        .order_by(Slot.starts_at)
    ).all()


def past_bookings(person: Person, limit: int = 25) -> Sequence[Booking]:
    """What the person had booked before, newest first, cancelled ones too."""
    return db.session.scalars(
        _with_slot(select(Booking))
        .where(
            Booking.person_id == person.id,
            or_(
                Slot.ends_at <= clock.now(),
                Booking.state.in_((BookingState.CANCELLED, BookingState.SEEN, BookingState.NO_SHOW)),
            ),
        )
        .order_by(Slot.starts_at.desc())
        .limit(limit)
    ).all()


def devices_of(person: Person) -> list[Device]:
    """What was lent to the person: iPads first, the newest loan before older ones."""
    lent = db.session.scalars(
        select(Device)
        .join(Device.custodies)
        .where(Custody.person_id == person.id, Custody.returned_at.is_(None))
        .order_by(Custody.lent_at.desc(), Custody.id.desc())
    ).all()
    return sorted(lent, key=lambda device: "ipad" not in f"{device.kind} {device.model}".lower())


def people_to_book_for(person: Person, typed: str = "", limit: int = 50) -> Sequence[Person]:
    """Those other than themself for whom somebody may book, whose name or address holds what was typed."""
    people = (
        access.bookable_people(person)
        .where(Person.id != person.id)
        .options(joinedload(Person.employer), selectinload(Person.terms).joinedload(Term.council))
        .order_by(Person.sort_name)
        .limit(limit)
    )
    for word in typed.split()[:5]:
        people = people.where(or_(contains(Person.name, word), contains(Person.email, word)))
    return db.session.scalars(people).all()


def found_people(person: Person, typed: str) -> list[Found]:
    """The same as a field that looks for somebody takes them."""
    return [Found(str(each.id), each.name, seat_of(each)) for each in people_to_book_for(person, typed, 11)]


def found_at_the_door(person: Person, typed: str, limit: int = 11) -> list[Found]:
    """Those who may have come without a booking, as a field that looks for somebody takes them."""
    people = (
        access.people_at_the_door(person)
        .options(selectinload(Person.terms).joinedload(Term.council))
        .order_by(Person.sort_name)
        .limit(limit)
    )
    for word in typed.split()[:5]:
        people = people.where(or_(contains(Person.name, word), contains(Person.email, word)))
    return [Found(str(each.id), each.name, seat_of(each)) for each in db.session.scalars(people)]


def seat_of(person: Person) -> str:
    """What tells a member from a namesake: "Mill Hill, Northbrook"."""
    return f"{person.seat.ward}, {person.seat.council.short_name}" if person.seat else person.job_title


def hosts_something(person: Person) -> bool:
    """Whether the person is named as a host of any clinic."""
    hosted = exists().where(clinic_hosts.c.person_id == person.id)
    return bool(db.session.scalar(select(hosted)))


def how_full() -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """SQL: how many places a clinic has, and how many are taken."""
    places = (
        select(func.count())
        .select_from(SlotPlace)
        .join(Slot, Slot.id == SlotPlace.slot_id)
        .where(Slot.clinic_id == Clinic.id, Slot.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    taken = (
        select(func.count())
        .select_from(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Slot.clinic_id == Clinic.id, LIVE)
        .scalar_subquery()
    )
    return places, taken


def clinics_run(person: Person, *, past: bool = False, limit: int = 25) -> Sequence[tuple[Clinic, int, int]]:
    """The clinics somebody runs, with how many places they have and how many are taken."""
    now = clock.now()
    places, taken = how_full()
    clinics = (
        select(Clinic, places, taken)
        .where(access.run_by(person), Clinic.ends_at <= now if past else Clinic.ends_at > now)
        .options(joinedload(Clinic.site), selectinload(Clinic.hosts), raiseload("*"))
        .order_by(Clinic.starts_at.desc() if past else Clinic.starts_at, Clinic.id)
        .limit(limit)
    )
    return [(clinic, offered, booked) for clinic, offered, booked in db.session.execute(clinics)]


def booking_of_ticket(ticket: Ticket) -> Booking | None:
    """The clinic booking a ticket was raised from. One statement."""
    return db.session.scalars(_with_slot(select(Booking)).where(Booking.ticket_id == ticket.id)).first()
