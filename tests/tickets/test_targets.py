"""When an answer is due, from raising a ticket to resolving it, reopening it, or changing its priority."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ictsupport.database import FAR_FUTURE, db
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import Channel, ClockKind, HoldReason, Status, TicketType
from ictsupport.tickets.targets.clocks import Stage, Unit
from ictsupport.tickets.targets.models import ClockEvent, Policy
from ictsupport.tickets.targets.policies import NoPolicy
from ictsupport.tickets.targets.timing import (
    cancel_clocks,
    first_response,
    need_by,
    pause,
    reopen_clocks,
    resume,
    retarget,
    start_clocks,
    stop_resolution,
)
from tests.cast import LONG_AGO, TARGETS, keep

from .clock_cast import at, breaches_told, clock_of, resolution, response, ticket_maker, ticket_with_clocks  # noqa: F401


def test_every_ticket_has_a_response_and_a_resolution_clock(ticket):
    assert (response(ticket).stage, response(ticket).due_at) == (Stage.RUNNING, at(14))
    assert (resolution(ticket).stage, resolution(ticket).due_at) == (Stage.RUNNING, at(10, day=25))
    assert (ticket.due_sort, ticket.due_kind, ticket.past_target_at) == (at(14), ClockKind.RESPONSE, None)


def test_who_is_there_in_person_is_answered_at_once(make_ticket):
    ticket = make_ticket(channel=Channel.PHONE)
    start_clocks(ticket, at(10), answered=True)
    assert (response(ticket).stage, response(ticket).stopped_at) == (Stage.MET, at(10))
    assert (ticket.due_sort, ticket.due_kind) == (at(10, day=25), ClockKind.RESOLUTION)


def test_only_the_first_answer_counts(ticket):
    first_response(ticket, at(11))
    first_response(ticket, at(12))
    assert (response(ticket).stage, response(ticket).stopped_at) == (Stage.MET, at(11))
    assert response(ticket).elapsed_seconds == 3600


def test_a_late_answer_is_a_target_missed_and_told_once(ticket):
    first_response(ticket, at(15))
    assert (response(ticket).stage, response(ticket).breached_at) == (Stage.MISSED, at(14))
    stop_resolution(ticket, at(16))
    assert breaches_told() == 1
    assert ticket.past_target_at is None


def test_awaiting_the_requester_pauses_both_clocks(ticket):
    pause(ticket, HoldReason.REQUESTER, at(11))
    assert response(ticket).stage is resolution(ticket).stage is Stage.PAUSED
    assert response(ticket).due_at is None
    assert (ticket.due_sort, ticket.due_kind) == (FAR_FUTURE, None)
    resume(ticket, at(9, day=19))
    assert response(ticket).due_at == at(12, day=19)
    assert response(ticket).paused_seconds == 6.5 * 3600


def test_awaiting_a_supplier_pauses_nothing_unless_the_policy_says_so(ticket, policy):
    pause(ticket, HoldReason.SUPPLIER, at(11))
    assert response(ticket).stage is Stage.RUNNING
    policy.pauses = ["awaiting requester", "awaiting supplier"]
    pause(ticket, HoldReason.SUPPLIER, at(12))
    assert response(ticket).stage is Stage.PAUSED


def test_a_hold_that_turns_to_a_reason_which_does_not_pause_lets_the_clock_run(ticket):
    pause(ticket, HoldReason.REQUESTER, at(11))
    pause(ticket, HoldReason.SUPPLIER, at(12))
    assert (response(ticket).stage, response(ticket).due_at) == (Stage.RUNNING, at(15))


def test_a_resolution_that_is_told_is_a_first_response_too(ticket):
    stop_resolution(ticket, at(11))
    assert response(ticket).stopped_at == resolution(ticket).stopped_at == at(11)
    assert response(ticket).stage is resolution(ticket).stage is Stage.MET
    assert ticket.due_sort == FAR_FUTURE


def test_cancelling_ends_the_clocks_without_a_verdict(ticket):
    cancel_clocks(ticket, at(16))
    assert response(ticket).stage is resolution(ticket).stage is Stage.CANCELLED
    assert (ticket.due_sort, ticket.past_target_at) == (FAR_FUTURE, None)


def test_reopening_starts_a_second_round_with_what_was_used_up(ticket):
    stop_resolution(ticket, at(14))
    reopen_clocks(ticket, at(10, day=19))
    assert (resolution(ticket).stage, resolution(ticket).stopped_at) == (Stage.MET, at(14))
    second = resolution(ticket, 2)
    assert (second.stage, second.started_at) == (Stage.RUNNING, at(10, day=19))
    assert second.due_at == at(14.5, day=25)
    assert second.elapsed_seconds == 4 * 3600
    assert response(ticket).stage is Stage.MET


def test_a_cancelled_ticket_that_comes_back_still_owes_an_answer(ticket):
    cancel_clocks(ticket, at(11))
    reopen_clocks(ticket, at(12))
    assert (response(ticket, 2).stage, response(ticket, 2).due_at) == (Stage.RUNNING, at(15))


def test_a_change_of_priority_keeps_what_was_counted(ticket):
    pause(ticket, HoldReason.REQUESTER, at(11))
    resume(ticket, at(12))
    ticket.priority = 2
    retarget(ticket, at(13))
    assert (resolution(ticket).amount, resolution(ticket).unit) == (1, Unit.WORKING_DAYS)
    assert (resolution(ticket).elapsed_seconds, resolution(ticket).paused_seconds) == (2 * 3600, 3600)
    assert resolution(ticket).due_at == at(11, day=19)
    assert (response(ticket).due_at, response(ticket).breached_at) == (at(11), at(13))
    assert ticket.past_target_at == at(13)
    assert breaches_told() == 1


def test_a_priority_set_back_takes_the_breach_back_with_it(ticket):
    ticket.priority = 1
    retarget(ticket, at(11))
    assert ticket.past_target_at == at(11)
    ticket.priority = 3
    retarget(ticket, at(11.1))
    assert (ticket.past_target_at, response(ticket).due_at) == (None, at(14))


def test_a_target_that_is_met_does_not_move(ticket):
    first_response(ticket, at(12))
    ticket.priority = 1
    retarget(ticket, at(13))
    assert (response(ticket).stage, response(ticket).amount) == (Stage.MET, 240)


def test_retargeting_to_the_same_writes_nothing(ticket):
    retarget(ticket, at(11))
    events = db.session.scalars(select(ClockEvent).where(ClockEvent.ticket_id == ticket.id)).all()
    assert [row.event for row in events] == ["started", "started"]


def test_a_ticket_on_hold_follows_the_pauses_of_its_new_policy(ticket, council, policy):
    ticket.status, ticket.hold_reason = Status.ON_HOLD, HoldReason.SUPPLIER
    pause(ticket, HoldReason.SUPPLIER, at(11))
    keep(
        Policy(
            name="Incidents here",
            ticket_type=TicketType.INCIDENT,
            targets=TARGETS,
            pauses=["awaiting supplier"],
            effective_from=LONG_AGO,
            **scoped_to(council),
        )
    )
    retarget(ticket, at(12))
    assert (response(ticket).stage, response(ticket).elapsed_seconds) == (Stage.PAUSED, 2 * 3600)


def test_a_meeting_tonight_has_its_own_clock_in_wall_time(make_ticket):
    ticket = make_ticket(needed_by=at(18.5), needed_for="Planning Committee", priority=5)
    start_clocks(ticket, at(10))
    needed = clock_of(ticket, ClockKind.NEEDED_BY)
    assert (needed.due_at, needed.unit, needed.calendar_id) == (at(18.5), Unit.WALL, None)
    assert (ticket.due_sort, ticket.due_kind) == (at(18.5), ClockKind.NEEDED_BY)
    pause(ticket, HoldReason.REQUESTER, at(11))
    assert (ticket.due_sort, needed.stage) == (at(18.5), Stage.RUNNING)
    stop_resolution(ticket, at(18.5))
    assert needed.stage is Stage.MET


def test_a_needed_by_can_be_set_later_moved_and_dropped(ticket):
    ticket.needed_by = at(12)
    need_by(ticket, at(11))
    assert ticket.due_kind is ClockKind.NEEDED_BY
    ticket.needed_by = at(13)
    need_by(ticket, at(11.5))
    assert clock_of(ticket, ClockKind.NEEDED_BY).due_at == ticket.due_sort == at(13)
    ticket.needed_by = None
    need_by(ticket, at(11.6))
    assert clock_of(ticket, ClockKind.NEEDED_BY).stage is Stage.CANCELLED
    ticket.needed_by = at(16)
    need_by(ticket, at(11.7))
    assert clock_of(ticket, ClockKind.NEEDED_BY, 2).due_at == at(16)


def test_nothing_happens_before_what_has_happened(ticket):
    pause(ticket, HoldReason.REQUESTER, at(12))
    resume(ticket, at(11))  # on a machine whose clock is an hour behind
    assert (response(ticket).stage, response(ticket).paused_seconds) == (Stage.RUNNING, 0)


def test_a_ticket_that_no_policy_covers_is_refused_in_words(make_ticket, policy):
    policy.ticket_type = TicketType.REQUEST
    with pytest.raises(NoPolicy, match="No targets have been set"):
        start_clocks(make_ticket(), at(10))


def test_work_from_before_the_first_policy_is_measured_by_the_first(make_ticket):
    ticket = make_ticket(opened_at=datetime(2016, 2, 29, 9, tzinfo=UTC))
    start_clocks(ticket, datetime(2016, 2, 29, 9, tzinfo=UTC))
    assert response(ticket).due_at == datetime(2016, 2, 29, 13, tzinfo=UTC)


def test_moving_clocks_costs_the_same_however_much_has_happened(make_ticket, count_queries):
    def statements(holds: int) -> int:
        ticket = make_ticket()
        start_clocks(ticket, at(10))
        first_response(ticket, at(10.1))
        for number in range(holds):
            pause(ticket, HoldReason.REQUESTER, at(11 + number))
            resume(ticket, at(11.5 + number))
        db.session.commit()
        with count_queries() as queries:
            pause(ticket, HoldReason.REQUESTER, at(18))
            db.session.flush()
        return len(queries)

    assert statements(holds=0) == statements(holds=6)
