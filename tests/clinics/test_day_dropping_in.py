"""Those who came without a booking see their own turn, and those who think of coming how long they would wait."""

from datetime import date, timedelta

import pytest

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import call_off_clinic
from ictsupport.clinics.day.queue import call_next, join_queue
from ictsupport.people.delegating import grant_delegation
from ictsupport.people.models import DelegateScope


@pytest.fixture
def on_the_day(clinic):
    """Five minutes into the clinic: the first slot is on, two more are to come."""
    with clock.at(clinic.starts_at + timedelta(minutes=5)):
        yield


def test_they_see_their_turn_and_the_wait_wherever_they_look(
    clinic, host, member, rival, browser, on_the_day
):
    join_queue(clinic, rival, by=host)
    with clock.at(clock.now() + timedelta(seconds=1)):
        join_queue(clinic, member, by=host)
        address = f"/clinics/{clinic.id}"
        person = browser(member)
        said = "2nd in the drop-in queue at Town Hall: in about 15 minutes"
        assert said in person.get("/").text
        for page in ("/clinics", "/clinics/mine", address):
            text = person.get(page).text
            assert "<strong>2nd</strong> in the queue" in text, page
            assert "<strong>in about 15 minutes</strong>" in text, page
        call_next(clinic, by=host)
        assert "1st in the drop-in queue" in person.get("/").text
        call_next(clinic, by=host)
        assert "drop-in queue" not in person.get("/").text
        assert "iPad clinic at" in person.get("/").text


def test_who_thinks_of_coming_reads_how_long_they_would_wait(
    clinic, host, member, rival, browser, on_the_day
):
    person, address = browser(member), f"/clinics/{clinic.id}"
    for page in ("/clinics", address):
        assert "you are seen at once" in person.get(page).text
    join_queue(clinic, rival, by=host)
    for page in ("/clinics", address):
        assert "you are seen in about 15 minutes, 1 person is ahead of you" in person.get(page).text
        said = f"Without a booking {member.name} is seen in about 15 minutes, 1 person is ahead."
        assert said in browser(host).get(f"{page}?for={member.id}").text
    for slot in clinic.slots[1:]:
        book_slot(slot, member if slot is clinic.slots[1] else host, by=host)
    page = person.get("/clinics").text
    assert "No time is free any more" in page
    assert "No time is left to book" in page
    assert "Join the waiting list" not in page
    for page in ("/clinics", address):
        assert "On now" not in browser(rival).get(page).text
    with clock.at(clinic.starts_at - timedelta(minutes=1)):
        assert "On now" not in browser(member).get("/clinics").text


def test_nobody_waits_any_more_at_a_clinic_that_is_called_off(clinic, host, member, browser, on_the_day):
    join_queue(clinic, member, by=host)
    call_off_clinic(clinic, reason="The roof leaks", by=host)
    person = browser(member)
    for page in ("/", "/clinics", "/clinics/mine"):
        assert "drop-in queue" not in person.get(page).text


def test_the_first_page_lists_what_is_booked_for_oneself_and_those_one_acts_for(
    clinic, make_clinic, member, staff, browser, count_queries
):
    grant_delegation(member, staff, [DelegateScope.BOOK], starts_on=date(2026, 1, 1), by=member)
    book_slot(clinic.slots[0], member, by=member)
    book_slot(make_clinic(day=date(2026, 11, 27)).slots[0], member, by=member)
    helper, person = browser(staff), browser(member)
    for page in (person.get("/").text, helper.get("/").text):
        assert page.count("iPad clinic at 2pm on Friday") == 2
    assert f"for {member.name}" in page
    with count_queries() as queries:
        person.get("/")
    assert len(queries) <= 8


def test_the_first_page_costs_the_same_in_however_many_queues_one_stands(
    clinic, make_clinic, host, member, rival, agent, staff, browser, on_the_day, count_queries
):
    """Somebody who acts for two members stands in two queues with them."""
    with clock.at(clinic.starts_at - timedelta(days=1)):
        second = make_clinic(hosts=[agent], room="Annexe")
    for each in (member, rival):
        grant_delegation(each, staff, [DelegateScope.BOOK], starts_on=date(2026, 1, 1), by=each)
    helper, spent = browser(staff), []
    for where, who in ((clinic, member), (second, rival)):
        join_queue(where, who, by=host)
        helper.get("/")
        with count_queries() as queries:
            page = helper.get("/").text
        spent.append(len([query for query in queries if query.startswith(("SELECT", "WITH"))]))
    assert page.count("in the drop-in queue at") == 2
    assert spent[0] == spent[1]


def test_who_cannot_wait_leaves_the_queue_by_themself_or_by_who_acts_for_them(
    clinic, host, member, rival, staff, browser, on_the_day
):
    grant_delegation(rival, staff, [DelegateScope.BOOK], starts_on=date(2026, 1, 1), by=rival)
    mine, theirs = (join_queue(clinic, each, by=host) for each in (member, rival))
    address = f"/clinics/queue/{mine.id}/withdrawal"
    person = browser(member)
    assert address in person.get("/clinics/mine").text
    said = person.post(address, follow_redirects=True).text
    assert "You have left the queue" in said
    assert address not in said
    left_at = mine.left_at
    assert left_at is not None
    with clock.at(clock.now() + timedelta(minutes=1)):
        person.post(address)
    assert mine.left_at == left_at
    other = f"/clinics/queue/{theirs.id}/withdrawal"
    assert person.post(other).status_code == 404
    assert f"{rival.name} has left the queue" in browser(staff).post(other, follow_redirects=True).text


def test_who_has_been_called_meanwhile_reads_that_it_is_their_turn(clinic, host, member, browser, on_the_day):
    drop_in = join_queue(clinic, member, by=host)
    call_next(clinic, by=host)
    answer = browser(member).post(f"/clinics/queue/{drop_in.id}/withdrawal")
    assert answer.status_code == 409
    assert "it is your turn now" in answer.text
    assert drop_in.left_at is None
