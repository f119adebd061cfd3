"""The call form: who is calling, and their ticket in one press."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.devices.lending import lend
from ictsupport.devices.models import Device
from ictsupport.tickets.desk.calling import callers
from ictsupport.tickets.models import CallResult, Channel, MessageKind, Resolution, Status, Ticket

from ..cast import keep


@pytest.fixture
def ipad(member, agent, council):
    device = keep(Device(asset_tag="NB-0417", kind="iPad", model="iPad Air", council=council))
    lend(device, member, by=agent)
    db.session.flush()
    return device


def newest():
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


@pytest.mark.parametrize("typed", ["ashcroft", "Pat Ash", "cllr.pat", "01257 555123", "NB-0417", "nb-0417"])
def test_callers_are_found_by_name_number_mail_and_asset_tag(typed, member, agent, ipad):
    member.phone = "01257 555 123"
    member.email = "cllr.pat@northbrook.example"
    db.session.flush()
    if typed.startswith("01257"):
        typed = typed.replace(" ", "")
    assert [one.value for one in callers(typed, agent)] == [str(member.id)]


def test_a_suggestion_that_was_chosen_is_that_person(member, rival, agent):
    label = next(one.label for one in callers("cllr", agent) if one.value == str(rival.id))
    assert [one.value for one in callers(label, agent)] == [str(rival.id)]


def test_one_match_leads_straight_to_the_form_several_are_offered(member, rival, agent, desk, browser):
    client = browser(agent)
    assert client.get("/tickets/call?who=ashcroft").headers["Location"].endswith(f"/tickets/call/{member.id}")
    page = client.get("/tickets/call?who=cllr").text
    assert "Cllr Pat Ashcroft" in page
    assert "Cllr Robin Vale" in page
    assert "Nobody found" in client.get("/tickets/call?who=nobodyatall").text


def test_the_form_shows_what_they_hold_and_wait_for(make_ticket, member, agent, ipad, browser):
    waiting = make_ticket(requester=member, subject="Agenda will not open")
    page = browser(agent).get(f"/tickets/call/{member.id}").text
    for words in ("NB-0417", waiting.reference, "Agenda will not open", "Member"):
        assert words in page, words


def test_a_call_is_logged_for_the_caller_and_answered_by_it(member, agent, desk, ipad, telephony, browser):
    answer = browser(agent).post(
        f"/tickets/call/{member.id}",
        data={
            "subject": "iPad will not charge",
            "description": "Since yesterday",
            "channel": "walk-in",
            "ticket_type": "incident",
            "impact": "3",
            "urgency": "1",
            "device": str(ipad.id),
            "systems": [str(telephony.id)],
        },
    )
    ticket = newest()
    assert answer.headers["Location"].endswith(ticket.reference)
    assert (ticket.requester, ticket.opened_by, ticket.channel) == (member, agent, Channel.WALK_IN)
    assert (ticket.device, ticket.systems, ticket.status) == (ipad, [telephony], Status.NEW)
    assert ticket.first_responded_at is not None


def test_a_confidential_call_is_so_from_the_beginning_and_leads_on_whoever_may_not_read_it(
    member, agent, desk, browser
):
    said = {"subject": "About a colleague", "channel": "phone", "ticket_type": "incident", "impact": "3",
            "urgency": "2", "confidential": "y"}  # fmt: skip
    client = browser(agent)
    answer = client.post(f"/tickets/call/{member.id}", data=said)
    ticket = newest()
    assert (ticket.confidential, answer.headers["Location"]) == (True, "/tickets/call")
    assert f"{ticket.reference} is logged. It is confidential" in client.get("/tickets/call").text
    ticket.queue.cleared = [agent]
    db.session.flush()
    answer = client.post(f"/tickets/call/{member.id}", data=said)
    assert answer.headers["Location"].endswith(newest().reference)


def test_log_and_resolve_does_all_of_it_in_one_press(member, agent, desk, browser):
    browser(agent).post(
        f"/tickets/call/{member.id}",
        data={
            "subject": "Forgot how to share",
            "channel": "phone",
            "ticket_type": "service request",
            "impact": "3",
            "urgency": "3",
            "resolution": "advice given",
            "notes": "Showed them on the phone",
            "then": "resolve",
        },
    )
    ticket = newest()
    assert (ticket.status, ticket.resolution) == (Status.RESOLVED, Resolution.ADVICE)
    assert [(each.kind, each.call_result) for each in ticket.messages] == [
        (MessageKind.CALL, CallResult.SPOKE)
    ]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"subject": ""}, "Say in a few words what it is about"),
        ({"resolution": ""}, "Say how it ended"),
        ({"notes": " "}, "Say what was done"),
        ({"needed_on": "2026-11-20"}, "Give both the day and the time"),
        ({"needed_on": "2020-11-20", "needed_at": "3pm"}, "already passed"),
        ({"impact": "9"}, "Choose one of the answers shown"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_half_done(missing, words, member, agent, desk, browser):
    given = {
        "subject": "Forgot how to share",
        "description": "What they typed",
        "channel": "phone",
        "ticket_type": "incident",
        "impact": "3",
        "urgency": "3",
        "resolution": "advice given",
        "notes": "Showed them",
        "then": "resolve",
    }
    answer = browser(agent).post(f"/tickets/call/{member.id}", data=given | missing)
    assert answer.status_code == 422
    assert words in answer.text
    assert "What they typed" in answer.text
    assert db.session.scalars(select(Ticket)).all() == []


def test_nobody_unknown_can_be_called_for(agent, desk, browser):
    assert browser(agent).get("/tickets/call/999999").status_code == 404


def test_only_the_desk_logs_calls(staff, member, desk, browser):
    assert browser(staff).get("/tickets/call").status_code == 403
    assert browser(staff).get(f"/tickets/call/{member.id}").status_code == 403
