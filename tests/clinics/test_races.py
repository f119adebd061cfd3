"""Many press the button in the same second: each place is given once, and the others are told so in words.

The control shows that these tests can see the race at all: the same crowd,
with every guard taken away, overbooks.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport import clock
from ictsupport.clinics.booking import Overlapping, SlotFull, book_slot, move_booking
from ictsupport.clinics.calling_off import NothingToCancel, call_off_clinic, cancel_booking
from ictsupport.clinics.models import BookedTick, Booking, BookingState, Clinic, Slot, SlotPlace
from ictsupport.clinics.planning import Plan, plan_clinic
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.people.models import Council, Grant, Person, Role, Site, Term
from ictsupport.people.scopes import scoped_to

CROWD, PLACES = 24, 6


@pytest.fixture
def crowd_app(real_app: Flask) -> Flask:
    """A database with a clinic of two slots of six places each next week, and 24 members who want one."""
    with real_app.app_context():
        council = Council(name="Northbrook Borough Council", short_name="Northbrook", slug="northbrook")
        site = Site(council=council, name="Town Hall")
        host = Person(name="Harriet Stone", sort_name="Stone Harriet", email="host@northbrook.example")
        host.grants.append(Grant(role=Role.CLINIC_HOST, **scoped_to(None)))
        members = [
            Person(name=f"Cllr {n}", sort_name=f"{n:02}", email=f"cllr{n}@northbrook.example")
            for n in range(CROWD)
        ]
        for member in members:
            member.terms.append(Term(council=council, ward="Mill", starts_on=date(2020, 1, 1)))
        db.session.add_all([council, site, host, *members])
        db.session.flush()
        plan_clinic(
            Plan(
                site=site,
                room="",
                day=clock.today(ZoneInfo("Europe/London")) + timedelta(days=7),
                opens=time(14),
                closes=time(15),
                slot_minutes=30,
                places=PLACES,
                hosts=[host],
            ),
            by=host,
        )
        db.session.commit()
    return real_app


def everybody(app: Flask, act: Callable[[Person], object]) -> Counter[str]:
    """Let everybody act at the same moment, each on a connection of their own; counts what became of it."""
    with app.app_context():
        people = sa.select(Person.id).where(Person.name.like("Cllr%")).order_by(Person.id)
        ids = list(db.session.scalars(people))
        db.session.rollback()
    start, results = threading.Barrier(len(ids)), Counter()

    def one(person_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                act(db.session.get_one(Person, person_id))
                db.session.commit()
                results["done"] += 1
            except Refusal as refusal:
                db.session.rollback()
                assert "{" not in str(refusal)  # noqa: PT017
                results[type(refusal).__name__] += 1
            except Exception as error:
                db.session.rollback()
                results[f"{type(error).__name__}: {error}"] += 1

    threads = [threading.Thread(target=one, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def slot_number(n: int) -> Slot:
    return db.session.scalars(sa.select(Slot).order_by(Slot.starts_at)).all()[n]


def live(app: Flask) -> list[tuple[int, int]]:
    """(slot, place) of every live booking."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(Booking.slot_id, Booking.place).where(Booking.state != BookingState.CANCELLED)
        )
        return [tuple(row) for row in rows]


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
