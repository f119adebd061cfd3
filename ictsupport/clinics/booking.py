"""Booking a slot, and moving to another one."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Integer, Select, bindparam, delete, exists, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from .. import clock
from ..config import settings
from ..database import db, is_lock_trouble, lock_timeout
from ..devices.models import Device
from ..errors import Refusal
from ..journal import announce
from ..mail import domain
from ..people.models import Person
from ..statements import put_together
from ..tickets.texts import line, prose
from . import access
from .events import BookingMoved, SlotBooked
from .models import BookedTick, Booking, BookingState, Clinic, ClinicTopic, Slot, SlotPlace
from .queries import HELD, bookable, cohorts_of

T = TypeVar("T")
LONGEST_DETAILS = 2_000
RULES = ("called_off_at", "unhosted", "places", "drop_in", "scope", "council_id", "for_staff_too", "version")
"""What of a clinic decides who gets a place: read afresh once it can change no more."""

PATIENCE = 3
"""Seconds to wait for a slot that others are booking."""


class SlotPassed(Refusal):
    reason = "That time has already started. Choose a later one."


class SlotFull(Refusal):
    reason = "The last place at that time has just gone. Choose another time."


class TooLateToBook(Refusal):
    reason = "Booking for that time closed {before} before it. Choose a later one, or ring us."


class NotYetBookable(Refusal):
    reason = "Booking for that clinic has not opened yet. Choose another time."


class ClinicCalledOff(Refusal):
    reason = "That clinic has been called off. Choose another time."


class NobodyThere(Refusal):
    reason = "Whoever holds that clinic is away. Choose another time."


class NotForThem(Refusal):
    reason = "That clinic is not open to {name}. Choose another one."


class Overlapping(Refusal):
    reason = "{who} a booking at that time. Choose another time, or move that booking."


class TooManyBookings(Refusal):
    reason = "{who} {count} bookings to come, the most one person may hold. Cancel one of them first."


class TopicNotOffered(Refusal):
    reason = "That topic is not offered at this clinic. Choose one of those shown."


class Busy(Refusal):
    reason = "Many people are booking at this moment. Nothing was booked: press the button again."


class TooLateToMove(Refusal):
    reason = "Moving closed {before} before your time. Ring us and we will help."


class NothingToMove(Refusal):
    reason = "This booking can no longer be moved. Book another time instead."


class SameTime(Refusal):
    reason = "The booking is at that time already. Choose another time to move it."


def book_slot(
    slot: Slot,
    person: Person,
    *,
    by: Person,
    topic: ClinicTopic | None = None,
    details: str = "",
    device: Device | None = None,
    access_needs: str = "",
    walked_in: bool = False,
) -> Booking:
    """Give the person a place in the slot.

    Many can press the button in the same second. Whoever books locks first the
    person (who cannot be in two places) and then the slot, so that the others
    wait, see the place taken, and are refused. Should a caller ever come past
    the locks, the database still says no: a booking needs a place row, a place
    has one live booking, and a person one booking at a time.
    """
    booking = Booking(
        slot_id=slot.id,
        person_id=person.id,
        uid=f"booking-{secrets.token_hex(12)}@{domain()}",
        topic=topic,
        details=prose(details, what="What you wrote", limit=LONGEST_DETAILS),
        device=device,
        access_needs=line(access_needs, what="Access needs", limit=500),
        booked_by_id=by.id,
        booked_at=clock.now(),
        walked_in=walked_in,
    )

    def take() -> Booking:
        take_turn(person, slot)
        _check_slot(slot, person, by, slot.clinic.book_until_minutes, TooLateToBook, is_here=walked_in)
        _check_topic(slot.clinic, topic)
        refuse_overlap(slot, person, by, most=None if walked_in else settings().clinic_bookings_each)
        booking.place = free_place(slot, person, drop_in=walked_in, all_places=access.runs(by, slot.clinic))
        db.session.add(booking)
        db.session.flush()
        keep_ticks(booking, slot)
        return booking

    patiently(take, person, by)
    announce(
        SlotBooked(
            about=booking,
            person=person,
            clinic=slot.clinic,
            starts_at=slot.starts_at,
            by=by,
            for_whom=person if person.id != by.id else None,
        )
    )
    return booking


def move_booking(booking: Booking, slot: Slot, *, by: Person) -> Booking:
    """Give the booking a place in another slot and free its old one, in one go.

    It stays the same booking in everybody's calendar: same UID, next SEQUENCE.
    If the new slot has no place, the old one is kept.
    """
    old, person = booking.slot, booking.person
    was_at, was_where = old.starts_at, old.clinic.venue

    def move() -> None:
        take_turn(person, *sorted((old, slot), key=lambda each: each.id))
        db.session.refresh(booking, ["state", "slot_id", "place", "sequence", "version"])
        if not booking.state.is_coming or booking.slot_id != old.id:
            raise NothingToMove
        if slot.id == old.id:
            raise SameTime
        if not access.runs(by, old.clinic):
            _check_cut_off(old, old.clinic.move_until_minutes, TooLateToMove, NothingToMove)
        _check_slot(slot, person, by, slot.clinic.book_until_minutes, TooLateToBook)
        refuse_overlap(slot, person, by, but_for=booking)
        booking.slot_id, booking.place = (
            slot.id,
            free_place(slot, booking.person, all_places=access.runs(by, slot.clinic)),
        )
        if booking.state is BookingState.OFFERED:  # another time than the one offered: they take it
            booking.state, booking.offered_until = BookingState.CONFIRMED, None
        booking.sequence += 1
        booking.version += 1
        db.session.flush()
        free_ticks(booking)
        keep_ticks(booking, slot)

    patiently(move, person, by)
    db.session.expire(booking, ["slot"])
    announce(
        BookingMoved(
            about=booking,
            person=person,
            clinic=slot.clinic,
            was_at=was_at,
            was_where=was_where,
            was_clinic=old.clinic,
            starts_at=slot.starts_at,
            by=by,
            for_whom=person if person.id != by.id else None,
        )
    )
    return booking


def in_words(minutes: int) -> str:
    """A cut-off as people say it: "30 minutes", "2 hours", "1 day"."""
    for length, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= length and minutes % length == 0:
            count = minutes // length
            return f"{count} {word}{'s' if count != 1 else ''}"
    return f"{minutes} minutes"


def free_ticks(booking: Booking) -> None:
    """Give the person's time back."""
    db.session.execute(delete(BookedTick).where(BookedTick.booking_id == booking.id))


def patiently(work: Callable[[], T], person: Person, by: Person) -> T:
    """Do the work in a savepoint; when a lock cannot be had, once more; then say so in words."""
    lock_timeout(PATIENCE)
    for attempt in (1, 2):
        try:
            with db.session.begin_nested():
                return work()
        except IntegrityError as error:
            if "tick" in str(error.orig):
                raise Overlapping(who=_who_has(person, by)) from error
            raise SlotFull from error
        except DBAPIError as error:
            if not is_lock_trouble(error) or attempt == 2:
                raise (Busy() if is_lock_trouble(error) else error) from error
    raise Busy


def take_turn(person: Person, *slots: Slot) -> None:
    """Lock clinics, person and slots, always in that order and by their ids, and read afresh what may be stale.

    Clinics are only shared with other bookers, so that none is called off
    meanwhile. FOR NO KEY UPDATE on the others: rows that merely refer to them
    may still be written.
    """
    for clinic in sorted({slot.clinic for slot in slots}, key=lambda each: each.id):
        db.session.refresh(clinic, RULES, with_for_update={"read": True})
    db.session.scalar(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    for slot in slots:
        db.session.refresh(
            slot, ["starts_at", "ends_at", "withdrawn_at"], with_for_update={"key_share": True}
        )


def _who_has(person: Person, by: Person) -> str:
    return "You already have" if person.id == by.id else f"{person.name} already has"


def _check_slot(
    slot: Slot, person: Person, by: Person, minutes: int, too_late: type[Refusal], *, is_here: bool = False
) -> None:
    clinic = slot.clinic
    if clinic.is_called_off or slot.withdrawn_at is not None:
        raise ClinicCalledOff
    running = access.runs(by, clinic)
    if not running and not access.may_come(person, clinic):
        raise NotForThem(name="you" if person.id == by.id else person.name)
    if running:
        if slot.ends_at <= clock.now() and not is_here:
            raise SlotPassed
        return
    if clinic.unhosted:
        raise NobodyThere
    if clinic.bookable_from and clinic.bookable_from > clock.now():
        raise NotYetBookable
    _check_cut_off(slot, minutes, too_late, SlotPassed)


def _check_cut_off(slot: Slot, minutes: int, too_late: type[Refusal], passed: type[Refusal]) -> None:
    if slot.has_passed:
        raise passed
    if clock.now() > slot.starts_at - timedelta(minutes=minutes):
        raise too_late(before=in_words(minutes))


def _check_topic(clinic: Clinic, topic: ClinicTopic | None) -> None:
    if topic is not None and topic.id not in {offered.id for offered in clinic.topics}:
        raise TopicNotOffered


def refuse_overlap(
    slot: Slot, person: Person, by: Person, *, but_for: Booking | None = None, most: int | None = None
) -> None:
    """Refuse a time at which the person has another booking; and another booking, where they hold the `most` already."""
    given = {"whose": person.id, "but_for": but_for.id if but_for else None, "now": clock.now()}
    to_come, taken = db.session.execute(_theirs(), {**given, "ticks": slot.ticks}).one()
    if most is not None and to_come >= most:
        raise TooManyBookings(who=_who_has(person, by), count=to_come)
    if taken:
        raise Overlapping(who=_who_has(person, by))


@put_together
def _theirs() -> Select[int, bool]:
    """How many bookings to come somebody holds, and whether one of them is at these ticks."""
    to_come = (
        select(func.count())
        .select_from(Booking)
        .join(Booking.slot)
        .where(
            Booking.person_id == bindparam("whose"),
            Booking.state.in_((BookingState.OFFERED, BookingState.CONFIRMED)),
            Slot.starts_at > bindparam("now", type_=Slot.starts_at.type),
        )
    )
    taken = exists().where(
        BookedTick.person_id == bindparam("whose"),
        BookedTick.tick.in_(bindparam("ticks", expanding=True)),
        BookedTick.booking_id.is_distinct_from(bindparam("but_for", type_=Integer)),
    )
    return select(to_come.scalar_subquery(), taken)


def free_place(slot: Slot, person: Person, *, drop_in: bool = False, all_places: bool = False) -> int:
    """The lowest place of the slot that nobody holds, or for a drop-in the highest.

    The highest are kept for drop-in: only whoever runs the clinic gives them away beforehand. Those below
    may be kept for a cohort: its members take them first.
    """
    clinic = slot.clinic
    theirs = clinic.keeps_places and clinic.kept_cohort in cohorts_of(person)
    number = db.session.scalar(
        _free(None if drop_in or all_places else person, drop_in=drop_in, theirs=theirs),
        {"slot": slot.id, "clinic": clinic.id, "shared": clinic.places - clinic.drop_in, "now": clock.now()},
    )
    if number is None:
        raise SlotFull
    return number


@put_together
def _free(person: Person | None, *, drop_in: bool, theirs: bool) -> Select[int]:
    """The first place to give away: among those the person may book, or with nobody named among all."""
    number = SlotPlace.number
    order = (
        [number.desc()] if drop_in else [number > bindparam("shared"), number.desc()] if theirs else [number]
    )
    free = (
        select(number)
        .outerjoin(Booking, HELD)
        .where(SlotPlace.slot_id == bindparam("slot"), Booking.id.is_(None))
        .order_by(*order)
        .limit(1)
    )
    if person is None:
        return free
    now = bindparam("now", type_=Slot.starts_at.type)
    return free.join(Clinic, Clinic.id == bindparam("clinic")).where(bookable(person, now))


def keep_ticks(booking: Booking, slot: Slot) -> None:
    """Take the person's time; the database refuses what is taken already."""
    taken = [{"person_id": booking.person_id, "tick": tick, "booking_id": booking.id} for tick in slot.ticks]
    db.session.execute(insert(BookedTick), taken)
