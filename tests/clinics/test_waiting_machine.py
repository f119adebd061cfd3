"""Whatever people do in whatever order: places never exceed what there is, nobody is in two, nobody is lost."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ictsupport import clock
from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.calling_off import call_off_clinic, calling_off_of, cancel_booking
from ictsupport.clinics.models import BookedTick, Booking, BookingState, Clinic, SlotPlace
from ictsupport.clinics.waiting.joining import join, withdraw
from ictsupport.clinics.waiting.models import WaitingEntry, WaitingState
from ictsupport.clinics.waiting.offer_clock import offered_until
from ictsupport.clinics.waiting.offering import accept, decline, free_slots, keep_waiting_lists
from ictsupport.clinics.waiting.replacing import place_everybody_anew
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.people.models import Person

PEOPLE, CLINICS = 5, 3
MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)
who, which = st.integers(0, PEOPLE - 1), st.integers(0, 20)


class Clinics(RuleBasedStateMachine):
    """Three small clinics, five members, and everything they and the clock can do."""

    clinics: list[Clinic]
    people: list[Person]
    host: Person

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = db.session.begin_nested()
        self.now, self.called_off = MONDAY, 0

    def teardown(self) -> None:
        self.savepoint.rollback()
        db.session.expire_all()

    def attempt(self, act: Callable[[], object]) -> None:
        """Refusals are answers too."""
        with clock.at(self.now):
            try:
                with db.session.begin_nested():
                    act()
            except Refusal:
                db.session.expire_all()
            db.session.flush()

    def one_of(self, statement: sa.Select[Any], n: int) -> Any:
        rows = db.session.scalars(statement).all()
        return rows[n % len(rows)] if rows else None

    def slot(self, n: int) -> Any:
        slots = [slot for clinic in self.clinics for slot in clinic.slots]
        return slots[n % len(slots)]

    @rule(person=who, n=which)
    def book(self, person: int, n: int) -> None:
        self.attempt(lambda: book_slot(self.slot(n), self.people[person], by=self.people[person]))

    @rule(n=which)
    def cancel(self, n: int) -> None:
        booking = self.one_of(sa.select(Booking).where(Booking.state != BookingState.CANCELLED), n)
        if booking:
            self.attempt(lambda: cancel_booking(booking, by=booking.person))

    @rule(n=which, to=which)
    def move(self, n: int, to: int) -> None:
        booking = self.one_of(sa.select(Booking).where(Booking.state != BookingState.CANCELLED), n)
        if booking:
            self.attempt(lambda: move_booking(booking, self.slot(to), by=booking.person))

    @rule(person=who, chosen=st.sets(st.integers(0, CLINICS - 1), min_size=1, max_size=2))
    def wait(self, person: int, chosen: set[int]) -> None:
        self.attempt(
            lambda: join([self.clinics[n] for n in chosen], self.people[person], by=self.people[person])
        )

    @rule(n=which, answer=st.sampled_from([accept, decline, withdraw]))
    def answer(self, n: int, answer: Callable[..., object]) -> None:
        entry = self.one_of(sa.select(WaitingEntry).where(WaitingEntry.ended_at.is_(None)), n)
        if entry:
            self.attempt(lambda: answer(entry, by=entry.person))

    @rule(hours=st.integers(1, 8))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.attempt(lambda: keep_waiting_lists({}))

    @rule(n=st.integers(0, CLINICS - 1))
    def call_off(self, n: int) -> None:
        clinic = self.clinics[n]
        if clinic.is_called_off:
            return
        here = sa.select(Booking.id).where(
            Booking.slot_id.in_([slot.id for slot in clinic.slots]),
            Booking.state.in_((BookingState.OFFERED, BookingState.CONFIRMED)),
        )
        self.attempt(lambda: call_off_clinic(clinic, reason="The host is ill", by=self.host))
        if not clinic.is_called_off:
            return
        calling_off = calling_off_of(clinic)
        assert calling_off is not None
        lost = set(db.session.scalars(here))
        self.now = max(self.now, calling_off.due_at)
        self.attempt(lambda: place_everybody_anew({"calling_off": calling_off.id}))
        placed = set(db.session.scalars(sa.select(WaitingEntry.lost_booking_id)))
        assert lost <= placed, "somebody who had booked is nowhere"
        assert not db.session.scalars(here).all()

    @invariant()
    def places_are_never_exceeded(self) -> None:
        live = db.session.execute(
            sa.select(Booking.slot_id, Booking.place).where(Booking.state != BookingState.CANCELLED)
        ).all()
        assert len(live) == len(set(live))
        room = Counter(db.session.scalars(sa.select(SlotPlace.slot_id)))
        taken = Counter(slot for slot, _place in live)
        assert all(taken[slot] <= room[slot] for slot in taken)

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        live = db.session.scalars(sa.select(Booking).where(Booking.state != BookingState.CANCELLED)).all()
        ticks = [(booking.person_id, tick) for booking in live for tick in booking.slot.ticks]
        assert len(ticks) == len(set(ticks))
        kept = db.session.execute(sa.select(BookedTick.person_id, BookedTick.tick)).all()
        assert sorted(ticks) == sorted(tuple(row) for row in kept)

    @invariant()
    def offers_and_entries_agree(self) -> None:
        offered = sa.select(WaitingEntry.booking_id).where(WaitingEntry.state == WaitingState.OFFERED)
        held = sa.select(Booking.id).where(Booking.state == BookingState.OFFERED)
        assert sorted(db.session.scalars(offered)) == sorted(db.session.scalars(held))

    @invariant()
    def nobody_waits_for_a_place_that_is_free(self) -> None:
        with clock.at(self.now):
            for entry in db.session.scalars(
                sa.select(WaitingEntry).where(WaitingEntry.state == WaitingState.WAITING)
            ):
                busy = sa.select(BookedTick.tick).where(BookedTick.person_id == entry.person_id)
                elsewhere = set(db.session.scalars(busy))
                for place in entry.places:
                    clinic = db.session.get_one(Clinic, place.clinic_id)
                    free = [] if clinic.is_called_off else free_slots(clinic)
                    could = [slot for slot in free if not elsewhere & set(slot.ticks)]
                    assert not [slot for slot in could if offered_until(slot, clinic)], "left waiting"


def test_whatever_happens(make_clinic, make_person, council, host, calendars):
    with clock.at(MONDAY):
        Clinics.clinics = [
            make_clinic(closes=time(14, 40)),
            make_clinic(day=date(2026, 11, 23), closes=time(14, 20), places=2),
            make_clinic(day=date(2026, 11, 27), closes=time(14, 40)),
        ]
    Clinics.people = [make_person(f"Cllr Wait {n}", council, ward="Mill") for n in range(PEOPLE)]
    Clinics.host = host
    db.session.flush()
    run_state_machine_as_test(
        Clinics,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
