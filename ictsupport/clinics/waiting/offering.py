"""Offering a place that came free: to the first who can take it, in the transaction that frees it.

An offer is a booking in state offered: it holds the place. It is taken,
declined or lapses by one conditional update of that booking, so that of two
who answer at once, or an answer and the clock, exactly one wins.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from ... import clock, jobs, scheduler
from ...database import db, is_lock_trouble, lock_timeout
from ...errors import Refusal
from ...journal import announce, on
from ...mail import domain
from ...people.models import Person
from .. import access
from ..booking import (
    PATIENCE,
    ClinicCalledOff,
    Overlapping,
    SlotFull,
    free_place,
    free_ticks,
    keep_ticks,
    refuse_overlap,
    take_turn,
)
from ..events import BookingCancelled, BookingMoved, CheckedIn, ClinicChanged, DidNotCome, SlotBooked
from ..models import Booking, BookingState, Clinic, Slot
from ..queries import cohorts_of, next_free_times
from .events import OfferDeclined, OfferLapsed, OfferMade, WaitingEnded
from .models import WaitingEntry, WaitingPlace, WaitingState
from .offer_clock import offered_until, stands_until


class OfferGone(Refusal):
    reason = "This offer is no longer open: it was answered already, or its time ran out. Look at the next clinics."


def waiting_in_order(clinic: Clinic) -> Sequence[WaitingEntry]:
    """Who waits for the clinic, the first in line first."""
    return db.session.scalars(
        select(WaitingEntry)
        .join(WaitingEntry.places)
        .where(WaitingPlace.clinic_id == clinic.id, WaitingEntry.state == WaitingState.WAITING)
        .order_by(WaitingPlace.rank, WaitingPlace.since, WaitingEntry.id)
        .options(joinedload(WaitingEntry.person))
        .execution_options(populate_existing=True)
    ).all()


def free_slots(clinic: Clinic, person: Person | None = None) -> list[Slot]:
    """The slots of the clinic with a place left (for the person), once for each place, soonest first."""
    return [slot for slot, left in next_free_times([clinic.id], person) for _ in range(left)]


def offer_places(clinic: Clinic) -> list[Booking]:
    """Offer every free place of the clinic, in the order of its list; whoever cannot come then keeps their turn.

    Places that are kept for members elected together are offered to those of them who wait.
    """
    if clinic.is_called_off or clinic.unhosted:
        return []
    free: dict[bool, list[Slot]] = {}
    made: list[Booking] = []
    for entry in waiting_in_order(clinic):
        kept = clinic.keeps_places and clinic.kept_cohort in cohorts_of(entry.person)
        if kept not in free:
            free[kept] = free_slots(clinic, entry.person if kept else None)
        for slot in dict.fromkeys(free[kept]):
            booking = offer(entry, slot)
            if booking is not None:
                made.append(booking)
                free[kept].remove(slot)
                free = {kept: free[kept]}  # what is left for the others is counted anew
                break
    return made


def offer_or_later(clinic: Clinic) -> None:
    """Offer what is free now; where others stand in the way (locks), a job does it in a moment."""
    lock_timeout(PATIENCE)
    try:
        with db.session.begin_nested():
            offer_places(clinic)
    except DBAPIError as error:
        if not is_lock_trouble(error):
            raise
        jobs.enqueue("clinics.offer_places", {"clinic": clinic.id})


def offer(entry: WaitingEntry, slot: Slot, *, instead_of: Clinic | None = None) -> Booking | None:
    """Hold a place in the slot for the entry, or None where they cannot take it or it is too late to ask."""
    person, clinic = entry.person, slot.clinic
    until = offered_until(slot, clinic)
    if until is None or not access.may_come(person, clinic):
        return None
    try:
        with db.session.begin_nested():
            booking = _hold(entry, slot, until)
    except (SlotFull, Overlapping, IntegrityError):
        return None
    if booking is not None:
        announce(
            OfferMade(
                about=booking, person=person, clinic=clinic, entry=entry, until=until, instead_of=instead_of
            )
        )
    return booking


def _hold(entry: WaitingEntry, slot: Slot, until: datetime) -> Booking | None:
    person = entry.person
    take_turn(person, slot)
    if slot.clinic.is_called_off or slot.clinic.unhosted or slot.withdrawn_at is not None:
        return None
    refuse_overlap(slot, person, person)
    booking = Booking(
        slot_id=slot.id,
        place=free_place(slot, person),
        person_id=person.id,
        state=BookingState.OFFERED,
        offered_until=until,
        uid=f"booking-{secrets.token_hex(12)}@{domain()}",
        topic_id=entry.topic_id,
        details=entry.details,
        device_id=entry.device_id,
        access_needs=entry.access_needs,
        booked_by_id=entry.joined_by_id,
        booked_at=clock.now(),
    )
    db.session.add(booking)
    db.session.flush()
    claimed = db.session.execute(
        update(WaitingEntry)
        .where(WaitingEntry.id == entry.id, WaitingEntry.state == WaitingState.WAITING)
        .values(state=WaitingState.OFFERED, booking_id=booking.id)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise SlotFull  # somebody else has just made them an offer: this place goes to the next
    db.session.expire(entry, ["state", "booking_id", "booking"])
    keep_ticks(booking, slot)
    return booking


# Answering


def accept(entry: WaitingEntry, *, by: Person) -> Booking:
    """Take the offer: once, and only while it stands."""
    booking = _offer_of(entry)
    lock_timeout(PATIENCE)
    take_turn(entry.person, booking.slot)
    if booking.slot.clinic.is_called_off:
        raise ClinicCalledOff
    if not _settle(
        booking,
        Booking.offered_until > clock.now(),
        state=BookingState.CONFIRMED,
        offered_until=None,
        sequence=Booking.sequence + 1,
    ):
        raise OfferGone
    _end(entry, WaitingState.ACCEPTED)
    announce(SlotBooked(starts_at=booking.slot.starts_at, **_about(booking, by)))
    return booking


def decline(entry: WaitingEntry, *, by: Person) -> None:
    """Say no to the offer: the place passes on at once."""
    booking = _offer_of(entry)
    lock_timeout(PATIENCE)
    take_turn(entry.person, booking.slot)
    if not _give_up(booking, by=by):
        raise OfferGone
    _end(entry, WaitingState.DECLINED)
    announce(OfferDeclined(entry=entry, **_about(booking, by)))
    offer_or_later(booking.slot.clinic)


def lapse(entry: WaitingEntry) -> bool:
    """Take back an offer whose time has run out, and pass the place on; says whether it was still open."""
    booking = _offer_of(entry)
    lock_timeout(PATIENCE)
    take_turn(entry.person, booking.slot)
    if not _give_up(booking, Booking.offered_until <= clock.now()):
        return False
    _end(entry, WaitingState.EXPIRED)
    announce(OfferLapsed(about=booking, person=entry.person, clinic=booking.slot.clinic, entry=entry))
    offer_or_later(booking.slot.clinic)
    return True


def _offer_of(entry: WaitingEntry) -> Booking:
    if entry.booking is None:
        raise OfferGone
    return entry.booking


def _give_up(booking: Booking, *rules: Any, by: Person | None = None) -> bool:
    settled = _settle(
        booking,
        *rules,
        state=BookingState.CANCELLED,
        offered_until=None,
        cancelled_at=clock.now(),
        cancelled_by_id=by.id if by else None,
        sequence=Booking.sequence + 1,
    )
    if settled:
        free_ticks(booking)
    return settled


def _settle(booking: Booking, *rules: Any, **values: Any) -> bool:
    """Compare and set: only an offer that is still open changes, and only once."""
    done = db.session.execute(
        update(Booking)
        .where(Booking.id == booking.id, Booking.state == BookingState.OFFERED, *rules)
        .values(version=Booking.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(booking, ["state", "offered_until", "cancelled_at", "sequence", "version"])
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _end(entry: WaitingEntry, state: WaitingState) -> None:
    db.session.refresh(entry, ["state"])
    entry.state, entry.ended_at = state, clock.now()
    db.session.flush()


def _about(booking: Booking, by: Person) -> dict[str, Any]:
    person = booking.person
    return {
        "about": booking,
        "person": person,
        "clinic": booking.slot.clinic,
        "by": by,
        "for_whom": person if person.id != by.id else None,
    }


# What else frees a place, or makes waiting needless


@on(BookingCancelled)
def pass_on(event: BookingCancelled) -> None:
    if not event.called_off:
        offer_or_later(event.clinic)


@on(BookingMoved)
def pass_on_the_old(event: BookingMoved) -> None:
    if event.was_clinic is not None:
        offer_or_later(event.was_clinic)


@on(ClinicChanged)
def end_offers_in_time(event: ClinicChanged) -> None:
    """An offer ends when booking of its time closes, wherever that has moved."""
    offered = select(Booking).join(Booking.slot).options(contains_eager(Booking.slot))
    for booking in db.session.scalars(
        offered.where(Slot.clinic_id == event.about.id, Booking.state == BookingState.OFFERED)
    ).all():
        until = stands_until(booking.slot, event.about, booking.booked_at)
        if until != booking.offered_until:  # compare and set: it may be answered in this second
            db.session.execute(
                update(Booking)
                .where(Booking.id == booking.id, Booking.state == BookingState.OFFERED)
                .values(offered_until=until)
            )


@on(ClinicChanged)
def offer_what_was_added(event: ClinicChanged) -> None:
    offer_or_later(event.about)


@on(DidNotCome)
def never_came(event: DidNotCome) -> None:
    entry = db.session.scalar(select(WaitingEntry).where(WaitingEntry.booking_id == event.about.id))
    if entry is not None and entry.state.is_live:
        _end(entry, WaitingState.EXPIRED)


@on(SlotBooked, BookingMoved, CheckedIn)
def wait_no_longer(event: SlotBooked | BookingMoved | CheckedIn) -> None:
    """Whoever has taken what they were offered, or has booked at a clinic they waited for, waits no longer."""
    live = WaitingEntry.state.in_((WaitingState.WAITING, WaitingState.OFFERED))
    entries = db.session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.person_id == event.person.id, live)
        .options(joinedload(WaitingEntry.places))
    ).unique()
    for entry in entries.all():
        if entry.booking_id == event.about.id:
            if (
                event.about.state is not BookingState.OFFERED
            ):  # an offer that moved with its clinic still stands
                _end(entry, WaitingState.ACCEPTED)
        elif (
            entry.state is WaitingState.WAITING
            and entry.lost_booking_id is None
            and event.clinic.id in {place.clinic_id for place in entry.places}
        ):
            _end(entry, WaitingState.WITHDRAWN)


# By the timetable


@jobs.handles("clinics.offer_places")
def offer_later(payload: dict[str, Any]) -> None:
    offer_places(db.session.get_one(Clinic, payload["clinic"]))


@jobs.handles("clinics.waiting")
def keep_waiting_lists(_payload: dict[str, Any]) -> None:
    """Let offers lapse, offer what is free, and tell those who waited in vain; late after downtime, but once."""
    for entry in _run_out():
        lapse(entry)
    for clinic in _with_somebody_waiting():
        offer_or_later(clinic)
    for entry in _in_vain():
        _end(entry, WaitingState.EXPIRED)
        announce(WaitingEnded(about=entry, person=entry.person))


def _run_out() -> Iterator[WaitingEntry]:
    yield from db.session.scalars(
        select(WaitingEntry)
        .join(WaitingEntry.booking)
        .join(Booking.slot)
        .join(Slot.clinic)
        .where(
            Booking.state == BookingState.OFFERED,
            Booking.offered_until <= clock.now(),
            Clinic.called_off_at.is_(None),
        )
        .order_by(Booking.offered_until, Booking.id)
        .limit(100)
    ).all()


def _with_somebody_waiting() -> Sequence[Clinic]:
    waited_for = (
        select(WaitingPlace.clinic_id)
        .join(WaitingPlace.entry)
        .where(WaitingEntry.state == WaitingState.WAITING)
    )
    return db.session.scalars(
        select(Clinic)
        .where(Clinic.id.in_(waited_for), Clinic.ends_at > clock.now(), Clinic.called_off_at.is_(None))
        .order_by(Clinic.id)
    ).all()


def _in_vain() -> Sequence[WaitingEntry]:
    still = select(WaitingPlace.entry_id).join(WaitingPlace.clinic).where(Clinic.ends_at > clock.now())
    return db.session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.state == WaitingState.WAITING, WaitingEntry.id.not_in(still))
        .limit(100)
    ).all()


scheduler.every("clinics.waiting", minutes=1)
