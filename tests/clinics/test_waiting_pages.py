"""The pages of the waiting list on an iPad: join, answer by page or by the link in the mail, leave."""

import re
from datetime import UTC, datetime, time

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.models import BookingState
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.models import WaitingEntry, WaitingState
from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Role


@pytest.fixture(autouse=True)
def thursday(calendars):
    with clock.at(datetime(2026, 11, 19, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def full(make_clinic):
    return make_clinic(closes=time(14, 20))


@pytest.fixture
def taken(full, rival):
    return book_slot(full.slots[0], rival, by=rival)


def the_entry():
    return db.session.scalars(sa.select(WaitingEntry)).one()


def link_in_mail():
    letter = db.session.scalars(sa.select(Outgoing).where(Outgoing.template == "clinics/offered")).one()
    return re.search(r"/clinics/offers/\S+", letter.text)[0]


def test_a_member_joins_from_a_full_clinic_and_sees_their_turn(full, taken, member, topics, browser):
    person = browser(member)
    assert f"/clinics/{full.id}/waiting" in person.get("/clinics").text
    assert f"/clinics/{full.id}/waiting" in person.get(f"/clinics/{full.id}").text
    assert "Every time is taken" in person.get(f"/clinics/{full.id}/waiting").text
    answer = person.post(f"/clinics/{full.id}/waiting", data={"topic": topics[0].id})
    assert answer.status_code == 303
    page = person.get(answer.location).text
    assert "You are <strong>1st</strong> in line for Friday 20 November 2026" in page
    assert f"/clinics/{full.id}/waiting" not in page
    assert "<strong>1st</strong>" in person.get("/clinics/mine").text
    again = person.post(
        f"/clinics/{full.id}/waiting", data={"topic": topics[0].id, "details": "Huge letters"}
    )
    assert again.status_code == 409
    assert "already" in again.text
    assert "Huge letters" in again.text


def test_who_has_a_time_there_is_not_asked_to_wait_for_one(full, taken, rival, browser):
    assert "Join the waiting list" not in browser(rival).get("/clinics").text


def test_the_slower_of_two_is_shown_the_waiting_list(full, taken, member, topics, browser):
    answer = browser(member).post(f"/clinics/slots/{full.slots[0].id}/booking", data={"topic": topics[0].id})
    assert f"/clinics/{full.id}/waiting" in answer.text


def test_the_link_in_the_mail_answers_without_signing_in_and_a_look_changes_nothing(
    full, taken, member, rival, browser
):
    join([full], member, by=member)
    cancel_booking(taken, by=rival)
    visitor, link = browser(), link_in_mail()
    for _ in range(3):
        assert "Yes, book it" in visitor.get(link).text
    assert the_entry().state is WaitingState.OFFERED
    assert visitor.post(link, data={"answer": "accept"}).status_code == 303
    assert the_entry().booking.state is BookingState.CONFIRMED
    assert "is booked" in visitor.get(link).text
    late = visitor.post(link, data={"answer": "decline"})
    assert late.status_code == 409
    assert "no longer open" in late.text
    assert visitor.get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code == 404
    assert visitor.get("/clinics/offers/nonsense").status_code == 404


def test_an_offer_is_answered_by_page(full, taken, member, rival, browser):
    join([full], member, by=member)
    cancel_booking(taken, by=rival)
    person, address = browser(member), f"/clinics/bookings/{the_entry().booking_id}/offer"
    assert address in person.get("/clinics").text
    assert person.post(address, data={"answer": "perhaps"}).status_code == 409
    assert person.post(address, data={"answer": "decline"}).status_code == 303
    assert the_entry().state is WaitingState.DECLINED
    assert "passed on" in person.get(address).text


def test_an_offer_is_not_shown_as_a_booking(full, taken, member, rival, browser):
    join([full], member, by=member)
    cancel_booking(taken, by=rival)
    page = browser(member).get("/clinics").text
    assert "You have booked" not in page
    assert "is held until" in page


def test_democratic_services_wait_for_a_member(full, taken, member, make_person, council, topics, browser):
    clerk = make_person("Dee Marsh", council, roles=(Role.DEMOCRATIC_SERVICES,))
    person = browser(clerk)
    answer = person.post(f"/clinics/{full.id}/waiting", data={"topic": topics[0].id, "for": member.id})
    assert f"for={member.id}" in answer.location
    page = person.get(answer.location).text
    assert f"{member.name} is <strong>1st</strong>" in page
    assert (the_entry().person_id, the_entry().joined_by_id) == (member.id, clerk.id)
    assert person.post(f"/clinics/waiting/{the_entry().id}/withdrawal").status_code == 303
    assert the_entry().state is WaitingState.WITHDRAWN


def test_somebody_elses_wait_is_not_there(full, taken, member, rival, staff, browser):
    join([full], member, by=member)
    assert browser(rival).post(f"/clinics/waiting/{the_entry().id}/withdrawal").status_code == 404
    cancel_booking(taken, by=rival)
    assert browser(rival).get(f"/clinics/bookings/{the_entry().booking_id}/offer").status_code == 404


def test_hosts_see_who_waits_in_their_order(full, taken, member, host, browser):
    join([full], member, by=member)
    page = browser(host).get(f"/clinics/{full.id}").text
    assert "Waiting list" in page
    assert member.name in page
    assert "Waiting list</h2>" not in browser(member).get(f"/clinics/{full.id}").text


def test_the_pages_cost_the_same_for_one_who_waits_and_many(
    full, taken, member, host, make_person, council, browser, count_queries
):
    counts = []
    for n in (1, 25):
        for each in range(n):
            person = make_person(f"Cllr Many {n} {each}", council, ward="Mill")
            join([full], person, by=person)
        if n == 1:
            join([full], member, by=member)
        pages = {
            "index": (browser(member), "/clinics"),
            "mine": (browser(member), "/clinics/mine"),
            "clinic": (browser(host), f"/clinics/{full.id}"),
            "calling off": (browser(host), f"/clinics/{full.id}/calling-off"),
        }
        for who, address in pages.values():
            who.get(address)
        found = {}
        for name, (who, address) in pages.items():
            db.session.expire_all()
            with count_queries() as queries:
                assert who.get(address).status_code == 200
            found[name] = len(queries)
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[1].pop(name) for name in ("calling off",)) <= 10  # the heaviest
    assert max(counts[1].values()) <= 8, counts
