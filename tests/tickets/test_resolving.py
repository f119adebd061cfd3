"""The end of a ticket, and its way back: resolved, reopened, closed, cancelled."""

from datetime import UTC, datetime

import pytest

from ictsupport import clock
from ictsupport.jobs import enqueue, run_all
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.changing import NoWay
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.resolving import (
    DeskOnly,
    NotToday,
    cancel,
    close,
    close_resolved,
    reopen,
    resolve,
)
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.texts import NothingSaid
from ictsupport.tickets.triage import assign

from ..conftest import NOW


def stage(ticket, kind, number=1):
    return {(each.kind.value, each.round): each.stage for each in ticket.clocks}[kind, number]


def test_resolving_says_how_and_what_was_done(ticket, agent):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    assert (ticket.status, ticket.resolution, ticket.resolution_notes) == (
        Status.RESOLVED,
        Resolution.FIXED,
        "New cable",
    )
    assert ticket.resolved_at == NOW
    assert stage(ticket, "resolution") is Stage.MET


def test_what_was_done_must_be_said(ticket, agent):
    with pytest.raises(NothingSaid):
        resolve(ticket, Resolution.FIXED, " ", by=agent)
    assert ticket.status is Status.NEW


def test_telling_the_requester_that_it_is_done_is_an_answer_too(ticket, agent):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    assert ticket.first_responded_at == NOW
    assert stage(ticket, "response") is Stage.MET


def test_from_hold_it_is_resolved_and_waits_no_more(ticket, agent):
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    resolve(ticket, Resolution.SUPPLIER, "They swapped it", by=agent)
    assert ticket.hold_reason is None


def test_reopened_it_goes_back_to_whoever_had_it(ticket, agent, staff):
    assign(ticket, agent, by=agent)
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    reopen(ticket, by=staff, reason="Silent again")
    assert (ticket.status, ticket.assignee, ticket.resolution) == (Status.IN_PROGRESS, agent, None)
    assert stage(ticket, "resolution", 2) is Stage.RUNNING


def test_reopened_after_they_left_nobody_has_it(ticket, agent, staff):
    assign(ticket, agent, by=agent)
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    agent.left_on = datetime(2026, 11, 17, tzinfo=UTC).date()
    reopen(ticket, by=staff)
    assert ticket.assignee is None


def test_only_what_is_resolved_is_closed_and_then_it_stays_so(ticket, agent):
    with pytest.raises(NoWay) as refused:
        close(ticket, by=agent)
    assert refused.value.allowed == Status.NEW.may_go_to
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    close(ticket, by=agent)
    assert (ticket.status, ticket.closed_at) == (Status.CLOSED, NOW)
    with pytest.raises(NoWay, match="opens a new ticket"):
        reopen(ticket, by=agent)


def test_cancelling_ends_the_clocks_without_a_verdict(ticket, staff):
    cancel(ticket, by=staff, reason="Found the plug")
    assert (ticket.status, ticket.closed_at) == (Status.CANCELLED, NOW)
    assert {stage(ticket, "response"), stage(ticket, "resolution")} == {Stage.CANCELLED}
    assert entries_about(ticket)[-1].data["reason"] == "Found the plug"


def test_the_desk_takes_a_cancelled_ticket_up_again_on_the_same_day(ticket, staff, agent, later):
    cancel(ticket, by=staff)
    with pytest.raises(DeskOnly):
        reopen(ticket, by=staff)
    with later(hours=15), pytest.raises(NotToday):
        reopen(ticket, by=agent)
    with later(hours=13):
        reopen(ticket, by=agent)
    assert (ticket.status, ticket.closed_at, ticket.reopen_count) == (Status.IN_PROGRESS, None, 0)
    assert stage(ticket, "resolution", 2) is Stage.RUNNING


def test_the_same_day_is_that_of_the_council_not_of_the_server(make_ticket, agent):
    with clock.at(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)):  # 11:30pm in summer
        ticket = make_ticket()
        cancel(ticket, by=agent)
    with clock.at(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)), pytest.raises(NotToday):
        reopen(ticket, by=agent)


def test_resolved_becomes_closed_after_five_working_days(ticket, agent):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)  # Wednesday 10am
    with clock.at(datetime(2026, 11, 25, 9, 59, tzinfo=UTC)):
        assert close_resolved() == 0
    with clock.at(datetime(2026, 11, 25, 10, 1, tzinfo=UTC)):
        enqueue("tickets.close_resolved")
        run_all()
    assert ticket.status is Status.CLOSED
    assert ticket.version == 2, "what the timetable does is no change by a person"


def test_christmas_does_not_count(make_ticket, agent):
    with clock.at(datetime(2026, 12, 23, 10, 0, tzinfo=UTC)):
        ticket = make_ticket()
        resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    with clock.at(datetime(2027, 1, 5, 9, 0, tzinfo=UTC)):
        assert close_resolved() == 0
