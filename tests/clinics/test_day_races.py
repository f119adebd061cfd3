"""Two hands on one booking or one place at the same moment: exactly one wins, and is told so.

Each race stands beside its control: the same hands with the guard taken away
do both believe that they won, so these tests can see the race at all.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from ictsupport import clock
from ictsupport.clinics.attending import BookingCancelledAlready, check_in
from ictsupport.clinics.booking import SlotFull, book_slot, move_booking
from ictsupport.clinics.calling_off import NothingToCancel, cancel_booking
from ictsupport.clinics.day.models import DropIn
from ictsupport.clinics.day.queue import NobodyWaits, call_next, join_queue
from ictsupport.clinics.models import BookedTick, Booking, BookingState, Clinic, SlotPlace
from ictsupport.database import db
from ictsupport.people.models import Person

from .crowd import CROWD, PLACES, everybody, live, slot_number
from .test_waiting_races import both, councillors

HALF = CROWD // 2


def the_host() -> Person:
    return db.session.scalars(sa.select(Person).where(Person.name == "Harriet Stone")).one()


def booked(app: Flask, people: int, slots: int = 2) -> None:
    """So many of the crowd have booked, the slots in turn."""
    with app.app_context():
        for n, person in enumerate(councillors()[:people]):
            book_slot(slot_number(n % slots), person, by=person)
        db.session.commit()


def on_the_day(act: Callable[[Person], object]) -> Callable[[Person], object]:
    """Each in their own thread at half past one on the day of the clinic."""

    def acting(person: Person) -> object:
        begins = db.session.scalars(sa.select(Clinic.starts_at)).one()
        db.session.rollback()
        with clock.at(begins):
            return act(db.session.get_one(Person, person.id))

    return acting


def test_check_in_against_cancel_one_of_the_two_stands(crowd_app: Flask):
    """Twelve cancel while a host checks the same twelve in."""
    booked(crowd_app, HALF)

    def act(person: Person) -> None:
        number = int(person.name.removeprefix("Cllr "))
        bookings = db.session.scalars(sa.select(Booking).order_by(Booking.id)).all()
        if number < HALF:
            cancel_booking(bookings[number], by=the_host())
        else:
            check_in(bookings[number - HALF], by=the_host())

    results = everybody(crowd_app, on_the_day(act))
    assert results["done"] == HALF, results
    assert set(results) <= {"done", NothingToCancel.__name__, BookingCancelledAlready.__name__}, results
    with crowd_app.app_context():
        rows = db.session.scalars(sa.select(Booking)).all()
        held = set(db.session.scalars(sa.select(BookedTick.booking_id)))
        assert {row.state for row in rows} <= {BookingState.CHECKED_IN, BookingState.CANCELLED}
        for row in rows:
            here = row.state is BookingState.CHECKED_IN
            assert (row.checked_in_at is not None, row.cancelled_at is None, row.id in held) == (here,) * 3


def test_control_without_the_lock_both_check_in_and_cancel_are_told_yes(crowd_app: Flask):
    booked(crowd_app, 1)
    looked = threading.Barrier(2)

    def unguarded(state: BookingState, **values: Any) -> Callable[[], object]:
        def act() -> None:
            booking = db.session.scalars(sa.select(Booking)).one()
            key, coming = booking.id, booking.state.is_coming
            db.session.rollback()
            looked.wait()
            assert coming
            db.session.execute(sa.update(Booking).where(Booking.id == key).values(state=state, **values))

        return act

    here = unguarded(BookingState.CHECKED_IN, cancelled_at=None)
    gone = unguarded(BookingState.CANCELLED, cancelled_at=clock.now())
    assert both(crowd_app, here, gone) == {"done": 2}


def one_place_left(app: Flask) -> None:
    """Six sit in the first slot, five in the second: one place is left there."""
    booked(app, 2 * PLACES - 1)


def mine(person: Person) -> Booking | None:
    return db.session.scalars(sa.select(Booking).where(Booking.person_id == person.id)).first()


def test_six_move_to_one_place_and_one_gets_it(crowd_app: Flask):
    one_place_left(crowd_app)

    def act(person: Person) -> None:
        booking = mine(person)
        if booking is None or booking.slot_id == slot_number(1).id:
            raise NobodyWaits
        move_booking(booking, slot_number(1), by=person)

    results = everybody(crowd_app, act)
    assert results == {"done": 1, SlotFull.__name__: PLACES - 1, NobodyWaits.__name__: CROWD - PLACES}
    assert len(set(live(crowd_app))) == 2 * PLACES - 1


def test_control_without_the_guards_all_six_move_to_the_one_place(crowd_app: Flask):
    one_place_left(crowd_app)
    with crowd_app.app_context():
        db.session.execute(sa.text("DROP INDEX uq_booking_place"))
        db.session.commit()
    looked = threading.Barrier(PLACES)

    def act(person: Person) -> None:
        booking, there = mine(person), slot_number(1).id
        if booking is None or booking.slot_id == there:
            raise NobodyWaits
        key, free = booking.id, free_numbers(there)
        db.session.rollback()
        looked.wait()
        db.session.execute(sa.update(Booking).where(Booking.id == key).values(slot_id=there, place=min(free)))

    results = everybody(crowd_app, act)
    assert results["done"] == PLACES
    assert Counter(live(crowd_app)).most_common(1)[0][1] == PLACES


def free_numbers(slot_id: int) -> set[int]:
    held = sa.select(Booking.place).where(Booking.slot_id == slot_id, Booking.state != BookingState.CANCELLED)
    numbers = sa.select(SlotPlace.number).where(SlotPlace.slot_id == slot_id)
    return set(db.session.scalars(numbers)) - set(db.session.scalars(held))


def test_control_without_the_guards_a_freed_place_is_offered_and_booked(crowd_app: Flask):
    """What cancelling with a waiting list must not do: hold the place for one and give it to another."""
    one_place_left(crowd_app)
    with crowd_app.app_context():
        db.session.execute(sa.text("DROP INDEX uq_booking_place"))
        waiting, passing = (person.id for person in councillors()[-2:])
        db.session.commit()
    looked = threading.Barrier(2)

    def take(person_id: int, **values: Any) -> Callable[[], object]:
        def act() -> None:
            there = slot_number(1).id
            free = free_numbers(there)
            db.session.rollback()
            looked.wait()
            row = Booking(slot_id=there, place=min(free), person_id=person_id, booked_by_id=person_id)
            row.uid = f"{person_id}"
            for name, value in values.items():
                setattr(row, name, value)
            db.session.add(row)

        return act

    offered = take(waiting, state=BookingState.OFFERED, offered_until=clock.now())
    assert both(crowd_app, offered, take(passing)) == {"done": 2}
    assert Counter(live(crowd_app)).most_common(1)[0][1] == 2


def test_hosts_who_call_next_at_once_call_different_people(crowd_app: Flask):
    """Twelve wait; the whole crowd presses at once: each is called once, and the rest hear that nobody waits."""
    with crowd_app.app_context():
        clinic = db.session.scalars(sa.select(Clinic)).one()
        with clock.at(clinic.starts_at):
            for person in councillors()[:HALF]:
                join_queue(clinic, person, by=the_host())
        db.session.commit()

    def act(_person: Person) -> None:
        call_next(db.session.scalars(sa.select(Clinic)).one(), by=the_host())

    results = everybody(crowd_app, on_the_day(act))
    assert set(results) <= {"done", NobodyWaits.__name__, "Busy"}, results
    with crowd_app.app_context():
        called = db.session.scalars(sa.select(DropIn.booking_id).where(DropIn.called_at.is_not(None))).all()
        assert len(set(called)) == len(called) == results["done"]
    places = live(crowd_app)
    assert len(places) == len(set(places)) == results["done"] > 0
