"""Without a booking: people wait in the order they came, are called, or leave; with or without an account."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.attending import NotToday, record_outcome
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import call_off_clinic
from ictsupport.clinics.day.models import DropIn, Visitor
from ictsupport.clinics.day.queries import queue_at
from ictsupport.clinics.day.queue import (
    CalledAlready,
    NobodyWaits,
    NotHeld,
    WentAway,
    call,
    call_next,
    come_back,
    join_queue,
    leave_queue,
)
from ictsupport.clinics.day.visitors import TheirOwnPlace, TiedAlready, is_stranger, name_visitor, tie_visitor
from ictsupport.clinics.models import Booking, BookingState, Outcome, SlotPlace
from ictsupport.database import db
from ictsupport.journal.queries import entries_about


@pytest.fixture
def on_the_day(clinic):
    with clock.at(clinic.starts_at + timedelta(minutes=5)):
        yield


def later(minutes):
    return clock.at(clock.now() + timedelta(minutes=minutes))


def test_they_are_called_in_the_order_they_came(clinic, host, member, rival, ipad, on_the_day):
    first = join_queue(clinic, rival, by=host, details="Locked out")
    with later(1):
        second = join_queue(clinic, member, by=host)
        assert join_queue(clinic, member, by=host) is second
    called = call_next(clinic, by=host)
    assert (called.person, called.details, called.walked_in) == (rival, "Locked out", True)
    assert called.state is BookingState.CHECKED_IN
    assert called.slot is clinic.slots[0]
    assert call(first, by=host) is called
    with_ipad = call_next(clinic, by=host)
    assert (with_ipad.person, with_ipad.device) == (member, ipad)
    with pytest.raises(NobodyWaits):
        call_next(clinic, by=host)
    with pytest.raises(CalledAlready):
        leave_queue(first, by=host)
    assert [entry.kind for entry in entries_about(first)] == ["clinics.DropInCame", "clinics.DropInCalled"]


def test_where_every_place_is_held_one_more_is_made_and_later_times_stay_free(
    clinic, host, member, rival, make_person, council, on_the_day
):
    book_slot(clinic.slots[0], member, by=host)
    join_queue(clinic, rival, by=host)
    called = call_next(clinic, by=host)
    assert (called.slot, called.place) == (clinic.slots[0], 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SlotPlace)) == 4
    late = make_person("Cllr Una Late", council, ward="Park")
    with clock.at(clinic.ends_at + timedelta(minutes=10)):
        join_queue(clinic, late, by=host)
        assert call_next(clinic, by=host).slot is clinic.slots[2]


def test_who_has_booked_is_checked_in_on_that_and_does_not_wait(clinic, host, member, on_the_day):
    booking = book_slot(clinic.slots[2], member, by=host)
    assert join_queue(clinic, member, by=host) is booking
    assert booking.state is BookingState.CHECKED_IN
    assert db.session.scalars(sa.select(DropIn)).all() == []


def test_who_leaves_is_not_called_and_who_comes_back_keeps_their_turn(
    clinic, host, member, rival, on_the_day
):
    first = join_queue(clinic, rival, by=host)
    with later(1):
        join_queue(clinic, member, by=host)
    leave_queue(first, by=host)
    leave_queue(first, by=host)
    with pytest.raises(WentAway, match="Robin Vale"):
        call(first, by=host)
    assert [turn.drop_in.person for turn in queue_at(clinic, []).turns] == [member]
    come_back(first, by=host)
    assert call_next(clinic, by=host).person is rival


def test_the_expected_time_follows_from_the_free_times_and_says_so(clinic, host, member, rival, on_the_day):
    for person in (member, rival):
        join_queue(clinic, person, by=host)
    slots = list(clinic.slots)
    first, second = queue_at(clinic, slots).turns
    assert (first.minutes, first.why) == (0, "Nobody is ahead; free: now")
    assert (second.minutes, second.why) == (15, "1 person is ahead; free: now and 2:20pm")
    nobody = queue_at(clinic, slots[:1]).turns[1]
    assert (nobody.minutes, nobody.why) == (
        None,
        "1 person is ahead, and no time is free for them any more today",
    )


def test_nobody_queues_on_another_day_or_at_a_clinic_that_is_called_off(clinic, host, member):
    with pytest.raises(NotToday):
        join_queue(clinic, member, by=host)
    with clock.at(clinic.starts_at):
        waiting = join_queue(clinic, member, by=host)
        call_off_clinic(clinic, reason="The roof leaks", by=host)
        with pytest.raises(NotHeld):
            call(waiting, by=host)


def test_a_visitor_without_an_account_is_a_name_and_can_never_sign_in(clinic, host, desk, on_the_day):
    person = name_visitor(clinic, "  Pat   Brown ", by=host, phone="01772 555 100")
    assert (person.name, person.email, person.serves, person.is_member) == ("Pat Brown", None, [], False)
    assert is_stranger(person)
    booking = call(join_queue(clinic, person, by=host), by=host)
    record_outcome(booking, Outcome.TICKET, by=host, subject="Cannot print")
    assert booking.ticket.requester is person
    assert booking.ticket.council is clinic.council


def test_who_a_visitor_turns_out_to_be_gets_the_visit_and_the_ticket(clinic, host, rival, desk, on_the_day):
    unknown = name_visitor(clinic, "Robin", by=host)
    booking = call(join_queue(clinic, unknown, by=host), by=host)
    record_outcome(booking, Outcome.TICKET, by=host, subject="Cannot print")
    visitor = db.session.scalars(sa.select(Visitor)).one()
    tie_visitor(visitor, rival, by=host)
    tie_visitor(visitor, rival, by=host)
    assert (booking.person, booking.ticket.requester) == (rival, rival)
    assert db.session.scalars(sa.select(DropIn.person_id)).one() == rival.id
    assert unknown.gone_at is not None
    with pytest.raises(TiedAlready, match="Robin Vale"):
        tie_visitor(visitor, host, by=host)


def test_a_visitor_is_not_somebody_who_sat_elsewhere_at_that_time(
    clinic, host, rival, make_clinic, agent, on_the_day
):
    unknown = name_visitor(clinic, "Robin", by=host)
    book_slot(clinic.slots[0], rival, by=host)
    call(join_queue(clinic, unknown, by=host), by=host)
    with pytest.raises(TheirOwnPlace):
        tie_visitor(db.session.scalars(sa.select(Visitor)).one(), rival, by=host)


def test_the_queue_is_kept_from_the_sheet(clinic, host, member, rival, topics, browser):
    clinic_id, address = clinic.id, f"/clinics/{clinic.id}/walk-ins"
    with clock.at(clinic.starts_at):
        person = browser(host)
        assert "Enter who is here" in person.post(address, data={}).text
        both = person.post(address, data={"person": "Robin Vale", "visitor": "Pat Brown"}).text
        assert "not both" in both
        assert 'value="Pat Brown"' in both
        assert person.post(address, data={"person": "Robin Vale", "topic": topics[0].id}).status_code == 303
        assert (
            person.post(address, data={"visitor": "Pat Brown", "phone": "01772 555 100"}).status_code == 303
        )
        sheet = person.get(f"/clinics/{clinic_id}/sheet").text
        assert "Call next: Cllr Robin Vale" in sheet
        assert "1 person is ahead; free: now and 2:20pm" in sheet
        assert "Say who they are" in sheet
        ids = db.session.scalars(sa.select(DropIn.id).order_by(DropIn.id)).all()
        person.post(f"/clinics/queue/{ids[0]}/leaving")
        assert "Left without being seen (1)" in person.get(f"/clinics/{clinic_id}/sheet").text
        person.post(f"/clinics/queue/{ids[0]}/leaving/undoing")
        person.post(f"/clinics/{clinic_id}/queue/next")
        person.post(f"/clinics/queue/{ids[1]}/calling")
        names = [each.person.name for each in db.session.scalars(sa.select(Booking).order_by(Booking.id))]
        assert names == ["Cllr Robin Vale", "Pat Brown"]
        at_once = person.post(address, data={"person": "Cllr Pat Ashcroft", "at_once": "y"})
        assert at_once.status_code == 303
        unknown = db.session.scalars(sa.select(Visitor.person_id)).one()
        known = person.post(f"/clinics/visitors/{unknown}/person", data={"person": "Tina"})
        assert "Nobody we know matches" in known.text
        assert "Nobody is waiting" in person.post(f"/clinics/{clinic_id}/queue/next").text
    assert browser(member).get(f"/clinics/queue/{ids[0]}/calling").status_code == 405
    assert browser(member).post(f"/clinics/queue/{ids[0]}/calling").status_code == 404
    assert browser(rival).get("/clinics/people/here?q=Ro").status_code == 403


@pytest.mark.parametrize("people", [1, 20])
def test_the_sheet_costs_the_same_however_many_wait(
    people, clinic, make_person, council, host, topics, browser, count_queries
):
    with clock.at(clinic.starts_at):
        for n in range(people):
            person = (
                name_visitor(clinic, f"Visitor {n}", by=host) if n % 2 else make_person(f"S {n}", council)
            )
            join_queue(clinic, person, by=host, topic=topics[n % 3])
        runner, address = browser(host), f"/clinics/{clinic.id}/sheet"
        with count_queries() as queries:
            assert runner.get(address).status_code == 200
        assert len(queries) <= 9, [each[:150] for each in queries]


def test_hosts_find_staff_at_the_door_too(clinic, host, staff, browser):
    found = browser(host).get("/clinics/people/here?q=Tina").get_json()["found"]
    assert [each["value"] for each in found] == [str(staff.id)]
