"""Sorting the work: who has a ticket, on which queue it lies, how soon it matters."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.amending import amend
from ictsupport.tickets.changing import NoWay
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import ClockKind, HoldReason, Resolution, Status, TicketPeriod
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import (
    CannotWork,
    NotOpen,
    QueueClosed,
    ReasonMissing,
    assign,
    move,
    prioritise,
    return_to_triage,
    take_up,
)

from ..conftest import NOW


def last_of(ticket):
    return entries_about(ticket)[-1]


def test_being_given_to_somebody_takes_a_new_ticket_up_and_answers_nobody(ticket, agent, manager):
    assign(ticket, agent, by=manager)
    assert (ticket.status, ticket.assignee, ticket.version) == (Status.IN_PROGRESS, agent, 2)
    assert ticket.first_responded_at is None
    entry = last_of(ticket)
    assert entry.kind == "tickets.TicketAssigned"
    assert entry.data["changes"] == {"assignee": [None, agent.id], "status": ["new", "in progress"]}


def test_giving_it_to_whoever_has_it_changes_nothing(ticket, agent):
    assign(ticket, agent, by=agent)
    assign(ticket, agent, by=agent)
    assert ticket.version == 2
    assert len(entries_about(ticket)) == 2


def test_only_those_who_may_work_it_can_be_given_it(ticket, staff, make_person, other_council, agent):
    with pytest.raises(CannotWork):
        assign(ticket, staff, by=agent)
    elsewhere = make_person("Eve Marsh", other_council)
    elsewhere.grants.append(Grant(role=Role.AGENT, **scoped_to(other_council)))
    with pytest.raises(CannotWork):
        assign(ticket, elsewhere, by=agent)


def test_every_change_of_standing_is_a_period(ticket, agent, desk, later):
    with later(hours=1):
        assign(ticket, agent, by=agent)
    with later(hours=2):
        move(ticket, desk["business"], by=agent)
    periods = db.session.scalars(select(TicketPeriod).order_by(TicketPeriod.id)).all()
    assert [(each.status, each.assignee_id) for each in periods] == [
        (Status.NEW, None),
        (Status.IN_PROGRESS, agent.id),
        (Status.IN_PROGRESS, None),
    ]
    assert [each.ends_at for each in periods] == [NOW + timedelta(hours=1), NOW + timedelta(hours=2), None]


def test_on_another_queue_nobody_has_it_yet(ticket, agent, desk):
    assign(ticket, agent, by=agent)
    move(ticket, desk["business"], by=agent, reason="It is the cash desk's printer")
    assert (ticket.queue, ticket.assignee, ticket.status) == (desk["business"], None, Status.IN_PROGRESS)
    assert last_of(ticket).data["reason"] == "It is the cash desk's printer"


def test_back_on_the_triage_queue_it_is_new_again(ticket, agent, desk):
    assign(ticket, agent, by=agent)
    move(ticket, desk["business"], by=agent)
    move(ticket, desk["helpdesk"], by=agent)
    assert ticket.status is Status.NEW
    take_up(ticket, by=agent)
    assert ticket.status is Status.IN_PROGRESS
    return_to_triage(ticket, by=agent)
    assert ticket.status is Status.NEW


def test_nothing_is_moved_to_a_closed_queue(ticket, agent, desk):
    desk["business"].closed_on = date(2026, 11, 1)
    with pytest.raises(QueueClosed):
        move(ticket, desk["business"], by=agent)


def test_what_is_done_is_not_sorted(ticket, agent, desk):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    with pytest.raises(NotOpen):
        assign(ticket, agent, by=agent)
    with pytest.raises(NotOpen):
        move(ticket, desk["business"], by=agent)
    with pytest.raises(NoWay) as refused:
        return_to_triage(ticket, by=agent)
    assert "in progress, closed" in str(refused.value)


def test_clocks_follow_a_new_priority(ticket, agent):
    prioritise(ticket, by=agent, impact=1, urgency=1)
    assert ticket.priority == 1
    assert (ticket.due_kind, ticket.due_sort) == (ClockKind.RESPONSE, NOW + timedelta(minutes=30))


def test_an_override_needs_a_reason_and_falls_with_the_next_decision(ticket, agent):
    with pytest.raises(ReasonMissing):
        prioritise(ticket, by=agent, override=2)
    prioritise(ticket, by=agent, override=2, reason="The Mayor speaks tonight")
    assert (ticket.priority, ticket.priority_override_by_id) == (2, agent.id)
    prioritise(ticket, by=agent, urgency=3)
    assert (ticket.priority, ticket.priority_override_reason) == (5, None)


def test_details_are_put_right_and_remembered(ticket, agent, telephony, make_person, other_council):
    other = make_person("Olive Pike", other_council)
    amend(
        ticket,
        by=agent,
        subject="Both telephones",
        systems=[telephony],
        requester=other,
        council=other_council,
        needed_by=NOW + timedelta(hours=6),
    )
    assert (ticket.requester, ticket.council, ticket.systems) == (other, other_council, [telephony])
    assert ClockKind.NEEDED_BY in {each.kind for each in ticket.clocks}
    changes = last_of(ticket).data["changes"]
    assert changes["systems"] == [[], [telephony.id]]
    assert changes["subject"] == ["The telephone is silent", "Both telephones"]


def test_on_hold_it_may_be_moved_and_stays_on_hold(ticket, agent, desk):
    move(ticket, desk["business"], by=agent)
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    move(ticket, desk["helpdesk"], by=agent)
    assert (ticket.status, ticket.hold_reason) == (Status.ON_HOLD, HoldReason.SUPPLIER)
