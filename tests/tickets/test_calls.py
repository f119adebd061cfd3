"""Several calls at once, kept as they are typed; promises to ring back; who calls is checked in the same press."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.tickets.calls.keeping import open_calls
from ictsupport.tickets.calls.models import OpenCall
from ictsupport.tickets.calls.promised import promised_by
from ictsupport.tickets.models import CallResult, Status, Ticket
from ictsupport.tickets.replying import log_call
from ictsupport.tickets.request_types.keeping import add_type, ask_anew, enter_shipped
from ictsupport.tickets.request_types.models import FilledForm, IdentityCheck, RequestType
from ictsupport.tickets.request_types.questions import Kind, Question

from ..conftest import NOW

TYPED = {
    "subject": "Voicemail is full",
    "channel": "phone",
    "ticket_type": "incident",
    "impact": "3",
    "urgency": "2",
}


def test_three_calls_are_open_at_once_and_each_is_as_it_was_left(
    member, rival, staff, agent, desk, telephony, browser
):
    client = browser(agent)
    for number, caller in enumerate((member, rival, staff)):
        typed = {**TYPED, "subject": f"Matter {number}", "systems": [telephony.id], "needed_on-day": "21"}
        assert client.post(f"/tickets/call/{caller.id}/typed", data=typed).status_code == 204
    assert [each.caller.name for each in open_calls(agent)] == [member.name, rival.name, staff.name]
    page = client.get(f"/tickets/call/{rival.id}").text
    assert 'value="Matter 1"' in page
    assert "Matter 2" in page
    assert 'value="21"' in page
    client.post(f"/tickets/call/{rival.id}", data={**TYPED, "subject": "Matter 1"})
    assert [each.caller.name for each in open_calls(agent)] == [member.name, staff.name]
    client.post(f"/tickets/call/{staff.id}/removal")
    assert "Matter 2" not in client.get("/tickets/call").text
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_without_a_script_a_call_is_kept_by_pressing(member, agent, desk, browser):
    client = browser(agent)
    answer = client.post(f"/tickets/call/{member.id}", data={"subject": "Half a", "then": "keep"})
    page = client.get(answer.headers["Location"]).text
    assert "is kept open" in page
    assert "Half a" in page
    assert db.session.scalars(select(Ticket)).all() == []


def test_nobody_sees_anothers_open_calls(member, agent, manager, desk, browser):
    browser(agent).post(f"/tickets/call/{member.id}/typed", data={**TYPED, "subject": "Between us"})
    assert "Between us" not in browser(manager).get("/tickets/call").text
    assert "Between us" not in browser(manager).get(f"/tickets/call/{member.id}").text


def test_a_promise_is_an_appointment_until_somebody_rings(member, agent, desk, browser):
    client = browser(agent)
    client.post(f"/tickets/call/{member.id}", data={**TYPED, "promised_at": "3pm"})
    (promise,) = promised_by(agent)
    assert promise.promised_at == NOW.replace(hour=15)
    assert "Call backs you promised" in client.get("/tickets/call").text
    assert "3pm today: Cllr Pat Ashcroft" in client.get("/tickets?view=mine").text
    assert "Call backs" not in client.get("/tickets").text
    ticket = db.session.scalars(select(Ticket)).one()
    assert "Promised to ring back" in client.get(f"/tickets/{ticket.reference}").text
    with clock.at(NOW + timedelta(hours=5)):
        log_call(ticket, "No answer", CallResult.NO_ANSWER, by=agent)
    assert promised_by(agent) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"promised_at": "9am"}, "has already passed"),
        ({"promised_on": "2026-11-20"}, "Say what time you promised"),
        ({"promised_at": "soon"}, "must be a time"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused(given, words, member, agent, desk, browser):
    page = browser(agent).post(f"/tickets/call/{member.id}", data={**TYPED, **given})
    assert page.status_code == 422
    assert words in page.text
    assert db.session.scalars(select(Ticket)).all() == []


def test_a_password_is_given_out_in_one_press_only_with_a_check(member, agent, desk, browser):
    enter_shipped()
    type_ = db.session.scalars(select(RequestType).where(RequestType.slug == "password-or-sign-in")).one()
    client = browser(agent)
    ending = {"resolution": "fixed", "notes": "A new one", "then": "resolve", "request_type": type_.id}
    refused = client.post(f"/tickets/call/{member.id}", data={**TYPED, **ending})
    assert "who they say they are" in refused.text
    assert "A new one" in refused.text
    checked = {"proof": "manager confirmed", "proof_detail": "Jo Hart"}
    client.post(f"/tickets/call/{member.id}", data={**TYPED, **ending, **checked})
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.status, ticket.category) == (Status.RESOLVED, "Password or sign-in")
    assert db.session.scalars(select(IdentityCheck)).one().detail == "Jo Hart"


def test_the_call_form_costs_few_statements(member, rival, agent, desk, browser, count_queries):
    client = browser(agent)
    client.get(f"/tickets/call/{member.id}")
    spent = []
    for caller in (member, rival):
        client.post(f"/tickets/call/{caller.id}/typed", data=TYPED)
        with count_queries() as queries:
            assert client.get(f"/tickets/call/{member.id}").status_code == 200
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 10, "\n".join(queries)
    assert len(db.session.scalars(select(OpenCall)).all()) == 2


@pytest.fixture
def laptop_type(desk):
    return add_type(
        name="Laptop",
        by=None,
        questions=[
            Question("wrong", Kind.CHOICE, "What is wrong?", choices=("Screen", "Keyboard")),
            Question("crack", Kind.YES_NO, "Is it cracked?", only_if=("wrong", "Screen")),
            Question("since", Kind.DATE, "Since when?", required=False),
        ],
    )


def test_a_call_is_asked_the_questions_of_its_type_and_keeps_the_answers_with_their_version(
    laptop_type, member, agent, desk, browser
):
    here, client = f"/tickets/call/{member.id}", browser(agent)
    old = laptop_type.form
    fragment = client.get(f"{here}/questions?type={laptop_type.id}").text
    assert "Is it cracked?" in fragment
    assert "<nav" not in fragment
    typed = {**TYPED, "request_type": laptop_type.id}
    shown = client.post(here, data={**typed, "then": "questions"})
    assert (shown.status_code, "What is wrong?" in shown.text) == (200, True)
    asked = {**typed, "questions": old.id, "q-wrong": "Screen"}
    refused = client.post(here, data=asked)
    assert "Answer “Is it cracked?”" in refused.text
    ask_anew(laptop_type, [Question("colour", Kind.TEXT, "Which colour?")], by=None)
    since = {"q-since-day": "2", "q-since-month": "11", "q-since-year": "2026"}
    client.post(here, data={**asked, "q-crack": "Yes", **since})
    filled = db.session.scalars(select(FilledForm)).one()
    assert (filled.form_id, [each["words"] for each in filled.answers]) == (
        old.id,
        ["Screen", "Yes", "Monday 2 November 2026"],
    )


def test_what_a_question_that_is_not_asked_holds_does_not_count_and_an_open_call_keeps_the_rest(
    laptop_type, member, agent, desk, browser
):
    here, client = f"/tickets/call/{member.id}", browser(agent)
    typed = {
        **TYPED,
        "request_type": laptop_type.id,
        "questions": laptop_type.form.id,
        "q-since-year": "2026",
    }
    typed |= {"q-wrong": "Keyboard", "q-crack": "Yes", "q-other": "x"}
    assert client.post(f"{here}/typed", data=typed).status_code == 204
    page = client.get(here).text
    assert not re.search(r'<input[^>]*name="then"', page)  # it would be sent beside the button's
    assert re.search(r'name="q-wrong"[^>]*value="Keyboard"[^>]*checked', page)
    assert 'value="2026"' in page
    assert "q-other" not in db.session.scalars(select(OpenCall)).one().typed
    client.post(here, data=typed | {"q-since-year": ""})
    answers = db.session.scalars(select(FilledForm)).one().answers
    assert [(each["key"], each["value"]) for each in answers] == [("wrong", "Keyboard")]
