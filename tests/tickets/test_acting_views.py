"""What the desk does to a ticket, each at its own address: shown, done, refused with everything kept."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.devices.lending import lend
from ictsupport.devices.models import Device
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.amending import amend
from ictsupport.tickets.models import HoldReason, MessageKind, Resolution, Status, Ticket
from ictsupport.tickets.resolving import cancel, resolve
from ictsupport.tickets.triage import assign

from ..cast import keep

ACTS = (
    "assignment",
    "queue",
    "priority",
    "hold",
    "release",
    "work",
    "triage",
    "resolution",
    "reopening",
    "cancellation",
    "details",
)


@pytest.fixture
def press(ticket, agent, browser):
    """press("hold", reason="...") sends the form of that act, as the agent, and returns the answer."""

    def send(act, **data):
        data.setdefault("version", ticket.version)
        answer = browser(agent).post(f"/tickets/{ticket.reference}/{act}", data=data)
        db.session.refresh(ticket)
        return answer

    return send


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_a_form_of_its_own_and_a_get_changes_nothing(act, ticket, agent, browser):
    before = ticket.version
    answer = browser(agent).get(f"/tickets/{ticket.reference}/{act}")
    assert answer.status_code == 200
    assert 'method="post"' in answer.text
    assert ticket.subject in answer.text
    db.session.refresh(ticket)
    assert ticket.version == before


@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_the_desk_reaches_them(act, ticket, other_staff, browser):
    assert browser(other_staff).get(f"/tickets/{ticket.reference}/{act}").status_code in (403, 404)


def test_assigning_to_oneself_and_to_another(press, ticket, agent, manager):
    assert press("assignment", assignee="me").status_code == 303
    assert ticket.assignee is agent
    press("assignment", assignee=str(manager.id))
    assert ticket.assignee is manager
    press("assignment", assignee="")
    assert ticket.assignee is None


def test_somebody_who_is_not_of_the_desk_cannot_be_chosen(press, ticket, staff):
    answer = press("assignment", assignee=str(staff.id))
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert ticket.assignee is None


def test_moving_to_another_queue(press, ticket, desk):
    assert press("queue", queue=str(desk["business"].id), reason="Theirs").status_code == 303
    assert ticket.queue is desk["business"]


def test_the_priority_follows_or_is_overridden_with_a_reason(press, ticket):
    press("priority", impact="1", urgency="1", override="")
    assert ticket.priority == 1
    answer = press("priority", impact="3", urgency="3", override="2", reason="")
    assert "Say why the priority is different" in answer.text
    assert 'value="2" selected' in answer.text
    press("priority", impact="3", urgency="3", override="2", reason="The Leader is waiting")
    assert (ticket.priority, ticket.priority_override_reason) == (2, "The Leader is waiting")


def test_holding_and_releasing(press, ticket):
    answer = press("hold", reason="awaiting requester", message="")
    assert "Write to the requester what you need" in answer.text
    assert (
        press("hold", reason="awaiting requester", message="Which room?", until="2026-11-20").status_code
        == 303
    )
    assert (ticket.hold_reason, ticket.hold_until) == (HoldReason.REQUESTER, date(2026, 11, 20))
    assert [message.body for message in ticket.messages] == ["Which room?"]
    press("release")
    assert ticket.status is Status.IN_PROGRESS


def test_a_day_that_is_none_comes_back_as_typed(press, ticket):
    answer = press(
        "hold", **{"reason": "booked", "until-day": "31", "until-month": "2", "until-year": "2026"}
    )
    assert "must be a real date" in answer.text
    assert 'value="31"' in answer.text
    assert ticket.status is Status.NEW


def test_resolving_takes_code_notes_and_minutes(press, ticket):
    answer = press("resolution", resolution="", notes="Changed the cable")
    assert "Say how it ended" in answer.text
    assert "Changed the cable" in answer.text
    press("resolution", resolution="fixed", notes="Changed the cable", minutes="15")
    assert (ticket.status, ticket.resolution) == (Status.RESOLVED, Resolution.FIXED)
    assert ticket.minutes_spent == 15


def test_reopening_by_the_desk(press, ticket, agent):
    resolve(ticket, Resolution.FIXED, "Changed the cable", by=agent)
    db.session.flush()
    assert press("reopening", reason="It fell out again").status_code == 303
    assert ticket.status is Status.IN_PROGRESS


def test_cancelling_and_taking_it_up_again_the_same_day(press, ticket, agent):
    assert press("cancellation", reason="Raised twice").status_code == 303
    assert ticket.status is Status.CANCELLED
    press("reopening")
    assert ticket.status is Status.IN_PROGRESS


def test_begin_work_and_give_back(press, ticket):
    press("work")
    assert ticket.status is Status.IN_PROGRESS
    press("triage")
    assert ticket.status is Status.NEW


def test_details_can_be_put_right(press, ticket, telephony, other_council):
    answer = press(
        "details",
        subject="The switchboard is silent",
        ticket_type="service request",
        council=str(other_council.id),
        systems=[str(telephony.id)],
        needed_on="2026-11-18",
        needed_at="6:30pm",
        needed_for="Planning Committee",
        supplier_reference="BT-77",
    )
    assert answer.status_code == 303
    assert ticket.subject == "The switchboard is silent"
    assert ticket.systems == [telephony]
    assert ticket.council is other_council
    assert ticket.needed_by.isoformat() == "2026-11-18T18:30:00+00:00"
    assert ticket.supplier_reference == "BT-77"


def test_the_device_of_whoever_asked_can_be_named_later(press, ticket, agent, browser, council):
    device = keep(Device(asset_tag="NB-0417", kind="laptop", model="Latitude", council=council))
    lend(device, ticket.requester, by=agent)
    page = f"/tickets/{ticket.reference}"
    assert "Latitude, NB-0417" in browser(agent).get(f"{page}/details").text
    stays = {"subject": ticket.subject, "ticket_type": "incident", "council": str(council.id)}
    seen = ticket.version
    press("details", **stays, device=str(device.id))
    assert ticket.device is device
    assert "the device" in (told := browser(agent).get(page).text)
    assert "nothing → NB-0417" in " ".join(re.sub(r"<[^>]+>", " ", told).split())
    other = keep(Device(asset_tag="NB-0418", kind="laptop", model="Latitude", council=council))
    lend(other, ticket.requester, by=agent)
    answer = press("details", **stays, device=str(other.id), version=seen)
    assert "the device from “nothing” to “Latitude, NB-0417”" in answer.text
    assert press("details", **stays, device="999999").status_code == 422


def test_details_that_stayed_are_not_told_as_changed(press, ticket, council):
    press(
        "details",
        subject=ticket.subject,
        ticket_type="incident",
        council=str(council.id),
        supplier_reference="BT-77",
    )
    assert set(entries_about(ticket)[-1].data["changes"]) == {"supplier_reference"}


def test_what_the_rules_forbid_is_refused_with_what_is_allowed(press, ticket, agent):
    cancel(ticket, by=agent)
    db.session.flush()
    answer = press("hold", reason="booked")
    assert answer.status_code == 422
    assert "cancelled" in answer.text


def test_two_changes_of_the_same_thing_ask_whose_shall_stand(press, ticket, agent, manager):
    seen = ticket.version
    assign(ticket, manager, by=manager)
    db.session.flush()
    answer = press("assignment", assignee=str(agent.id), version=seen)
    assert answer.status_code == 422
    assert "Let mine stand" in answer.text
    assert "Keep theirs" in answer.text
    assert "Morgan Okafor" in answer.text
    assert f'name="version" type="hidden" value="{ticket.version}"' in answer.text.replace(
        'id="version" ', ""
    )
    assert ticket.assignee is manager
    press("assignment", assignee=str(agent.id))
    assert ticket.assignee is agent


def test_changes_of_different_things_both_stand(press, ticket, agent, manager):
    seen = ticket.version
    assign(ticket, manager, by=manager)
    db.session.flush()
    assert press("priority", impact="2", urgency="2", override="", version=seen).status_code == 303
    assert (ticket.assignee, ticket.impact) == (manager, 2)


def test_what_was_not_touched_on_a_form_of_many_fields_stays_as_others_changed_it(
    press, ticket, council, telephony, manager
):
    seen = ticket.version
    stale = {
        "subject": ticket.subject,
        "ticket_type": "incident",
        "council": str(council.id),
        "version": seen,
    }
    by_others = {"subject": "Theirs", "needed_by": clock.now() + timedelta(hours=8), "systems": [telephony]}
    amend(ticket, by=manager, **by_others)
    assert press("details", **stale, supplier_reference="BT-77").status_code == 303
    assert (ticket.subject, ticket.supplier_reference, ticket.systems) == ("Theirs", "BT-77", [telephony])
    assert ticket.needed_by == by_others["needed_by"]
    page = press("details", **stale, supplier_reference="BT-78").text
    assert "the supplier’s reference from" in page
    assert "the subject from" not in page
    again = dict(re.findall(r'name="(subject|version|needed_on-\w+|needed_at)"[^>]*value="([^"]*)"', page))
    assert (again["subject"], again["needed_at"]) == ("Theirs", "6pm")
    press("details", **{**stale, **again}, supplier_reference="BT-78", systems=[str(telephony.id)])
    assert (ticket.subject, ticket.supplier_reference) == ("Theirs", "BT-78")
    assert ticket.needed_by == by_others["needed_by"]


@pytest.mark.parametrize("version", ["", "nonsense", "9" * 30, "-1"])
def test_a_version_that_is_none_does_no_harm(version, press, ticket, agent):
    assert press("assignment", assignee="me", version=version).status_code == 303
    assert ticket.assignee is agent


def test_an_unknown_ticket_is_not_there(agent, desk, browser):
    assert browser(agent).post("/tickets/ICT-1/hold", data={"reason": "booked"}).status_code == 404


def test_a_message_to_the_requester_goes_with_the_hold(press, ticket):
    press("hold", reason="awaiting requester", message="Which room?")
    kinds = db.session.scalars(select(Ticket).where(Ticket.id == ticket.id)).one().messages
    assert [message.kind for message in kinds] == [MessageKind.REPLY]
