"""Asking for help, a question page at a time."""

import html
import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.people.models import DelegateScope, Delegation
from ictsupport.tickets.models import Request, Ticket, TicketType
from ictsupport.tickets.request_types.keeping import enter_shipped

from ..cast import keep

ABOUT = {"for_whom": "0", "kind": "incident", "system": "0", "subject": "The iPad is dark"}
URGENCY = {"how_bad": "meeting", "who_else": "me", "needed_at": "6:30pm", "needed_for": "Planning Committee"}
MORE = {"description": "Since last night.", "device": "0", "contact_by": "mail"}
DETAILS = {**URGENCY, **MORE}
WHOLE = {**ABOUT, **DETAILS}


@pytest.fixture
def tickets(desk):
    """tickets() are those that have been raised, oldest first."""
    return lambda: db.session.scalars(select(Ticket).order_by(Ticket.id)).all()


def follow(client, response):
    assert response.status_code == 303, response.text
    return client.get(response.headers["Location"])


def test_a_member_is_led_through_three_pages_to_a_confirmation(member, browser, tickets, telephony, outbox):
    client = browser(member)
    assert "Step 1 of 3" in client.get("/tickets/new?kind=incident").text
    answer = client.post("/tickets/new", data={**ABOUT, "system": telephony.id})
    assert "Step 2 of 3" in follow(client, answer).text
    answer = client.post(answer.headers["Location"], data=DETAILS)
    assert "Step 3 of 3" in follow(client, answer).text
    check = follow(client, answer)
    assert "6:30pm today, Planning Committee" in check.text
    assert "I have a meeting today and need it there" in check.text
    assert tickets() == []
    sent = client.post(answer.headers["Location"], data={"once": "a"})
    page = follow(client, sent)
    (ticket,) = tickets()
    assert ticket.reference in page.text
    assert "Somebody will get in touch with you by" in page.text
    assert (ticket.subject, ticket.description) == ("The iPad is dark", "Since last night.")
    assert (ticket.impact, ticket.urgency, ticket.systems) == (3, 1, [telephony])
    assert (ticket.requester, ticket.opened_by) == (member, member)
    assert ticket.needed_by.isoformat() == "2026-11-18T18:30:00+00:00"
    assert outbox() == [(member.email, f"We have your request {ticket.reference}: The iPad is dark")]


def test_what_one_chooses_from_stands_in_the_same_order_after_a_mistake(member, browser, desk):
    enter_shipped()
    client = browser(member)
    page = client.get("/tickets/new?kind=request").text
    before = re.findall(r'name="type"[^>]*value="(\d+)"', page)
    assert before != re.findall(
        r'name="type"[^>]*value="(\d+)"', client.get("/tickets/new?kind=incident").text
    )
    for _mistake in range(2):
        action = html.unescape(re.search(r'<form method="post" action="([^"]*)" data-asking', page)[1])
        page = client.post(action, data={**ABOUT, "kind": "request", "subject": ""}).text
        assert "There is a problem" in page
        assert re.findall(r'name="type"[^>]*value="(\d+)"', page) == before


def test_staff_answer_everything_on_one_page(staff, browser, tickets):
    client = browser(staff)
    answer = client.post("/tickets/new", data={**WHOLE, "kind": "request"})
    assert "Check your answers" in follow(client, answer).text
    follow(client, client.post(answer.headers["Location"]))
    assert tickets()[0].ticket_type is TicketType.REQUEST


def test_pressing_send_twice_sends_once(staff, browser, tickets):
    client = browser(staff)
    check = client.post("/tickets/new", data=WHOLE).headers["Location"]
    first = client.post(check, data={"once": "same"}).headers["Location"]
    assert client.post(check, data={"once": "same"}).headers["Location"] == first
    assert client.post(check, data={"once": "other"}).headers["Location"] == first
    assert len(tickets()) == 1


def test_what_is_missing_is_said_and_what_was_typed_is_kept(staff, browser, tickets):
    page = browser(staff).post(
        "/tickets/new", data={**WHOLE, "subject": "", "description": "Typed with care"}
    )
    assert page.status_code == 422
    assert "Tell us in a few words what it is" in page.text
    assert "Typed with care" in page.text
    assert "Error: " in page.text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"needed_at": "half past six"}, "The time you need it by must be a time"),
        ({"needed_at": ""}, "Say what time the meeting is"),
        ({"needed_at": "9am"}, "has already passed"),
        ({"needed_on-day": "31", "needed_on-month": "2", "needed_on-year": "2027"}, "must be a real date"),
        ({"subject": "x" * 201}, "no more than 200 characters"),
        ({"description": "x" * 20_001}, "20000"),
        ({"contact_by": "phone"}, "Say which number"),
        ({"how_bad": "terribly"}, "Choose one of the answers shown"),
        ({"system": "999999"}, "Choose one of the answers shown"),
        ({"system": "9" * 40}, "Choose one of the answers shown"),
        ({"for_whom": "1"}, "Choose one of the answers shown"),
        ({"kind": "\x00"}, "Say what we can help with"),
        ({"subject": " \x07 "}, "Tell us in a few words what it is"),
    ],
)
def test_bad_answers_get_a_plain_sentence(more, sentence, staff, browser, tickets):
    page = browser(staff).post("/tickets/new", data={**WHOLE, **more})
    assert page.status_code == 422
    assert sentence in page.text
    assert tickets() == []


def test_files_survive_a_mistake_elsewhere_and_can_be_left_out(staff, browser, tickets):
    client = browser(staff)
    page = client.post(
        "/tickets/new", data={**WHOLE, "subject": "", "files": (io.BytesIO(b"beep"), "log.txt")}
    )
    assert "log.txt" in page.text
    action = re.search(r'action="(/tickets/new/[^"/]+/about)"', page.text)[1]
    files = [(io.BytesIO(b"one"), "one.txt"), (io.BytesIO(b"two"), "two.txt")]
    check = client.post(action, data={**WHOLE, "files": files}).headers["Location"]
    assert "log.txt, one.txt, two.txt" in client.get(check).text
    request = db.session.scalars(select(Request)).one()
    client.post(f"/tickets/new/{request.key}/files/{request.answers['files'][1]['key']}/removal")
    client.post(check)
    (ticket,) = tickets()
    assert [each.name for each in ticket.attachments] == ["log.txt", "two.txt"]


def test_a_file_of_the_wrong_kind_is_refused_in_words(staff, browser, tickets):
    page = browser(staff).post("/tickets/new", data={**WHOLE, "files": (io.BytesIO(b"MZ"), "virus.exe")})
    assert page.status_code == 422
    assert "“virus.exe” cannot be attached" in page.text
    assert "The iPad is dark" in page.text


def test_what_was_not_sent_can_be_carried_on_or_thrown_away(staff, browser, tickets):
    client = browser(staff)
    client.post("/tickets/new", data=WHOLE)
    assert "You have not sent this yet" in client.get("/tickets/new").text
    request = db.session.scalars(select(Request)).one()
    assert client.get(f"/tickets/new/{request.key}").headers["Location"].endswith("/check")
    client.post(f"/tickets/new/{request.key}/removal")
    assert db.session.scalars(select(Request)).all() == []


def test_a_meeting_without_its_time_is_not_sent(member, browser, tickets):
    client = browser(member)
    details = client.post("/tickets/new", data=ABOUT).headers["Location"]
    assert client.post(details, data={**DETAILS, "needed_at": ""}).status_code == 422
    check = details.replace("/details", "/check")
    for press in (client.get, client.post):
        assert press(check).headers["Location"] == details
    assert tickets() == []


def test_a_change_from_the_check_page_leads_back_to_it(member, browser, tickets):
    client = browser(member)
    details = client.post("/tickets/new", data=ABOUT).headers["Location"]
    check = client.post(details, data=DETAILS).headers["Location"]
    about = details.replace("/details", "/about")
    assert client.post(about, data={**ABOUT, "subject": "Something else"}).headers["Location"] == check
    assert client.post(details, data={**DETAILS, "how_bad": "waits"}).headers["Location"] == check
    assert "6:30pm" in client.get(check).text


def test_nobody_sees_anothers_unsent_request(staff, other_staff, browser, desk):
    browser(staff).post("/tickets/new", data=WHOLE)
    request = db.session.scalars(select(Request)).one()
    for page in ("", "/about", "/check", "/sent"):
        assert browser(other_staff).get(f"/tickets/new/{request.key}{page}").status_code == 404


def test_a_delegate_asks_in_the_members_name(staff, member, browser, tickets):
    keep(Delegation(member=member, delegate=staff, scopes=["raise"], starts_on=date(2026, 1, 1)))
    client = browser(staff)
    assert "Cllr Pat Ashcroft" in client.get("/tickets/new").text
    check = client.post("/tickets/new", data={**WHOLE, "for_whom": member.id}).headers["Location"]
    sent = client.post(check)
    (ticket,) = tickets()
    assert (ticket.requester, ticket.opened_by) == (member, staff)
    assert ticket.reference in follow(client, sent).text


def test_a_grant_that_ended_meanwhile_is_refused_at_the_end(staff, member, browser, tickets):
    grant = keep(
        Delegation(
            member=member, delegate=staff, scopes=[DelegateScope.RAISE.value], starts_on=date(2026, 1, 1)
        )
    )
    client = browser(staff)
    check = client.post("/tickets/new", data={**WHOLE, "for_whom": member.id}).headers["Location"]
    grant.ends_on = date(2026, 11, 17)
    page = client.post(check)
    assert page.status_code == 422
    assert "no longer ask for help in this person’s name" in page.text
    assert tickets() == []


def test_that_others_have_said_so_is_told_where_it_is_true(
    member, browser, make_ticket, make_person, council, telephony
):
    for number in range(2):
        make_ticket(requester=make_person(f"Ann Lee{number}", council), systems=[telephony])
    client = browser(member)
    urgency = client.post("/tickets/new", data={**ABOUT, "system": telephony.id}).headers["Location"]
    assert "others have told us" not in client.get(urgency).text
    make_ticket(requester=make_person("Bea Lee", council), systems=[telephony])
    assert "Three others have told us about Telephony since 10am" in client.get(urgency).text


def test_it_says_that_casework_does_not_belong_here_and_never_shows_the_numbers(member, browser, desk):
    client = browser(member)
    assert "ward casework" in client.get("/tickets/new").text
    urgency = client.get(client.post("/tickets/new", data=ABOUT).headers["Location"]).text
    assert "I cannot work at all" in urgency
    assert not re.search(
        r"impact|urgency [123]|P[1-5]\b|priority", re.sub(r"<[^>]+>", "", urgency), re.IGNORECASE
    )


def test_each_page_costs_few_statements(staff, browser, desk, telephony, count_queries):
    client = browser(staff)
    with count_queries() as queries:
        client.get("/tickets/new")
    assert len(queries) <= 8, "\n".join(queries)
    check = client.post("/tickets/new", data=WHOLE).headers["Location"]
    with count_queries() as queries:
        client.get(check)
    assert len(queries) <= 8, "\n".join(queries)


def test_needed_by_is_wall_time(member, browser, tickets, later):
    with later(days=200):  # summer
        client = browser(member)
        details = client.post("/tickets/new", data=ABOUT).headers["Location"]
        check = client.post(details, data={**DETAILS, "needed_at": "18:30"}).headers["Location"]
        client.post(check)
    assert tickets()[0].needed_by.utcoffset() == timedelta(0)
    assert tickets()[0].needed_by.hour == 17
