"""Offers under many hands: each free place is offered once, each offer answered once, and nobody is forgotten.

The controls take the comparison out of compare-and-set and show the race.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport import clock, jobs
from ictsupport.clinics.booking import SlotFull, book_slot
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.models import BookedTick, Booking, BookingState, Clinic
from ictsupport.clinics.waiting import replacing
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.models import CallingOff, WaitingEntry, WaitingState
from ictsupport.clinics.waiting.offering import OfferGone, accept, keep_waiting_lists, lapse
from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Person

from .crowd import PLACES, everybody, live, slot_number

SEATS = 2 * PLACES
"""Twelve places in the two slots of the crowd's clinic; the other twelve of the crowd wait."""


@pytest.fixture
def full_house(crowd_app: Flask) -> Flask:
    with crowd_app.app_context():
        people = councillors()
        for n, person in enumerate(people[:SEATS]):
            book_slot(slot_number(n // PLACES), person, by=person)
        clinic = db.session.scalars(sa.select(Clinic)).one()
        for person in people[SEATS:]:
            join([clinic], person, by=person)
        db.session.commit()
    return crowd_app


def councillors() -> list[Person]:
    found = sa.select(Person).where(Person.name.like("Cllr%")).order_by(Person.id)
    return list(db.session.scalars(found))


def both(app: Flask, *acts: Callable[[], object]) -> Counter[str]:
    """The acts at the same moment, each on a connection of its own; counts what became of them."""
    start, results = threading.Barrier(len(acts)), Counter()

    def one(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                answer = act()
                db.session.commit()
                results["nothing" if answer is False else "done"] += 1
            except Exception as error:
                db.session.rollback()
                results[type(error).__name__] += 1

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def sound(app: Flask) -> None:
    """No place is held twice, none beyond what there is, and nobody is in two places."""
    places = live(app)
    assert len(places) == len(set(places)) <= SEATS
    with app.app_context():
        held = sa.select(sa.func.count()).select_from(BookedTick).group_by(BookedTick.person_id)
        assert set(db.session.scalars(held)) <= {6}
        offered = sa.select(WaitingEntry.booking_id).where(WaitingEntry.state == WaitingState.OFFERED)
        open_offers = sa.select(Booking.id).where(Booking.state == BookingState.OFFERED)
        assert set(db.session.scalars(offered)) == set(db.session.scalars(open_offers))


def test_twelve_cancel_while_twelve_wait_and_press_book(full_house: Flask):
    """Every freed place is offered to somebody who waits; whoever presses Book past the list is refused."""

    def act(person: Person) -> None:
        mine = db.session.scalars(sa.select(Booking).where(Booking.person_id == person.id)).first()
        if mine is not None and mine.state is BookingState.CONFIRMED:
            cancel_booking(mine, by=person)
        else:
            book_slot(slot_number(0), person, by=person)

    results = everybody(full_house, act)
    assert set(results) <= {"done", SlotFull.__name__, "Overlapping", "Busy"}, results
    with full_house.app_context():
        jobs.run_all()
        keep_waiting_lists({})
        db.session.commit()
        states = Counter(db.session.scalars(sa.select(WaitingEntry.state)))
        assert states[WaitingState.WAITING] == 0, states
    sound(full_house)


@pytest.fixture
def offered(full_house: Flask) -> Flask:
    """One place has come free and is offered to the first in line."""
    with full_house.app_context():
        first = councillors()[0]
        mine = db.session.scalars(sa.select(Booking).where(Booking.person_id == first.id)).one()
        cancel_booking(mine, by=first)
        db.session.commit()
    return full_house


def the_offered() -> WaitingEntry:
    """The first who was offered something."""
    found = sa.select(WaitingEntry).where(WaitingEntry.booking_id.is_not(None)).order_by(WaitingEntry.id)
    return db.session.scalars(found.limit(1)).one()


def test_of_two_who_accept_at_once_one_does(offered: Flask):
    def take() -> None:
        entry = the_offered()
        accept(entry, by=entry.person)

    assert both(offered, take, take) == {"done": 1, OfferGone.__name__: 1}
    sound(offered)


def test_of_lapse_and_accept_exactly_one_wins(offered: Flask):
    """The sweep comes at the very moment the offer is answered, its clock a little ahead."""
    with offered.app_context():
        until = the_offered().booking.offered_until

    def take() -> None:
        entry = the_offered()
        accept(entry, by=entry.person)

    def run_out() -> bool:
        with clock.at(until):
            return lapse(the_offered())

    results = both(offered, take, run_out)
    assert results["done"] == 1, results
    assert sum(results.values()) == 2
    with offered.app_context():
        entry = the_offered()
        assert (entry.state, entry.booking.state) in (
            (WaitingState.ACCEPTED, BookingState.CONFIRMED),
            (WaitingState.EXPIRED, BookingState.CANCELLED),
        )
    sound(offered)


def test_control_without_the_comparison_both_believe_they_won(offered: Flask):
    """Look, then act in another transaction: the member is told "booked" and the next one is offered the place."""
    looked = threading.Barrier(2)

    def unguarded(state: BookingState, **values: object) -> Callable[[], None]:
        def act() -> None:
            booking = the_offered().booking
            key, still_open = booking.id, booking.state is BookingState.OFFERED
            db.session.rollback()
            looked.wait()
            if not still_open:
                raise OfferGone
            db.session.execute(
                sa.update(Booking).where(Booking.id == key).values(state=state, offered_until=None, **values)
            )

        return act

    taken = unguarded(BookingState.CONFIRMED, cancelled_at=None)
    lapsed = unguarded(BookingState.CANCELLED, cancelled_at=clock.now())
    assert both(offered, taken, lapsed) == {"done": 2}


def test_cancelling_against_an_offer_of_the_same_place(offered: Flask):
    """The one accepts and gives back at once, while another cancels too: two places, two different people."""

    def take_and_cancel() -> None:
        entry = the_offered()
        cancel_booking(accept(entry, by=entry.person), by=entry.person)

    def cancel_another() -> None:
        second = councillors()[1]
        mine = db.session.scalars(sa.select(Booking).where(Booking.person_id == second.id)).one()
        cancel_booking(mine, by=second)

    results = both(offered, take_and_cancel, cancel_another)
    assert set(results) <= {"done", "Busy"}, results
    with offered.app_context():
        jobs.run_all()
        keep_waiting_lists({})
        db.session.commit()
    assert len(live(offered)) == SEATS
    sound(offered)


def test_killed_in_the_middle_nothing_has_happened_and_it_is_done_again(
    full_house: Flask, monkeypatch: pytest.MonkeyPatch
):
    """A worker that dies while people are placed leaves no trace; the next one does all of it, once."""
    told, count = replacing.tell_of_calling_off, 0

    def die_at_the_third(*args: object, **more: object) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        told(*args, **more)

    with full_house.app_context():
        clinic = db.session.scalars(sa.select(Clinic)).one()
        call_off_clinic(clinic, reason="The roof leaks", by=clinic.hosts[0])
        due_at = db.session.scalars(sa.select(CallingOff.due_at)).one()
        db.session.commit()
        lost = sa.select(sa.func.count()).where(WaitingEntry.lost_booking_id.is_not(None))
        letters = sa.select(Outgoing.to_id).where(Outgoing.template == "clinics/called_off")
        monkeypatch.setattr(replacing, "tell_of_calling_off", die_at_the_third)
        with clock.at(due_at), pytest.raises(KeyboardInterrupt):
            jobs.run_all()
        db.session.rollback()
        assert (db.session.scalar(lost), list(db.session.scalars(letters))) == (0, [])
        db.session.rollback()
        monkeypatch.setattr(replacing, "tell_of_calling_off", told)
        with clock.at(due_at + timedelta(minutes=2)):
            jobs.run_all()
        assert db.session.scalar(lost) == SEATS
        assert sorted(db.session.scalars(letters)) == [person.id for person in councillors()[:SEATS]]
    assert live(full_house) == []
