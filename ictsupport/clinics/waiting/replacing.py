"""When a clinic is called off: everybody who booked is placed anew, in the order they booked.

Each is offered the free time nearest to theirs at the next clinic that suits
them (open to them, about their topic). When it is full they go to the head of
its waiting list; those who waited for the called-off clinic follow with the
turn they had. All of it is one transaction of a job: killed in the middle it
has not happened, and is done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from ... import clock, jobs
from ...database import db, lock, lock_timeout
from ...journal import announce
from ...people.models import Person
from ...tickets.models import ContactBy, Ticket
from .. import access
from ..booking import PATIENCE, free_ticks
from ..day.going_home import send_home
from ..events import BookingCancelled
from ..models import BookedTick, Booking, BookingState, Clinic, Slot
from ..queries import next_free_times
from .emails import tell_of_calling_off, tell_of_other_list
from .events import WaitingEnded
from .models import CallingOff, CallToMake, Rank, WaitingEntry, WaitingPlace, WaitingState
from .offer_clock import offered_until
from .offering import offer, offer_places, waiting_in_order

COMING = (BookingState.OFFERED, BookingState.CONFIRMED)
NO_ADDRESS = "has no e-mail address"
ASKED_FOR_CALLS = "asked to be rung"
NOTHING_TO_OFFER = "no other clinic to offer"


@dataclass
class Replacing:
    """What becomes of somebody who booked: a time that is held, a waiting list, or neither."""

    booking: Booking
    clinic: Clinic | None
    slot: Slot | None
    call: str = ""
    """Why they must be rung; empty where a letter will do."""

    @property
    def person(self) -> Person:
        return self.booking.person


@dataclass
class _Choice:
    """A clinic still to come, and its free times, one for each place."""

    clinic: Clinic
    free: list[Slot]


def plan_replacing(clinic: Clinic) -> list[Replacing]:
    """Who is affected, in the order they booked, and where each would be placed now. Writes nothing."""
    bookings = _bookings_of(clinic)
    choices = _choices(clinic)
    people = {booking.person_id for booking in bookings}
    taken = _taken(people, clinic)
    want_calls = _want_calls(people)
    plans = []
    for booking in bookings:
        choice = next(
            (each for each in choices if _suits(each.clinic, booking.person, booking.topic_id)), None
        )
        slot = _nearest(choice, booking, taken) if choice else None
        if choice and slot:
            choice.free.remove(slot)
            taken |= {(booking.person_id, tick) for tick in slot.ticks}
        plan = Replacing(booking, choice.clinic if choice else None, slot)
        if not booking.person.email:
            plan.call = NO_ADDRESS
        elif booking.person_id in want_calls:
            plan.call = ASKED_FOR_CALLS
        elif choice is None:
            plan.call = NOTHING_TO_OFFER
        plans.append(plan)
    return plans


def waiting_for(clinic: Clinic) -> Sequence[WaitingEntry]:
    """Those who wait for the clinic that is called off."""
    return waiting_in_order(clinic)


def _bookings_of(clinic: Clinic) -> Sequence[Booking]:
    found = (
        select(Booking)
        .join(Booking.slot)
        .where(Slot.clinic_id == clinic.id, Booking.state.in_(COMING))
        .order_by(Booking.booked_at, Booking.id)
        .options(
            contains_eager(Booking.slot),
            joinedload(Booking.person).options(joinedload(Person.terms), joinedload(Person.serves)),
        )
    )
    return db.session.scalars(found).unique().all()


def _choices(clinic: Clinic) -> list[_Choice]:
    """The clinics that come into question, soonest first: not before the one that is called off."""
    now = clock.now()
    clinics = (
        db.session.scalars(
            select(Clinic)
            .where(
                Clinic.id != clinic.id,
                Clinic.called_off_at.is_(None),
                ~Clinic.unhosted,
                Clinic.starts_at >= clinic.starts_at - timedelta(hours=12),
                Clinic.ends_at > now,
                or_(Clinic.bookable_from.is_(None), Clinic.bookable_from <= now),
            )
            .order_by(Clinic.starts_at, Clinic.id)
            .limit(40)
            .options(joinedload(Clinic.site), joinedload(Clinic.topics))
        )
        .unique()
        .all()
    )
    free = next_free_times([each.id for each in clinics])
    choices = []
    for each in clinics:
        if each.starts_at - timedelta(minutes=each.book_until_minutes) > now:
            slots = [slot for slot, left in free if slot.clinic_id == each.id for _ in range(left)]
            choices.append(_Choice(each, [slot for slot in slots if offered_until(slot, each)]))
    return choices


def _suits(clinic: Clinic, person: Person, topic_id: int | None) -> bool:
    """Open to the person, and about what they need."""
    about_it = topic_id is None or topic_id in {topic.id for topic in clinic.topics}
    return about_it and access.may_come(person, clinic)


def _nearest(choice: _Choice, booking: Booking, taken: set[tuple[int, int]]) -> Slot | None:
    """The free time of day nearest to the one they had, at which they have nothing else."""
    able = [
        slot for slot in choice.free if not any((booking.person_id, tick) in taken for tick in slot.ticks)
    ]
    return min(able, key=lambda slot: (_apart(slot, booking.slot), slot.starts_at), default=None)


def _apart(one: Slot, other: Slot) -> int:
    return abs(one.wall.hour * 60 + one.wall.minute - other.wall.hour * 60 - other.wall.minute)


def _taken(people: set[int], clinic: Clinic) -> set[tuple[int, int]]:
    """When these people are elsewhere; their times at this clinic are given back."""
    here = select(Booking.id).join(Booking.slot).where(Slot.clinic_id == clinic.id)
    ticks = select(BookedTick.person_id, BookedTick.tick).where(
        BookedTick.person_id.in_(people), BookedTick.booking_id.not_in(here)
    )
    return {(person_id, tick) for person_id, tick in db.session.execute(ticks)}


def _want_calls(people: set[int]) -> set[int]:
    """Those who asked for calls on something that is still open."""
    asked = select(Ticket.requester_id).where(
        Ticket.requester_id.in_(people), Ticket.OPEN, Ticket.contact_by == ContactBy.PHONE
    )
    return set(db.session.scalars(asked))


# Doing it


@jobs.handles("clinics.call_off")
def place_everybody_anew(payload: dict[str, Any]) -> None:
    """The few minutes are over. Nothing to do where it was undone, or done before."""
    calling_off = db.session.get(CallingOff, payload["calling_off"])
    if calling_off is None or calling_off.due_at > clock.now():
        return
    lock_timeout(PATIENCE)
    clinic = calling_off.clinic
    lock(clinic)
    still = db.session.scalar(select(CallingOff.done_at).where(CallingOff.id == calling_off.id))
    gone = not db.session.scalar(select(exists().where(CallingOff.id == calling_off.id)))
    if gone or still is not None or not clinic.is_called_off:
        return
    calling_off.done_at = clock.now()
    plans = plan_replacing(clinic)
    _take_turns([plan.person.id for plan in plans])
    for plan in plans:
        _place(plan, clinic)
    _pass_waiters_on(clinic)
    send_home(clinic)


def _take_turns(people: list[int]) -> None:
    """Lock everybody at once in the order of their ids, so that no two wait for each other."""
    db.session.scalars(
        select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update(key_share=True)
    ).all()


def _place(plan: Replacing, called_off: Clinic) -> None:
    booking = plan.booking
    db.session.refresh(
        booking, ["state", "slot_id", "sequence", "version"], with_for_update={"key_share": True}
    )
    if booking.state not in COMING:
        return
    entry, invited = _entry_for(booking), booking.state is BookingState.CONFIRMED
    booking.state, booking.offered_until = BookingState.CANCELLED, None
    booking.cancelled_at, booking.cancelled_by_id = clock.now(), called_off.called_off_by_id
    booking.sequence += 1
    booking.version += 1
    free_ticks(booking)
    if plan.clinic is None:
        entry.state, entry.ended_at = WaitingState.EXPIRED, clock.now()
    else:
        entry.places = [WaitingPlace(clinic_id=plan.clinic.id, rank=Rank.HEAD, since=booking.booked_at)]
    db.session.add(entry)
    db.session.flush()
    offered = offer(entry, plan.slot, instead_of=called_off) if plan.slot else None
    announce(
        BookingCancelled(
            about=booking,
            person=booking.person,
            clinic=called_off,
            reason=called_off.called_off_reason,
            called_off=True,
        )
    )
    tell_of_calling_off(booking, entry, plan.clinic, offered, invited=invited)
    if plan.call:
        db.session.add(CallToMake(booking_id=booking.id, why=plan.call))


def _entry_for(booking: Booking) -> WaitingEntry:
    """How somebody who lost their time waits for another; an offer they lost with the clinic is over."""
    offered = db.session.scalar(select(WaitingEntry).where(WaitingEntry.booking_id == booking.id))
    if offered is not None and offered.state.is_live:
        offered.state, offered.ended_at = WaitingState.EXPIRED, clock.now()
    return WaitingEntry(
        person=booking.person,
        joined_by_id=booking.booked_by_id,
        topic_id=booking.topic_id,
        details=booking.details,
        device_id=booking.device_id,
        access_needs=booking.access_needs,
        lost_booking_id=booking.id,
    )


def _pass_waiters_on(called_off: Clinic) -> None:
    """Those who waited for it wait for the next one, with the turn they had."""
    choices = _choices(called_off)
    entries = waiting_in_order(called_off)
    targets: dict[int, Clinic] = {}
    for entry in entries:
        old = next(place for place in entry.places if place.clinic_id == called_off.id)
        since: datetime = old.since
        rank = old.rank
        entry.places.remove(old)
        named = {place.clinic_id for place in entry.places}
        target = next(
            (each.clinic for each in choices if _suits(each.clinic, entry.person, entry.topic_id)), None
        )
        if target is not None and target.id not in named:
            entry.places.append(WaitingPlace(clinic_id=target.id, rank=rank, since=since))
            targets[target.id] = target
        elif target is None and not named:
            entry.state, entry.ended_at = WaitingState.EXPIRED, clock.now()
    db.session.flush()
    for _key, target in sorted(targets.items()):
        offer_places(target)
    for entry in entries:
        db.session.refresh(entry, ["state"])
        if entry.state is WaitingState.WAITING:
            tell_of_other_list(entry, called_off)
        elif entry.state is WaitingState.EXPIRED:
            announce(WaitingEnded(about=entry, person=entry.person))
