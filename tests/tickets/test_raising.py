"""Asking for help: a ticket is made, given its priority and queue, and its clocks start."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import RequesterKind
from ictsupport.people.scopes import Scope
from ictsupport.tickets.models import Channel, ClockKind, ContactBy, Status, Ticket, TicketPeriod
from ictsupport.tickets.raising import NeededInThePast, NoNumber, RequesterHasLeft
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.texts import NothingSaid, TooLong

from ..conftest import NOW


def test_a_ticket_knows_who_asked_as_what_and_for_which_council(make_ticket, member, council):
    ticket = make_ticket(requester=member, by=member)
    assert ticket.reference == f"ICT-{10_000 + ticket.id}"
    assert (ticket.requester, ticket.opened_by) == (member, member)
    assert ticket.requester_kind is RequesterKind.MEMBER
    assert (ticket.scope, ticket.council) == (Scope.COUNCIL, council)
    assert (ticket.status, ticket.version) == (Status.NEW, 1)


def test_work_may_be_for_another_council_or_for_all(make_ticket, other_council):
    assert make_ticket(council=other_council).council is other_council
    shared = make_ticket(council=None)
    assert (shared.scope, shared.council) == (Scope.ALL, None)


def test_priority_follows_from_impact_and_urgency(make_ticket):
    assert make_ticket(impact=3, urgency=2).priority == 4
    assert make_ticket(impact=1, urgency=1).priority == 1


def test_its_first_period_begins(ticket):
    period = db.session.scalars(select(TicketPeriod)).one()
    assert (period.status, period.queue_id, period.assignee_id) == (Status.NEW, ticket.queue_id, None)
    assert (period.starts_at, period.ends_at) == (NOW, None)


def test_its_clocks_run_and_the_list_knows_when_it_is_due(ticket):
    stages = {each.kind: each.stage for each in ticket.clocks}
    assert stages == {ClockKind.RESPONSE: Stage.RUNNING, ClockKind.RESOLUTION: Stage.RUNNING}
    assert ticket.due_kind is ClockKind.RESPONSE
    assert ticket.due_sort == NOW + timedelta(days=1)


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.WALK_IN, Channel.CLINIC])
def test_raised_with_the_person_there_it_is_answered(channel, make_ticket, agent):
    ticket = make_ticket(by=agent, channel=channel)
    assert ticket.first_responded_at == NOW
    assert {each.kind: each.stage for each in ticket.clocks}[ClockKind.RESPONSE] is Stage.MET


def test_a_meeting_tonight_has_a_clock_of_its_own(make_ticket):
    tonight = NOW + timedelta(hours=8)
    ticket = make_ticket(needed_by=tonight, needed_for="Planning Committee")
    assert ClockKind.NEEDED_BY in {each.kind for each in ticket.clocks}
    with pytest.raises(NeededInThePast):
        make_ticket(needed_by=NOW - timedelta(minutes=1))


def test_the_journal_says_who_raised_it_for_whom(make_ticket, member, agent):
    ticket = make_ticket(requester=member, by=agent, channel=Channel.PHONE)
    (entry,) = entries_about(ticket)
    assert (entry.kind, entry.by_id, entry.for_whom_id) == ("tickets.TicketRaised", agent.id, member.id)
    assert entry.data["version"] == 1


def test_an_empty_or_endless_subject_is_refused(make_ticket):
    with pytest.raises(NothingSaid):
        make_ticket(subject=" \x00 ")
    with pytest.raises(TooLong):
        make_ticket(subject="x" * 201)
    with pytest.raises(TooLong):
        make_ticket(description="x" * 20_001)


def test_control_characters_do_not_get_in(make_ticket):
    ticket = make_ticket(subject="No\x00 tone\n at all", description="one\r\ntwo\x07")
    assert (ticket.subject, ticket.description) == ("No tone at all", "one\ntwo")


def test_who_wants_to_be_rung_says_the_number(make_ticket):
    with pytest.raises(NoNumber):
        make_ticket(contact_by=ContactBy.PHONE)
    assert make_ticket(contact_by=ContactBy.TEXT, contact_number="07700 900123").contact_number


def test_nothing_is_raised_for_somebody_who_has_left(make_ticket, staff):
    staff.left_on = clock.now().date() - timedelta(days=1)
    with pytest.raises(RequesterHasLeft):
        make_ticket()
    assert db.session.scalars(select(Ticket)).all() == []
