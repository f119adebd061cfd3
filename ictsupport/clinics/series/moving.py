"""Moving who has booked along with a clinic: slots and bookings keep their rows, and each person is told once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import contains_eager, joinedload

from ... import clock
from ...database import db, table_of
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ..events import BookingMoved
from ..models import BookedTick, Booking, BookingState, Clinic, Slot, SlotPlace
from ..planning import cut_into_slots, instant, keep_places

COMING = (BookingState.OFFERED, BookingState.CONFIRMED)


class PeopleLeftOver(Refusal):
    reason = "On {day} there would be no place for {names}. Move or cancel those bookings first, or keep more places."


class BookedElsewhere(Refusal):
    reason = "{name} has another booking at the new time on {day}. Move one of the two first."


@dataclass(frozen=True)
class Told:
    """Somebody whose time or place moves, and how they hear of it; `offered`: it is only held for them."""

    name: str
    email: str
    phone: str
    was_at: datetime
    was_where: str
    now_at: datetime
    now_where: str
    offered: bool = False


@dataclass(frozen=True)
class Move:
    booking: Booking
    was_at: datetime
    was_where: str


def who_is_booked(clinic_ids: Collection[int]) -> dict[int, list[Booking]]:
    """Who is expected at these clinics, in the order of their slots, persons locked first as booking does."""
    coming = (
        select(Booking)
        .join(Booking.slot)
        .where(Slot.clinic_id.in_(clinic_ids), Booking.state.in_(COMING), Slot.starts_at > clock.now())
        .order_by(Slot.starts_at, Booking.place)
        .options(contains_eager(Booking.slot), joinedload(Booking.person))
        .execution_options(populate_existing=True)
    )
    people = select(Booking.person_id).join(Booking.slot).where(Slot.clinic_id.in_(clinic_ids))
    db.session.execute(
        select(Person.id)
        .where(Person.id.in_(people.where(Booking.state.in_(COMING))))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )
    found: dict[int, list[Booking]] = {}
    for booking in db.session.scalars(coming).all():
        found.setdefault(booking.slot.clinic_id, []).append(booking)
    return found


def reshape(
    clinic: Clinic, starts: Sequence[time], bookings: Sequence[Booking], was: tuple[datetime, str]
) -> list[Move]:
    """Give the slots their new times in place: the first stays the first. Returns the bookings that move with them."""
    slots = sorted(
        db.session.scalars(select(Slot).where(Slot.clinic_id == clinic.id, Slot.withdrawn_at.is_(None))),
        key=lambda slot: slot.starts_at,
    )
    kept, over = slots[: len(starts)], slots[len(starts) :]
    _refuse_left_over(clinic, [each for each in bookings if each.slot in over])
    moves = [Move(each, each.slot.starts_at, was[1]) for each in bookings]
    for slot in slots:  # out of each other's way, and then to where they belong
        slot.withdrawn_at = clock.now()
    db.session.flush()
    length = timedelta(minutes=clinic.slot_minutes)
    for slot, wall in zip(kept, starts, strict=False):
        slot.wall, slot.starts_at = wall, instant(clinic.day, wall, clinic.zone)
        slot.ends_at, slot.withdrawn_at = slot.starts_at + length, None
    db.session.flush()
    _fit_places(clinic, kept, bookings)
    cut_into_slots([(clinic, list(starts[len(kept) :]))])
    moved_where = clinic.venue != was[1]
    return [each for each in moves if moved_where or each.booking.slot.starts_at != each.was_at]


def _fit_places(clinic: Clinic, slots: Sequence[Slot], bookings: Sequence[Booking]) -> None:
    """As many places in each slot as the clinic says; who sits on one too many takes a free one."""
    ids = [slot.id for slot in slots]
    rows = db.session.execute(
        select(SlotPlace.slot_id, SlotPlace.number).where(SlotPlace.slot_id.in_(ids))
    ).all()
    there = {(slot_id, number) for slot_id, number in rows}
    wanted = range(1, clinic.places + 1)
    keep_places((slot, n) for slot in slots for n in wanted if (slot.id, n) not in there)
    if not any(number > clinic.places for _, number in there):
        return
    for slot in slots:
        held = [each for each in bookings if each.slot_id == slot.id]
        free = [number for number in wanted if number not in {each.place for each in held}]
        for booking in (each for each in held if each.place > clinic.places):
            if not free:
                _refuse_left_over(clinic, [booking])
            booking.place = free.pop(0)
    db.session.flush()
    gone = (Booking.slot_id.in_(ids), Booking.place > clinic.places)
    db.session.execute(update(Booking).where(*gone, Booking.state == BookingState.CANCELLED).values(place=1))
    db.session.execute(delete(SlotPlace).where(SlotPlace.slot_id.in_(ids), SlotPlace.number > clinic.places))


def _refuse_left_over(clinic: Clinic, bookings: Sequence[Booking]) -> None:
    if bookings:
        names = ", ".join(each.person.name for each in bookings)
        raise PeopleLeftOver(day=f"{clinic.day.day} {clinic.day:%B %Y}", names=names)


def move_people(moves: Sequence[Move], *, by: Person) -> list[Told]:
    """Their time in the day, the SEQUENCE of their calendar entry, and one message each."""
    _keep_ticks([each for each in moves if each.booking.slot.starts_at != each.was_at])
    told = []
    for each in moves:
        booking, slot = each.booking, each.booking.slot
        booking.sequence += 1
        booking.version += 1
        person = booking.person
        announce(
            BookingMoved(
                about=booking,
                person=person,
                clinic=slot.clinic,
                was_at=each.was_at,
                was_where=each.was_where,
                starts_at=slot.starts_at,
                by=by,
                for_whom=person if person.id != by.id else None,
            )
        )
        told.append(
            Told(
                person.name, person.email or "", person.phone or "", each.was_at, each.was_where,
                slot.starts_at, slot.clinic.venue, booking.state is BookingState.OFFERED,
            )
        )  # fmt: skip
    return told


def _keep_ticks(moves: Sequence[Move]) -> None:
    """Take the new five minutes instead of the old ones; nobody is booked twice at one time."""
    bookings = [each.booking for each in moves]
    if not bookings:
        return
    db.session.execute(delete(BookedTick).where(BookedTick.booking_id.in_([each.id for each in bookings])))
    people = {each.person_id for each in bookings}
    rows = db.session.execute(
        select(BookedTick.person_id, BookedTick.tick).where(BookedTick.person_id.in_(people))
    )
    taken = {(person_id, tick) for person_id, tick in rows}
    new: list[dict[str, int]] = []
    for booking in bookings:
        for tick in booking.slot.ticks:
            if (booking.person_id, tick) in taken:
                day = booking.slot.clinic.day
                raise BookedElsewhere(name=booking.person.name, day=f"{day.day} {day:%B %Y}")
            taken.add((booking.person_id, tick))
            new.append({"person_id": booking.person_id, "tick": tick, "booking_id": booking.id})
    db.session.execute(table_of(BookedTick).insert(), new)
