"""Running clocks follow changed opening hours and changed targets; what is counted or ended stays."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.people.calendars import close_days, open_specially, withdraw
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import HoldReason, Status, TicketType
from ictsupport.tickets.rebuilding import rebuild_clocks
from ictsupport.tickets.targets.clocks import Stage, Unit
from ictsupport.tickets.targets.models import ClockEvent, Policy
from ictsupport.tickets.targets.policies import NoPolicy, end_policy, save_policy
from ictsupport.tickets.targets.timing import first_response, pause, start_clocks, stop_resolution
from tests.cast import LONG_AGO, TARGETS

from .clock_cast import at, breaches_told, resolution, response, ticket_maker, ticket_with_clocks  # noqa: F401

THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)
QUICK = {
    str(priority): {"response": [30, "minutes"], "resolution": [2, "working days"]}
    for priority in range(1, 6)
}


def nothing_to_mend() -> bool:
    return [found for _, found in rebuild_clocks(False) if found] == []


def test_a_closure_moves_what_is_due_after_it(ticket, calendars):
    close_days(calendars["council"], THURSDAY, FRIDAY, "Moving house", by=None)
    assert resolution(ticket).due_at == at(10, day=27)
    assert response(ticket).due_at == at(14)
    assert nothing_to_mend()
    withdraw(calendars["council"].closures[-1], by=None)
    assert resolution(ticket).due_at == at(10, day=25)
    assert nothing_to_mend()


def test_longer_hours_bring_the_next_opening_forward(make_ticket, calendars):
    ticket = make_ticket(priority=2)
    start_clocks(ticket, at(16))
    assert response(ticket).breaches_at == at(8.5, day=19)
    open_specially(calendars["council"], THURSDAY, "07:00-17:00", "Election", by=None)
    assert (response(ticket).due_at, response(ticket).breaches_at) == (at(17), at(7, day=19))
    assert nothing_to_mend()


def test_the_hours_of_another_calendar_move_nothing(ticket, calendars):
    close_days(calendars["service"], THURSDAY, FRIDAY, "Moving house", by=None)
    assert resolution(ticket).due_at == at(10, day=25)


def test_paused_and_ended_clocks_are_left_as_they_are(make_ticket, calendars):
    held, done = make_ticket(), make_ticket()
    for each in (held, done):
        start_clocks(each, at(9))
    pause(held, HoldReason.REQUESTER, at(9.5))
    stop_resolution(done, at(9.5))
    close_days(calendars["council"], THURSDAY, FRIDAY, "Moving house", by=None)
    assert (resolution(held).stage, resolution(held).due_at) == (Stage.PAUSED, None)
    assert resolution(done).stage is Stage.MET
    assert nothing_to_mend()


def own_policy(council, **more) -> Policy:
    values = {"targets": QUICK, "pauses": [], "effective_from": LONG_AGO, **scoped_to(council)}
    return Policy(**{"name": "Northbrook", **values, **more})


def test_open_tickets_follow_a_new_policy_and_keep_what_they_have_counted(ticket, council):
    with clock.at(at(15)):
        first_response(ticket, at(11))
        save_policy(own_policy(council), by=None)
    assert (response(ticket).stage, response(ticket).amount) == (Stage.MET, 240)
    row = resolution(ticket)
    assert (row.amount, row.unit, row.due_at) == (2, Unit.WORKING_DAYS, at(10, day=20))
    assert (row.elapsed_seconds, ticket.due_sort) == (5 * 3600, at(10, day=20))
    reason = select(ClockEvent.reason).where(ClockEvent.event == "policy changed")
    assert db.session.scalars(reason).all() == ["Northbrook"]
    assert nothing_to_mend()


def test_what_is_late_by_the_new_policy_is_told_once(ticket, council):
    with clock.at(at(11)):
        save_policy(own_policy(council), by=None)
        assert (response(ticket).due_at, response(ticket).breached_at) == (at(10.5), at(11))
        assert (ticket.past_target_at, breaches_told()) == (at(11), 1)
        assert nothing_to_mend()


def test_tickets_on_hold_follow_what_the_new_policy_pauses(ticket, council):
    ticket.status, ticket.hold_reason = Status.ON_HOLD, HoldReason.REQUESTER
    pause(ticket, HoldReason.REQUESTER, at(10.25))
    with clock.at(at(11)):
        save_policy(own_policy(council), by=None)
    assert resolution(ticket).stage is Stage.RUNNING
    assert (resolution(ticket).elapsed_seconds, resolution(ticket).paused_seconds) == (900, 2700)


def test_a_policy_of_next_week_is_followed_next_week(ticket, council):
    monday = at(0, day=23)
    save_policy(own_policy(council, effective_from=monday), by=None)
    assert resolution(ticket).amount == 5
    db.session.commit()
    with clock.at(monday + timedelta(minutes=1)):
        jobs.run_all()
    db.session.expire_all()
    assert resolution(ticket).amount == 2


def test_a_policy_that_ends_gives_its_tickets_back(ticket, council):
    own = save_policy(own_policy(council), by=None)
    assert resolution(ticket).amount == 2
    end_policy(own, by=None)
    assert (resolution(ticket).amount, resolution(ticket).due_at) == (5, at(10, day=25))


def test_the_last_policy_for_open_tickets_cannot_be_ended(ticket, policy):
    with pytest.raises(NoPolicy):
        end_policy(policy, by=None)


def test_a_policy_for_other_tickets_moves_nothing(ticket, council):
    save_policy(own_policy(council, ticket_type=TicketType.REQUEST, targets=TARGETS), by=None)
    assert resolution(ticket).amount == 5
    assert not db.session.scalars(select(ClockEvent.id).where(ClockEvent.event == "policy changed")).all()


def test_following_costs_the_same_for_many_tickets(make_ticket, council, policy, count_queries):
    def statements(amount: int) -> int:
        policy.targets = {
            **TARGETS,
            "3": {"response": [amount, "minutes"], "resolution": [5, "working days"]},
        }
        db.session.commit()
        with count_queries() as queries:
            save_policy(policy, by=None)
        return len(queries)

    start_clocks(make_ticket(), at(10))
    one = statements(300)
    for _ in range(11):
        start_clocks(make_ticket(), at(10))
    assert statements(310) == one
