"""The drop-in queue: who came without a booking waits, in the order they came, until they are called or leave.

Whoever is called is helped now: theirs is a place in the slot that is on, and
where that is full one more is made in it, so that times which others may still
book stay free.
"""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ...tickets.texts import prose
from ..attending import booking_at, check_in, refuse_another_day
from ..booking import LONGEST_DETAILS, book_slot, patiently, take_turn
from ..models import Booking, Clinic, ClinicTopic, Slot, SlotPlace
from ..planning import keep_places
from ..queries import HELD, devices_of
from .events import DropInCalled, DropInCame, DropInIsBack, DropInLeft
from .models import DropIn


class NobodyWaits(Refusal):
    reason = "Nobody is waiting in the queue."


class WentAway(Refusal):
    reason = "{name} has left. Put them back into the queue first."


class CalledAlready(Refusal):
    reason = "{name} has been called already."


class YourTurnNow(Refusal):
    reason = "You have been called: it is your turn now. If you cannot stay, tell one of the hosts."


class NotHeld(Refusal):
    reason = "This clinic is called off, so nobody can be seen at it. Offer {name} another day."


def join_queue(
    clinic: Clinic, person: Person, *, by: Person, topic: ClinicTopic | None = None, details: str = ""
) -> DropIn | Booking:
    """Somebody is here without a booking and waits. Twice is once.

    Who turns out to have booked at this clinic is checked in on that instead.
    """
    refuse_another_day(clinic)
    if clinic.is_called_off:
        raise NotHeld(name=person.name)
    if (booked := booking_at(clinic, person)) is not None:
        return check_in(booked, by=by)
    if (waiting := waiting_at(clinic, person)) is not None:
        return waiting
    drop_in = DropIn(
        clinic_id=clinic.id,
        person_id=person.id,
        topic_id=topic.id if topic else None,
        details=prose(details, what="What you wrote", limit=LONGEST_DETAILS),
        noted_by_id=by.id,
        arrived_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(drop_in)
    except IntegrityError:  # somebody else has put them down at this very moment
        return db.session.scalars(_waiting(clinic).where(DropIn.person_id == person.id)).one()
    announce(DropInCame(**_about(drop_in, by)))
    return drop_in


def call_next(clinic: Clinic, *, by: Person) -> Booking:
    """Call whoever has waited longest: two hosts who press at once call two people."""
    first = db.session.scalars(_waiting(clinic).limit(1).with_for_update(skip_locked=True)).first()
    if first is None:
        raise NobodyWaits
    return call(first, by=by)


def call(drop_in: DropIn, *, by: Person) -> Booking:
    """It is their turn: they get a place in the slot that is on, and are checked in. Twice is once."""
    lock(drop_in)
    if drop_in.booking is not None:
        return drop_in.booking
    clinic, person = drop_in.clinic, drop_in.person
    if drop_in.left_at is not None:
        raise WentAway(name=person.name)
    refuse_another_day(clinic)
    if clinic.is_called_off or (slot := slot_on(clinic)) is None:
        raise NotHeld(name=person.name)
    patiently(lambda: _make_room(slot, person), person, by)
    booking = book_slot(
        slot,
        person,
        by=by,
        topic=drop_in.topic,
        details=drop_in.details,
        device=next(iter(devices_of(person)), None),
        access_needs=person.access_needs,
        walked_in=True,
    )
    drop_in.called_at, drop_in.booking = clock.now(), booking
    db.session.flush()
    announce(DropInCalled(booking=booking, **_about(drop_in, by)))
    return check_in(booking, by=by)


def leave_queue(drop_in: DropIn, *, by: Person | None) -> DropIn:
    """They went without being seen, or say so themselves. Twice is once."""
    lock(drop_in)
    if drop_in.called_at is not None:
        if by is drop_in.person:
            raise YourTurnNow
        raise CalledAlready(name=drop_in.person.name)
    if drop_in.left_at is None:
        drop_in.left_at = clock.now()
        announce(DropInLeft(**_about(drop_in, by)))
    return drop_in


def come_back(drop_in: DropIn, *, by: Person) -> DropIn:
    """They had not left after all, or are back: they keep the turn they had. Twice is once."""
    lock(drop_in)
    refuse_another_day(drop_in.clinic)
    if drop_in.left_at is None:
        return drop_in
    if drop_in.clinic.is_called_off:
        raise NotHeld(name=drop_in.person.name)
    if (again := waiting_at(drop_in.clinic, drop_in.person)) is not None:
        return again
    drop_in.left_at = None
    db.session.flush()
    announce(DropInIsBack(**_about(drop_in, by)))
    return drop_in


def waiting_at(clinic: Clinic, person: Person) -> DropIn | None:
    """The person's turn in the queue of the clinic, if they wait there."""
    return db.session.scalars(_waiting(clinic).where(DropIn.person_id == person.id)).first()


def slot_on(clinic: Clinic) -> Slot | None:
    """The slot that is on now; before the clinic the first, afterwards the last."""
    slots = db.session.scalars(
        select(Slot).where(Slot.clinic_id == clinic.id, Slot.withdrawn_at.is_(None)).order_by(Slot.starts_at)
    ).all()
    return next((slot for slot in slots if slot.ends_at > clock.now()), slots[-1] if slots else None)


def _make_room(slot: Slot, person: Person) -> None:
    """One more place in the slot, if every one is held: whoever holds the clinic decides whom they help now."""
    take_turn(person, slot)
    highest, left = db.session.execute(
        select(func.max(SlotPlace.number), func.count(SlotPlace.number) - func.count(Booking.id))
        .outerjoin(Booking, HELD)
        .where(SlotPlace.slot_id == slot.id)
    ).one()
    if not left:
        keep_places([(slot, (highest or 0) + 1)])


def _waiting(clinic: Clinic) -> Select[DropIn]:
    return (
        select(DropIn)
        .where(DropIn.clinic_id == clinic.id, DropIn.WAITS)
        .order_by(DropIn.arrived_at, DropIn.id)
    )


def _about(drop_in: DropIn, by: Person | None) -> dict[str, Any]:
    return {"about": drop_in, "person": drop_in.person, "clinic": drop_in.clinic, "by": by}
