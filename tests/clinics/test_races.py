"""Many press the button in the same second: each place is given once, and the others are told so in words.

The control shows that these tests can see the race at all: the same crowd,
with every guard taken away, overbooks.
"""

import threading
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from ictsupport import clock, jobs
from ictsupport.clinics.booking import NobodyThere, Overlapping, SlotFull, book_slot, move_booking
from ictsupport.clinics.calling_off import NothingToCancel, call_off_clinic, cancel_booking
from ictsupport.clinics.models import BookedTick, Booking, BookingState, Clinic, SlotPlace
from ictsupport.database import db, dialect_name
from ictsupport.people.models import Grant, Person, Role
from ictsupport.people.rota.absences import enter_absence
from ictsupport.people.rota.models import AbsenceKind
from ictsupport.people.scopes import scoped_to

from .crowd import CROWD, PLACES, everybody, live, slot_number


def test_24_press_at_once_for_6_places(crowd_app: Flask):
    results = everybody(crowd_app, lambda person: book_slot(slot_number(0), person, by=person))
    assert results == {"done": PLACES, SlotFull.__name__: CROWD - PLACES}
    assert sorted(place for _slot, place in live(crowd_app)) == [1, 2, 3, 4, 5, 6]


def test_control_without_the_guards_the_same_crowd_overbooks(crowd_app: Flask):
    """No lock, no index, and the check in a transaction before: what the guards are for."""
    with crowd_app.app_context():
        db.session.execute(sa.text("DROP INDEX uq_booking_place"))
        db.session.commit()
    checked = threading.Barrier(CROWD)

    def book_unguarded(person: Person) -> None:
        slot = slot_number(0)
        held = sa.select(Booking.place).where(Booking.slot_id == slot.id)
        numbers = db.session.scalars(sa.select(SlotPlace.number).where(SlotPlace.slot_id == slot.id))
        free = set(numbers) - set(db.session.scalars(held))
        db.session.rollback()
        checked.wait()
        if not free:
            raise SlotFull
        db.session.add(
            Booking(
                slot_id=slot.id,
                place=min(free),
                person_id=person.id,
                booked_by_id=person.id,
                uid=f"{person.id}",
            )
        )

    results = everybody(crowd_app, book_unguarded)
    assert results == {"done": CROWD}
    assert len(live(crowd_app)) == CROWD > PLACES


def test_control_the_index_alone_stops_a_caller_who_comes_past_the_lock(crowd_app: Flask):
    checked = threading.Barrier(CROWD)

    def book_without_lock(person: Person) -> None:
        slot_id = slot_number(0).id
        db.session.rollback()
        checked.wait()
        db.session.add(
            Booking(slot_id=slot_id, place=1, person_id=person.id, booked_by_id=person.id, uid=f"{person.id}")
        )
        try:
            db.session.flush()
        except sa.exc.IntegrityError as error:
            raise SlotFull from error

    assert everybody(crowd_app, book_without_lock) == {"done": 1, SlotFull.__name__: CROWD - 1}


def test_one_person_on_24_devices_gets_one_booking(crowd_app: Flask):
    with crowd_app.app_context():
        only = db.session.scalars(sa.select(Person.id).where(Person.name == "Cllr 0")).one()

    def book(_person: Person) -> None:
        me = db.session.get_one(Person, only)
        book_slot(slot_number(0), me, by=me)

    assert everybody(crowd_app, book) == {"done": 1, Overlapping.__name__: CROWD - 1}


def test_moves_against_moves_lose_and_double_nothing(crowd_app: Flask):
    """Six sit in each slot; all twelve try to move to the other one while twelve more try to book."""
    with crowd_app.app_context():
        people = db.session.scalars(
            sa.select(Person).where(Person.name.like("Cllr%")).order_by(Person.id)
        ).all()
        for n, person in enumerate(people[: 2 * PLACES]):
            book_slot(slot_number(n % 2), person, by=person)
        cancel_booking(db.session.scalars(sa.select(Booking).order_by(Booking.id)).first(), by=people[0])
        db.session.commit()

    def move_or_book(person: Person) -> None:
        mine = db.session.scalars(
            sa.select(Booking).where(Booking.person_id == person.id, Booking.state == BookingState.CONFIRMED)
        ).first()
        first, second = slot_number(0), slot_number(1)
        if mine is None:
            book_slot(first, person, by=person)
        else:
            move_booking(mine, second if mine.slot_id == first.id else first, by=person)

    results = everybody(crowd_app, move_or_book)
    assert set(results) <= {"done", SlotFull.__name__, "Busy"}, results
    places = live(crowd_app)
    assert len(places) == len(set(places))
    assert 2 * PLACES - 1 <= len(places) <= 2 * PLACES
    with crowd_app.app_context():
        per_person = sa.select(sa.func.count()).select_from(BookedTick).group_by(BookedTick.person_id)
        assert set(db.session.scalars(per_person)) == {6}


def test_calling_off_against_booking_leaves_no_live_booking(crowd_app: Flask):
    def act(person: Person) -> None:
        if person.name == "Cllr 12":
            clinic = db.session.scalars(sa.select(Clinic)).one()
            host = db.session.scalars(sa.select(Person).where(Person.name == "Harriet Stone")).one()
            call_off_clinic(clinic, reason="The roof leaks", by=host)
        else:
            book_slot(slot_number(1), person, by=person)

    results = everybody(crowd_app, act)
    assert set(results) <= {"done", SlotFull.__name__, "ClinicCalledOff", "Busy"}, results
    with crowd_app.app_context(), clock.at(clock.now() + timedelta(minutes=6)):
        jobs.run_all()
    assert live(crowd_app) == []


def test_cancelling_twice_at_once_cancels_once(crowd_app: Flask):
    with crowd_app.app_context():
        person = db.session.scalars(sa.select(Person).where(Person.name == "Cllr 0")).one()
        book_slot(slot_number(0), person, by=person)
        db.session.commit()

    def cancel(_person: Person) -> None:
        booking = db.session.scalars(sa.select(Booking)).one()
        cancel_booking(booking, by=booking.person)

    results = everybody(crowd_app, cancel)
    assert results["done"] == 1, results
    assert set(results) == {"done", NothingToCancel.__name__}
    with crowd_app.app_context():
        assert db.session.scalars(sa.select(Booking.sequence)).one() == 1


def test_whoever_books_while_it_closes_waits_and_is_told(crowd_app: Flask):
    """The clinic's row decides: closing holds it, and whoever books then reads afresh that it is closed."""
    seen, closing, results = threading.Event(), threading.Event(), list[str]()
    with crowd_app.app_context():
        clinic = slot_number(0).clinic
        starts, ends, member = clinic.starts_at, clinic.ends_at, db.session.scalars(
            sa.select(Person.id).where(Person.name == "Cllr 0")
        ).one()  # fmt: skip
        db.session.rollback()

    def book() -> None:
        with crowd_app.app_context():
            person, slot = db.session.get_one(Person, member), slot_number(0)
            assert not slot.clinic.unhosted
            if dialect_name() == "sqlite":
                db.session.rollback()  # its writers come one at a time, with nothing read before
            seen.set()
            closing.wait(30)
            try:
                book_slot(slot, person, by=person)
                results.append("booked")
            except NobodyThere:
                results.append("told")
            db.session.rollback()

    thread = threading.Thread(target=book)
    thread.start()
    assert seen.wait(30)
    with crowd_app.app_context():
        host = db.session.scalars(sa.select(Person).where(Person.name == "Harriet Stone")).one()
        host.grants.append(Grant(role=Role.AGENT, **scoped_to(None)))
        db.session.flush()
        enter_absence(host, starts, ends, AbsenceKind.LEAVE, by=host)
        closing.set()
        thread.join(0.3)
        assert not results
        db.session.commit()
        thread.join(30)
        assert results == ["told"]
        assert not db.session.scalar(sa.select(sa.func.count(Booking.id)))
