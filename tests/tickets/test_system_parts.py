"""The tickets about a system, on the system's page."""

import pytest

from ictsupport.database import db
from ictsupport.people.models import Role
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Status, Ticket
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.system_parts import newest_about, open_by_status


@pytest.fixture
def ask(desk, agent, telephony):
    """ask(person, "No sound") is a ticket about telephony."""

    def make(requester, subject: str, **more) -> Ticket:
        return raise_ticket(
            requester=requester,
            subject=subject,
            description=subject,
            systems=[telephony],
            channel=Channel.SELF_SERVICE,
            by=requester,
            **more,
        )

    return make


def test_the_desk_sees_how_many_are_open_by_status(ask, staff, agent, telephony):
    ask(staff, "No sound")
    hold(ask(staff, "Echo"), HoldReason.SUPPLIER, by=agent)
    assert open_by_status(telephony, agent) == {Status.NEW: 1, Status.ON_HOLD: 1}


def test_the_page_of_a_system_shows_its_tickets_and_leads_to_the_queue(ask, browser, staff, agent):
    ask(staff, "No sound on the softphone")
    shown = browser(agent).get("/systems/telephony").text
    assert "No sound on the softphone" in shown
    assert "<b>1 open</b>: 1 new." in shown
    assert 'href="/tickets?system=telephony"' in shown


def test_others_see_their_own_requests_alone(ask, browser, staff, other_staff, telephony):
    ask(staff, "No sound")
    ask(other_staff, "Handset broken")
    shown = browser(staff).get("/systems/telephony").text
    assert "No sound" in shown
    assert "Handset broken" not in shown
    assert "in the queue" not in shown


def test_confidential_tickets_are_neither_shown_nor_counted(ask, staff, agent, telephony):
    ask(staff, "Recording of a call", confidential=True)
    assert open_by_status(telephony, agent) == {}
    assert newest_about(telephony, agent) == []


def test_the_newest_come_first_and_no_more_than_ten(ask, staff, agent, telephony):
    for number in range(12):
        ask(staff, f"Fault {number}")
    assert [ticket.subject for ticket in newest_about(telephony, agent)][:2] == ["Fault 11", "Fault 10"]
    assert len(newest_about(telephony, agent)) == 10


@pytest.mark.parametrize("tickets", [1, 25])
def test_it_costs_two_statements_however_many(tickets, ask, staff, agent, telephony, count_queries):
    for number in range(tickets):
        ask(staff, f"Fault {number}")
    db.session.flush()
    assert agent.has_role(Role.AGENT)
    with count_queries() as queries:
        open_by_status(telephony, agent)
        newest_about(telephony, agent)
    assert len(queries) == 2
