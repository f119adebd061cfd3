"""When a clinic is called off everybody is placed anew in the order they booked, told once, and nobody is lost."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.booking import ClinicCalledOff, book_slot
from ictsupport.clinics.calling_off import (
    ToldAlready,
    call_off_clinic,
    calling_off_of,
    cancel_booking,
    undo_calling_off,
)
from ictsupport.clinics.day.going_home import in_the_queue
from ictsupport.clinics.day.queue import NotHeld, come_back, join_queue
from ictsupport.clinics.day.visitors import name_visitor
from ictsupport.clinics.models import BookingState
from ictsupport.clinics.waiting import replacing
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.models import CallToMake, WaitingEntry, WaitingState
from ictsupport.clinics.waiting.offering import accept, decline
from ictsupport.clinics.waiting.queries import told_of, turns_of
from ictsupport.clinics.waiting.replacing import place_everybody_anew, plan_replacing
from ictsupport.database import db
from ictsupport.mail import Outgoing

MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)
WHY = "The host is ill"


@pytest.fixture(autouse=True)
def monday(calendars):
    with clock.at(MONDAY):
        yield


@pytest.fixture
def crowd(make_person, council):
    return [make_person(f"Cllr Wait {n}", council, ward="Mill") for n in range(7)]


@pytest.fixture
def following(make_clinic):
    """The clinic a week later: two times, at 2pm and 2:20pm."""
    return make_clinic(day=date(2026, 11, 27), closes=time(14, 40))


@pytest.fixture
def booked(clinic, crowd):
    """The last slot was booked first."""
    return [
        book_slot(slot, person, by=person) for slot, person in zip(clinic.slots[::-1], crowd[:3], strict=True)
    ]


def carry_out(clinic):
    calling_off = calling_off_of(clinic)
    with clock.at(calling_off.due_at):
        place_everybody_anew({"calling_off": calling_off.id})


def entry_of(booking):
    return db.session.scalars(sa.select(WaitingEntry).where(WaitingEntry.lost_booking_id == booking.id)).one()


def letters(person):
    return db.session.scalars(
        sa.select(Outgoing).where(Outgoing.to_id == person.id, Outgoing.template == "clinics/called_off")
    ).all()


def test_everybody_is_placed_in_the_order_they_booked(clinic, following, booked, host, crowd):
    call_off_clinic(clinic, reason=WHY, by=host)
    assert [booking.state for booking in booked] == [BookingState.CONFIRMED] * 3
    carry_out(clinic)
    assert [booking.state for booking in booked] == [BookingState.CANCELLED] * 3
    first, second, third = (entry_of(booking) for booking in booked)
    assert first.booking.slot.starts_at == following.slots[1].starts_at  # nearest to the 2:40pm they had
    assert second.booking.slot.starts_at == following.slots[0].starts_at
    assert (third.state, third.booking) == (WaitingState.WAITING, None)
    assert turns_of([third])[third.id][0].number == 1


def test_one_letter_each_takes_it_out_of_the_calendar_and_names_what_is_kept(
    clinic, following, booked, host, crowd
):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing))
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    written = db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id).offset(before)).all()
    assert sorted(each.to_id for each in written) == sorted(person.id for person in crowd[:3])
    assert {each.calendar_method for each in written} == {"CANCEL"}
    assert all("SEQUENCE:1" in each.calendar and WHY in each.text for each in written)
    assert "We keep another time for you" in written[0].text
    assert "/clinics/offers/" in written[0].text
    assert all("/clinics\nOr ring us on 01257" in each.text for each in written)
    assert "You are 1st on its waiting list" in written[2].text


def test_pressing_twice_and_running_twice_is_once(clinic, following, booked, host, crowd):
    assert call_off_clinic(clinic, reason=WHY, by=host) is call_off_clinic(clinic, reason="Again", by=host)
    carry_out(clinic)
    carry_out(clinic)
    assert [len(letters(person)) for person in crowd[:3]] == [1, 1, 1]
    assert clinic.called_off_reason == WHY


def test_it_can_be_undone_until_the_letters_leave(clinic, following, booked, host, crowd):
    calling_off = call_off_clinic(clinic, reason=WHY, by=host)
    key = calling_off.id
    with pytest.raises(ClinicCalledOff):
        book_slot(clinic.slots[0], crowd[5], by=host)
    undo_calling_off(clinic, by=host)
    undo_calling_off(clinic, by=host)
    with clock.at(MONDAY + timedelta(hours=1)):
        place_everybody_anew({"calling_off": key})
    assert [booking.state for booking in booked] == [BookingState.CONFIRMED] * 3
    assert letters(crowd[0]) == []
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    with pytest.raises(ToldAlready):
        undo_calling_off(clinic, by=host)


def test_those_who_lost_a_time_come_before_those_who_waited(clinic, make_clinic, booked, host, crowd):
    following = make_clinic(day=date(2026, 11, 27), closes=time(14, 20))
    taken = book_slot(following.slots[0], crowd[6], by=crowd[6])
    there = join([following], crowd[4], by=crowd[4])
    here = join([clinic], crowd[5], by=crowd[5])
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    lost = [entry_of(booking) for booking in booked]
    order = [*lost, there, here]
    assert [turns_of([entry])[entry.id][0].number for entry in order] == [1, 2, 3, 4, 5]
    letter = db.session.scalars(
        sa.select(Outgoing).where(Outgoing.to_id == crowd[5].id).order_by(Outgoing.id.desc())
    )
    assert "You are 5th in line for Friday 27 November 2026" in letter.first().text
    cancel_booking(taken, by=crowd[6])
    assert lost[0].state is WaitingState.OFFERED


def test_an_offer_after_calling_off_is_taken_or_passed_on(clinic, following, booked, host, crowd):
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    first, second, third = (entry_of(booking) for booking in booked)
    assert accept(first, by=crowd[0]).state is BookingState.CONFIRMED
    decline(second, by=crowd[1])
    assert third.booking.slot_id == following.slots[0].id


def test_an_offer_at_a_clinic_that_is_called_off_moves_on_too(
    clinic, following, make_clinic, booked, host, crowd
):
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    make_clinic(day=date(2026, 12, 4))
    call_off_clinic(following, reason="The roof leaks", by=host)
    carry_out(following)
    waiting = db.session.scalars(sa.select(WaitingEntry).where(WaitingEntry.ended_at.is_(None))).all()
    assert {entry.person_id for entry in waiting} == {person.id for person in crowd[:3]}
    assert {entry.state for entry in waiting} == {WaitingState.OFFERED}


def test_whom_to_ring(clinic, booked, host, crowd):
    crowd[0].email = None
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    assert {call.booking_id: call.why for call in db.session.scalars(sa.select(CallToMake))} == {
        booked[0].id: replacing.NO_ADDRESS,
        booked[1].id: replacing.NOTHING_TO_OFFER,
        booked[2].id: replacing.NOTHING_TO_OFFER,
    }
    assert "we will ring you" in letters(crowd[1])[0].text


def test_whoever_is_in_the_queue_is_told_and_waits_no_longer(
    clinic, following, booked, make_clinic, host, crowd, browser
):
    later = make_clinic(day=date(2026, 12, 4))
    with clock.at(clinic.starts_at + timedelta(minutes=5)):
        waiting = join_queue(clinic, crowd[5], by=host)
        join_queue(clinic, name_visitor(clinic, "Jo Marsden", by=host), by=host)
        page = browser(host).get(f"/clinics/{clinic.id}/calling-off").text
        assert f"2 people are in the drop-in queue: {crowd[5].name}, Jo Marsden" in page
        assert "so tell them yourself: Jo Marsden" in page
        call_off_clinic(clinic, reason=WHY, by=host)
        carry_out(clinic)
        assert in_the_queue(clinic) == []
        with pytest.raises(NotHeld):
            come_back(waiting, by=host)
    letter = db.session.scalars(sa.select(Outgoing).where(Outgoing.to_id == crowd[5].id)).one()
    assert WHY in letter.text
    assert "The next free time is on 4 December 2026 at 2pm" in letter.text
    assert f"/clinics/slots/{later.slots[0].id}/booking" in letter.text


def test_a_letter_that_fails_is_a_call_to_make(clinic, following, booked, host, crowd):
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    letters(crowd[1])[0].error = "550 no such mailbox"
    assert [told.booking.person_id for told in told_of(clinic) if told.why_call] == [crowd[1].id]


def test_the_preview_says_what_will_happen_and_changes_nothing(
    clinic, following, booked, host, count_queries
):
    plan_replacing(clinic)
    with count_queries() as queries:
        plans = plan_replacing(clinic)
    assert len(queries) <= 8
    assert not any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in queries)
    call_off_clinic(clinic, reason=WHY, by=host)
    carry_out(clinic)
    for plan in plans:
        placed = entry_of(plan.booking)
        assert (placed.booking.slot if placed.booking else None) is plan.slot


def test_the_preview_costs_the_same_for_few_and_many(make_clinic, make_person, council, count_queries):
    counts = []
    for people, day in ((1, 20), (25, 23)):
        clinic = make_clinic(day=date(2026, 11, day), opens=time(9), places=25, closes=time(9, 20))
        make_clinic(day=date(2026, 12, 1 if people == 1 else 2), places=30, closes=time(14, 20))
        for n in range(people):
            person = make_person(f"Cllr Many {people} {n}", council, ward="Mill")
            book_slot(clinic.slots[0], person, by=person)
        db.session.flush()
        plan_replacing(clinic)
        db.session.expire_all()
        with count_queries() as queries:
            assert len(plan_replacing(clinic)) == people
        counts.append(len(queries))
    assert counts[0] == counts[1]
