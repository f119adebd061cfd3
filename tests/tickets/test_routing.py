"""Which queue a new ticket goes to, and why."""

from datetime import date

import pytest

from ictsupport.database import db
from ictsupport.people.models import RequesterKind
from ictsupport.tickets.models import Channel, RoutingRule, TicketType
from ictsupport.tickets.routing import NoTriageQueue

from ..cast import keep


@pytest.fixture
def make_rule(desk):
    def make(position=1, queue="business", **conditions):
        return keep(RoutingRule(position=position, queue=desk[queue], **conditions))

    return make


def test_without_a_rule_that_fits_it_waits_to_be_sorted(ticket, desk):
    assert ticket.queue is desk["helpdesk"]
    assert ticket.routed_because == "Put on Helpdesk to be sorted because no rule fits"


def test_the_reason_is_kept_in_words(make_rule, make_ticket, telephony, council, member, desk):
    make_rule(system=telephony, council=council, requester_kind=RequesterKind.MEMBER)
    ticket = make_ticket(requester=member, systems=[telephony])
    assert ticket.queue is desk["business"]
    assert ticket.routed_because == (
        "Routed to Business systems because the system is Telephony and it is for Northbrook and a member asks"
    )


def test_the_first_rule_that_fits_decides(make_rule, make_ticket, telephony, desk):
    make_rule(position=2, system=telephony)
    make_rule(position=1, queue="helpdesk", channel=Channel.PHONE)
    assert make_ticket(systems=[telephony], channel=Channel.PHONE).queue is desk["helpdesk"]
    assert make_ticket(systems=[telephony]).queue is desk["business"]


def test_every_condition_must_hold(make_rule, make_ticket, telephony, desk):
    make_rule(system=telephony, ticket_type=TicketType.REQUEST)
    assert make_ticket(systems=[telephony]).queue is desk["helpdesk"]
    assert make_ticket(systems=[telephony], ticket_type=TicketType.REQUEST).queue is desk["business"]


def test_words_are_whole_words_in_any_case(make_rule, make_ticket, desk):
    make_rule(words_="council tax, rent")
    assert make_ticket(subject="Current opening hours").queue is desk["helpdesk"]
    ticket = make_ticket(description="The COUNCIL TAX screen is grey")
    assert ticket.routed_because.endswith("because it says “council tax”")


def test_a_closed_queue_gets_nothing_new(make_rule, make_ticket, desk):
    make_rule(words_="silent")
    desk["business"].closed_on = date(2026, 11, 18)
    assert make_ticket().queue is desk["helpdesk"]


def test_with_no_queue_for_triage_nothing_can_be_raised(make_ticket, desk):
    desk["helpdesk"].is_triage = False
    db.session.flush()
    with pytest.raises(NoTriageQueue):
        make_ticket()
