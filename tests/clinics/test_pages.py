"""The pages: three taps to a booking, what was typed is kept, nothing of somebody else's is shown."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
import vobject

from ictsupport import clock
from ictsupport.clinics.booking import SlotFull, book_slot
from ictsupport.clinics.calling_off import call_off_clinic, calling_off_of, cancel_booking
from ictsupport.clinics.models import Booking, BookingState, Clinic, Outcome
from ictsupport.clinics.queries import next_clinics
from ictsupport.clinics.waiting.models import CallToMake
from ictsupport.clinics.waiting.replacing import place_everybody_anew
from ictsupport.database import db
from ictsupport.people.models import DelegateScope, Delegation, Person, Role

from ..cast import keep


@pytest.fixture
def the_booking():
    """the_booking() reads the only booking afresh."""
    return lambda: db.session.scalars(sa.select(Booking)).one()


def test_three_taps_book_a_time(clinic, member, topics, ipad, browser, the_booking):
    member.access_needs = "Hearing loop"
    slot, topic = clinic.slots[0].id, topics[0].id
    person = browser(member)
    page = person.get("/clinics").text
    assert f'href="/clinics/slots/{slot}/booking"' in page
    page = person.get(f"/clinics/slots/{slot}/booking").text
    assert "Friday 20 November 2026 at 2pm" in page
    assert 'value="Hearing loop"' in page
    answer = person.post(
        f"/clinics/slots/{slot}/booking",
        data={"topic": topic, "device": ipad.id, "access_needs": "Hearing loop"},
    )
    assert answer.status_code == 303
    booking = the_booking()
    assert (booking.topic_id, booking.device_id, booking.access_needs) == (topic, ipad.id, "Hearing loop")
    page = person.get(answer.location).text
    assert "Your time is booked" in page
    assert "iPad Air (T-1001)" in page


def test_pressing_twice_books_once(clinic, member, topics, browser, the_booking):
    address, data = f"/clinics/slots/{clinic.slots[0].id}/booking", {"topic": topics[0].id, "once": "a-key"}
    person = browser(member)
    first, second = (person.post(address, data=data) for _ in range(2))
    assert first.location == second.location
    assert the_booking().state is BookingState.CONFIRMED


def test_the_slower_member_keeps_what_they_typed_and_is_offered_other_times(
    clinic, member, rival, topics, browser, the_booking
):
    slot, other, topic = clinic.slots[1].id, clinic.slots[0].id, topics[1].id
    book_slot(clinic.slots[1], rival, by=rival)
    answer = browser(member).post(
        f"/clinics/slots/{slot}/booking", data={"topic": topic, "details": "My mail is gone"}
    )
    assert answer.status_code == 409
    page = answer.text
    assert SlotFull.reason in page
    assert "My mail is gone" in page
    assert f'value="{topic}" checked' in page
    assert f'formaction="/clinics/slots/{other}/booking"' in page
    assert the_booking().person_id == rival.id


def test_a_topic_must_be_chosen(clinic, member, browser):
    page = browser(member).post(f"/clinics/slots/{clinic.slots[0].id}/booking", data={}).text
    assert "Choose what you would like help with" in page


def test_hostile_input_is_answered_in_words(clinic, member, topics, browser):
    person, address = browser(member), f"/clinics/slots/{clinic.slots[0].id}/booking"
    for data in (
        {"topic": "999999999999999999999"},
        {"topic": topics[0].id, "device": "1; DROP TABLE booking"},
        {"topic": topics[0].id, "details": "x" * 3000},
    ):
        answer = person.post(address, data=data)
        assert answer.status_code in (200, 409)
        assert "There is a problem" in answer.text
    answer = person.post(address, data={"topic": topics[0].id, "details": "a\x00b<script>"})
    assert answer.status_code == 303
    assert "ab&lt;script&gt;" in person.get(answer.location).text
    for odd in (
        "/clinics?site=x",
        "/clinics?for=99999999999999",
        "/clinics/slots/99999999/booking",
    ):
        assert person.get(odd).status_code == 404
    assert person.get("/clinics?after=nonsense").status_code == 200


def test_a_booking_is_moved_and_cancelled_by_its_member(clinic, member, browser, the_booking):
    booking, other = book_slot(clinic.slots[0], member, by=member), clinic.slots[2].id
    person, address = browser(member), f"/clinics/bookings/{booking.id}"
    assert f'value="{other}"' in person.get(f"{address}/time").text
    assert person.post(f"{address}/time", data={"slot": other}).status_code == 303
    assert the_booking().slot_id == other
    assert "Cancel this booking?" in person.get(f"{address}/cancellation").text
    assert the_booking().is_live
    assert person.post(f"{address}/cancellation").status_code == 303
    assert the_booking().state is BookingState.CANCELLED
    again = person.post(f"{address}/cancellation")
    assert again.status_code == 409
    assert "nothing left to do" in again.text
    for page in ("cancellation", "time"):
        text = person.get(f"{address}/{page}").text
        assert "Book another time" in text, page
        assert 'method="post" novalidate' not in text, page


def test_who_cannot_book_what_they_chose_is_led_on(make_clinic, member, topics, browser, host):
    clinic = make_clinic(closes=time(16))
    for slot in clinic.slots[:3]:
        book_slot(slot, member, by=member)
    person, address = browser(member), f"/clinics/slots/{clinic.slots[3].id}/booking"
    said = person.post(address, data={"topic": topics[0].id}).text
    assert "You already have 3 bookings" in said
    assert "Look at what is booked" in said
    assert "Book one of these times instead" not in said
    call_off_clinic(clinic, reason="The roof leaks", by=host)
    assert "Look at the next clinics" in person.post(address, data={"topic": topics[0].id}).text


def test_a_time_that_cannot_be_had_says_so_before_anything_is_pressed(make_clinic, member, browser, host):
    clinic, later = make_clinic(), make_clinic(day=date(2026, 11, 27))
    address = f"/clinics/slots/{clinic.slots[0].id}/booking"
    instead = f'href="/clinics/slots/{later.slots[0].id}/booking"'
    for minutes, why in ((-30, "or ring us: <a"), (70, "has already started")):
        with clock.at(clinic.starts_at + timedelta(minutes=minutes)):
            page = browser(member).get(address).text
            assert why in page
            assert instead in page
    call_off_clinic(clinic, reason="The roof leaks", by=host)
    for page in (address, f"/clinics/{clinic.id}/waiting"):
        said = browser(member).get(page).text
        assert "The roof leaks" in said
        assert instead in said
        assert 'method="post" novalidate' not in said
    assert "There are free times" in browser(member).get(f"/clinics/{later.id}/waiting").text


def test_a_move_to_nowhere_is_refused_in_words(clinic, member, browser):
    address = f"/clinics/bookings/{book_slot(clinic.slots[0], member, by=member).id}/time"
    person = browser(member)
    for slot in ("", "abc", "-1", "9" * 30):
        answer = person.post(address, data={"slot": slot})
        assert answer.status_code == 409
        assert "not offered" in answer.text


def test_pages_say_at_once_that_moving_has_closed_but_not_to_those_who_run_it(clinic, member, host, browser):
    address = f"/clinics/bookings/{book_slot(clinic.slots[0], member, by=member).id}"
    with clock.at(clinic.starts_at - timedelta(minutes=30)):
        person = browser(member)
        for page in ("", "/time"):
            said = person.get(address + page).text
            assert "Moving closed 1 hour before your time. Ring us and we will help: <a" in said
            assert f'href="{address}/cancellation"' in said
        assert "Move it instead" not in person.get(f"{address}/cancellation").text
        assert 'name="slot"' in browser(host).get(f"{address}/time").text
    with clock.at(clinic.starts_at + timedelta(minutes=5)):
        for page in ("/time", "/cancellation"):
            said = person.get(address + page).text
            assert "Its time has come" in said
            assert "Book another time" in said


def test_the_page_of_a_booking_says_who_cancelled_it_or_why_its_clinic_is_off(clinic, member, host, browser):
    first, second = (book_slot(clinic.slots[n], member, by=member) for n in (0, 2))
    keys = first.id, second.id
    cancel_booking(first, by=host)
    with clock.at(clock.now() + timedelta(minutes=1)):
        call_off_clinic(clinic, reason="The roof leaks", by=host)
    calling_off = calling_off_of(clinic)
    with clock.at(calling_off.due_at):
        place_everybody_anew({"calling_off": calling_off.id})
    said = [browser(member).get(f"/clinics/bookings/{key}").text for key in keys]
    assert "Cancelled by" in said[0]
    assert host.name in said[0]
    assert "The roof leaks" in said[1]
    assert "Cancelled by" not in said[1]


def test_a_booking_can_be_put_into_a_calendar_by_hand(clinic, member, browser):
    booking = book_slot(clinic.slots[0], member, by=member)
    answer = browser(member).get(f"/clinics/bookings/{booking.id}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    assert vobject.readOne(answer.text).vevent.uid.value == booking.uid


def test_somebody_elses_booking_is_not_there(clinic, member, rival, staff, browser):
    booking = book_slot(clinic.slots[0], member, by=member)
    for person in (rival, staff):
        for page in ("", "/time", "/cancellation", "/calendar.ics", "/outcome"):
            assert browser(person).get(f"/clinics/bookings/{booking.id}{page}").status_code == 404


def test_a_delegate_books_for_the_member_and_both_are_named(
    clinic, member, staff, topics, browser, the_booking
):
    grant = keep(
        Delegation(
            member=member, delegate=staff, scopes=[DelegateScope.BOOK.value], starts_on=date(2026, 1, 1)
        )
    )
    slot, person = clinic.slots[0].id, browser(staff)
    assert f"/clinics?for={member.id}" in person.get("/clinics").text
    assert f"/clinics/slots/{slot}/booking?for={member.id}" in person.get(f"/clinics?for={member.id}").text
    answer = person.post(f"/clinics/slots/{slot}/booking?for={member.id}", data={"topic": topics[0].id})
    booking = the_booking()
    assert (booking.person_id, booking.booked_by_id) == (member.id, staff.id)
    assert staff.name in person.get(answer.location).text
    db.session.get_one(Delegation, grant.id).ends_on = date(2026, 11, 17)
    assert person.get(answer.location).status_code == 404
    assert person.get(f"/clinics?for={member.id}").status_code == 404


def test_a_delegate_without_the_scope_books_nothing(clinic, member, staff, browser):
    keep(Delegation(member=member, delegate=staff, scopes=["view", "raise"], starts_on=date(2026, 1, 1)))
    assert browser(staff).get(f"/clinics?for={member.id}").status_code == 404


def test_democratic_services_find_a_member_and_book(
    clinic, member, rival, topics, make_person, council, browser, the_booking
):
    clerk = make_person("Dee Clerk", council, roles=(Role.DEMOCRATIC_SERVICES,))
    person, slot = browser(clerk), clinic.slots[0].id
    page = person.get("/clinics/for?q=ashc").text
    assert f"/clinics?for={member.id}" in page
    assert rival.name not in page
    assert (
        person.post(
            f"/clinics/slots/{slot}/booking", data={"for": member.id, "topic": topics[0].id}
        ).status_code
        == 303
    )
    assert the_booking().booked_by_id == clerk.id


def test_a_clinic_is_planned_with_a_form(site, host, topics, browser):
    person = browser(host)
    data = {
        "site": site.id,
        "room": "Library",
        "day-day": "27",
        "day-month": "11",
        "day-year": "2026",
        "opens": "2pm",
        "closes": "4pm",
        "slot_minutes": "30",
        "places": "2",
        "hosts": [host.id],
        "topics": [topic.id for topic in topics],
        "book_until": "60",
        "move_until": "60",
        "cancel_until": "0",
    }
    assert "Plan a clinic" in person.get("/clinics/new").text
    skipped = person.post(
        "/clinics/new",
        data={**data, "day-day": "28", "day-month": "3", "day-year": "2027", "opens": "1am", "closes": "3am"},
    )
    assert skipped.status_code == 409
    assert "does not exist" in skipped.text
    answer = person.post("/clinics/new", data=data)
    assert answer.status_code == 303
    clinic = db.session.scalars(sa.select(Clinic)).one()
    assert (clinic.room, len(clinic.slots), clinic.places) == ("Library", 4, 2)
    address = f"/clinics/{clinic.id}/plan"
    assert 'value="Library"' in person.get(address).text
    assert person.post(address, data={**data, "room": "Annexe", "version": "1"}).status_code == 303
    stale = person.post(address, data={**data, "room": "Cellar", "version": "1"})
    assert stale.status_code == 409
    assert "Somebody else has changed" in stale.text
    assert 'value="Cellar"' in stale.text
    assert db.session.scalars(sa.select(Clinic.room)).one() == "Annexe"


def test_a_clinic_that_repeats_is_planned_up_to_a_day_or_not_at_all(site, host, browser):
    person = browser(host)
    data = {
        "site": site.id,
        "day": "2027-01-29",
        "opens": "2pm",
        "closes": "4pm",
        "slot_minutes": "30",
        "places": "2",
        "hosts": [host.id],
        "book_until": "60",
        "move_until": "60",
        "cancel_until": "0",
        "repeat": "1",
    }
    assert "must not be before" in person.post("/clinics/new", data={**data, "until": "2027-01-01"}).text
    assert "at most two years" in person.post("/clinics/new", data={**data, "until": "2029-03-01"}).text
    assert person.post("/clinics/new", data={**data, "until": "2027-02-13"}).status_code == 303
    starts = db.session.scalars(sa.select(Clinic.starts_at).order_by(Clinic.starts_at)).all()
    assert [at.hour for at in starts] == [14, 14, 14]
    again = person.post("/clinics/new", data={**data, "day": "2027-01-22", "until": "2027-02-05"})
    assert again.status_code == 409
    assert len(db.session.scalars(sa.select(Clinic.id)).all()) == 3


def test_the_day_is_kept_on_the_sheet(clinic, member, rival, host, agent, topics, desk, browser, the_booking):
    member.access_needs = "Step-free access"
    booking = book_slot(
        clinic.slots[0],
        member,
        by=member,
        topic=topics[2],
        details="No sound",
        access_needs="Step-free access",
    ).id
    clinic_id = clinic.id
    with clock.at(clinic.starts_at):
        person = browser(host)
        page = person.get(f"/clinics/{clinic_id}/sheet").text
        assert member.name in page
        assert '<td role="cell" data-label="Access needs" class="needs not-on-paper">Step-free access' in page
        assert 'class="needs">Step-free access' in person.get(f"/clinics/{clinic_id}/sheet?needs=y").text
        person.post(f"/clinics/bookings/{booking}/check-in")
        assert the_booking().state is BookingState.CHECKED_IN
        person.post(f"/clinics/bookings/{booking}/check-in/undoing")
        person.post(f"/clinics/bookings/{booking}/no-show")
        assert the_booking().state is BookingState.NO_SHOW
        person.post(f"/clinics/bookings/{booking}/no-show/undoing")
        assert (
            'value="Calls on the iPad: No sound"' in person.get(f"/clinics/bookings/{booking}/outcome").text
        )
        answer = person.post(
            f"/clinics/bookings/{booking}/outcome",
            data={"outcome": "TICKET", "note": "Broken speaker", "subject": "Speaker"},
        )
        assert answer.status_code == 303
        done = the_booking()
        assert (done.outcome, done.ticket.subject) == (Outcome.TICKET, "Speaker")
        page = person.get(f"/clinics/{clinic_id}/sheet").text
        assert f"/tickets/{done.ticket.reference}" in page
        reference = done.ticket.reference
        page = browser(db.session.get_one(Person, done.person_id)).get(f"/tickets/{reference}").text
        assert "Raised at the iPad clinic on" in page
        assert f'href="/clinics/bookings/{booking}"' in page
        page = browser(agent).get(f"/tickets/{reference}").text
        assert f'href="/clinics/bookings/{booking}"' in page
        walked = person.post(
            f"/clinics/{clinic_id}/walk-ins", data={"person": "Robin Vale", "topic": topics[0].id}
        )
        assert walked.status_code == 303
        assert rival.name in person.get(f"/clinics/{clinic_id}/sheet").text


def test_calling_off_tells_whom_to_ring(clinic, member, host, browser):
    member.email, member.phone = None, "01772 555 123"
    book_slot(clinic.slots[0], member, by=host)
    address = f"/clinics/{clinic.id}/calling-off"
    person = browser(host)
    assert "Say why" in person.post(address, data={}).text
    assert f"{member.name}</strong>, 2pm" in person.get(address).text
    answer = person.post(address, data={"reason": "The host is ill"})
    assert "Undo: hold the clinic after all" in person.get(answer.location).text
    calling_off = calling_off_of(clinic)
    with clock.at(calling_off.due_at):
        place_everybody_anew({"calling_off": calling_off.id})
        page = person.get(answer.location).text
        assert "01772 555 123" in page
        assert "has no e-mail address" in page
        assert "The host is ill" in page
        booking = db.session.scalars(sa.select(CallToMake.booking_id)).one()
        person.post(f"/clinics/bookings/{booking}/call")
        person.post(f"/clinics/bookings/{booking}/call")
        assert f"Rung</strong> {host.name}" in person.get(answer.location).text
    assert "it stays called off" not in page
    assert person.post(f"{address}/undoing").status_code == 409


def test_once_their_time_is_over_who_was_there_after_all_is_not_expected_again(clinic, member, host, browser):
    booking = book_slot(clinic.slots[0], member, by=member)
    with clock.at(booking.slot.ends_at):
        address = f"/clinics/bookings/{booking.id}/no-show"
        person = browser(host)
        person.post(address)
        said = person.post(f"{address}/undoing", follow_redirects=True).text
    assert f"{member.name} was there after all, and is checked in." in said


def test_the_first_page_leads_to_the_next_free_time(clinic, member, staff, browser):
    page = browser(member).get("/").text
    assert "Book a clinic" in page
    there = f'<a class="govuk-link" href="/clinics/slots/{clinic.slots[0].id}/booking">'
    assert f"{there}Next: 2pm on Friday 20 November, Town Hall</a>" in page
    assert "Book a clinic" not in browser(staff).get("/").text
    keep(Delegation(member=member, delegate=staff, scopes=["book"], starts_on=date(2026, 1, 1)))
    assert "for a member" in browser(staff).get("/").text


def test_a_member_without_clinics_is_told_what_to_do(member, browser):
    page = browser(member).get("/clinics").text
    assert "No clinic is planned at the moment" in page
    assert "01257 515151" in page
    assert "You have not booked a clinic" in browser(member).get("/clinics/mine").text


@pytest.mark.parametrize("clinics", [1, 25])
def test_pages_cost_the_same_however_many_clinics_there_are(
    clinics, make_clinic, member, host, topics, browser, count_queries
):
    for n in range(clinics):
        made = make_clinic(day=date(2026, 11, 20) + timedelta(days=n), closes=time(16))
        if n < 3:
            book_slot(made.slots[0], member, by=member, topic=topics[0])
    person, runner = browser(member), browser(host)
    for visitor, address, most in (
        (person, "/clinics", 8),
        (person, "/clinics/mine", 8),
        (runner, "/clinics/hosting", 8),
    ):
        with count_queries() as queries:
            assert visitor.get(address).status_code == 200
        assert len(queries) <= most, queries
    assert member.seat
    with count_queries() as queries:
        next_clinics(member)
    assert len(queries) <= 2


def test_no_page_asks_the_database_more_than_it_needs(
    clinic, make_clinic, member, host, topics, ipad, browser, count_queries
):
    other = make_clinic(day=date(2026, 11, 27)).slots[0].id
    booking, clinic_id = (
        book_slot(clinic.slots[0], member, by=member, topic=topics[0], device=ipad).id,
        clinic.id,
    )
    person, runner = browser(member), browser(host)
    for visitor, address in (
        (person, f"/clinics/{clinic_id}"),
        (person, f"/clinics/slots/{other}/booking"),
        (person, f"/clinics/bookings/{booking}"),
        (person, f"/clinics/bookings/{booking}/time"),
        (person, f"/clinics/bookings/{booking}/cancellation"),
        (runner, "/clinics"),
        (runner, f"/clinics/{clinic_id}"),
        (runner, "/clinics/new"),
        (runner, f"/clinics/{clinic_id}/plan"),
        (runner, f"/clinics/{clinic_id}/walk-ins"),
        (runner, f"/clinics/bookings/{booking}/outcome"),
        (runner, "/clinics/for"),
    ):
        with count_queries() as queries:
            assert visitor.get(address).status_code == 200
        assert len(queries) <= 8, (address, [each[:90] for each in queries])


@pytest.mark.parametrize("people", [1, 25])
def test_the_day_sheet_costs_the_same_however_many_come(
    people, make_clinic, make_person, council, host, topics, browser, count_queries
):
    clinic = make_clinic(closes=time(16), places=5)
    slots = list(clinic.slots)
    for n in range(people):
        person = make_person(f"Cllr Number {n}", council, ward="Park")
        book_slot(slots[n % len(slots)], person, by=host, topic=topics[n % 3])
    runner, address = browser(host), f"/clinics/{clinic.id}/sheet"
    with count_queries() as queries:
        assert runner.get(address).status_code == 200
    assert len(queries) <= 8, [each[:150] for each in queries]


def test_nobody_is_offered_a_check_in_on_another_day(browser, clinic, host, member):
    book_slot(clinic.slots[0], member, by=member)
    assert "Check in" not in browser(host).get(f"/clinics/{clinic.id}/sheet").text
