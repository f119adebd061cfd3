"""Steps before and after a target: planned with the clock, taken once, and only the latest after a time of nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from ictsupport import clock, jobs, scheduler
from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.mail import Outgoing
from ictsupport.people.calendars import close_days
from ictsupport.tickets.models import ClockKind, HoldReason, Queue, Resolution, Ticket
from ictsupport.tickets.rebuilding import rebuild_steps
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.targets.escalating import take_steps
from ictsupport.tickets.targets.models import ClockStep, Policy
from ictsupport.tickets.targets.policies import BadPolicy, save_policy
from ictsupport.tickets.targets.steps import BadStep, Step, parse_steps
from ictsupport.tickets.targets.timing import (
    first_response,
    pause,
    reopen_clocks,
    resume,
    start_clocks,
    stop_resolution,
)

from .clock_cast import at, ticket_maker  # noqa: F401

NOTIFY_50 = {"clock": "response", "percent": 50, "do": "notify"}
NOTIFY_80 = {"clock": "response", "percent": 80, "do": "notify"}
RAISE_DUE = {"clock": "response", "percent": 100, "do": "raise priority"}
NEXT_DAY = {"clock": "response", "after": [1, "working days"], "do": "notify"}


@pytest.fixture
def stepped(policy: Policy) -> Policy:
    """The standard targets with steps at 50%, 80%, when due, and a working day later."""
    policy.steps = [NOTIFY_50, NOTIFY_80, RAISE_DUE, NEXT_DAY]
    return policy


@pytest.fixture
def ticket(stepped, make_ticket) -> Ticket:
    """Raised on Wednesday at 10 with four hours for the first response."""
    made = make_ticket()
    start_clocks(made, at(10))
    return made


def pending(ticket: Ticket) -> dict[str, Any]:
    rows = db.session.execute(
        select(ClockStep.name, ClockStep.at).where(ClockStep.ticket_id == ticket.id, ClockStep.PENDING)
    )
    return dict(rows.all())


def taken() -> list[tuple[str, str]]:
    entries = db.session.scalars(
        select(Entry).where(Entry.kind == "tickets.TargetStepTaken").order_by(Entry.id)
    )
    return [(entry.data["step"], entry.data["deed"]) for entry in entries]


def sweep(hour: float, day: int = 18) -> int:
    with clock.at(at(hour, day)):
        return take_steps()


def nothing_to_mend() -> bool:
    return not [found for _, found in rebuild_steps(False) if found]


def test_every_step_is_planned_with_the_clock(ticket):
    assert pending(ticket) == {
        "50%": at(12),
        "80%": at(13.2),
        "100%": at(14),
        "+1 working day": at(14, day=19),
    }


def test_a_policy_without_steps_plans_none(make_ticket, policy):
    ticket = make_ticket()
    start_clocks(ticket, at(10))
    assert pending(ticket) == {}


def test_steps_stand_still_with_a_paused_clock_and_go_on_with_it(ticket):
    pause(ticket, HoldReason.REQUESTER, at(11))
    assert set(pending(ticket).values()) == {None}
    assert sweep(16) == 0
    resume(ticket, at(15))
    assert (pending(ticket)["50%"], pending(ticket)["100%"]) == (at(16), at(9.5, day=19))


def test_steps_end_with_their_clock_and_begin_anew_with_the_next_round(make_ticket, policy):
    policy.steps = [{"clock": "resolution", "percent": 50, "do": "notify"}]
    ticket = make_ticket()
    start_clocks(ticket, at(10))
    stop_resolution(ticket, at(11))
    assert pending(ticket) == {}
    reopen_clocks(ticket, at(12))
    assert pending(ticket) == {"50%": at(10 + 1 + 4.25, day=20)}


def test_steps_follow_changed_opening_hours(ticket, calendars):
    thursday = at(0, day=19).date()
    close_days(calendars["council"], thursday, thursday, "Moving house", by=None)
    assert pending(ticket)["+1 working day"] == at(14, day=20)
    assert nothing_to_mend()


def test_a_step_is_taken_once_and_told(ticket):
    assert (sweep(11.9), sweep(12), sweep(12.1)) == (0, 1, 0)
    assert taken() == [("50%", "notify")]


def test_the_tickets_page_tells_of_a_step_in_words(ticket, browser, agent):
    with clock.at(at(12)):
        take_steps()
    page = browser(agent).get(f"/tickets/{ticket.reference}").text
    assert "told the queue: 50% of the target for response" in page


def test_to_notify_changes_nothing_on_the_ticket(ticket):
    before = (ticket.version, ticket.priority, ticket.queue_id, ticket.updated_at)
    sweep(12)
    assert (ticket.version, ticket.priority, ticket.queue_id, ticket.updated_at) == before


def test_after_a_time_when_nothing_ran_only_the_latest_is_taken(ticket):
    assert sweep(13.5) == 1
    assert taken() == [("80%", "notify")]
    assert set(pending(ticket)) == {"100%", "+1 working day"}


def test_a_step_can_raise_the_priority_and_is_not_taken_again_by_that(ticket):
    sweep(14)
    assert (ticket.priority, ticket.version) == (2, 1)
    assert ticket.priority_override_reason == "100% of the target for the first response"
    assert taken() == [("100%", "raise priority")]
    assert sweep(14.1) == 0
    assert sweep(17, day=19) == 1
    assert ticket.priority == 2
    assert taken()[1:] == [("+1 working day", "notify")]


def test_a_step_can_move_the_ticket_to_another_queue(make_ticket, policy, desk: dict[str, Queue]):
    policy.steps = [{"clock": "response", "percent": 80, "do": "move", "queue": desk["business"].id}]
    ticket = make_ticket()
    start_clocks(ticket, at(10))
    sweep(13.5)
    assert ticket.queue is desk["business"]
    assert taken() == [("80%", "move")]


def test_what_the_desk_refuses_is_left_undone_and_told_all_the_same(make_ticket, policy, desk):
    policy.steps = [{"clock": "response", "percent": 80, "do": "move", "queue": desk["business"].id}]
    ticket = make_ticket()
    start_clocks(ticket, at(10))
    desk["business"].closed_on = at(0, day=1).date()
    sweep(13.5)
    assert ticket.queue is desk["helpdesk"]
    assert taken() == [("80%", "move")]


def test_an_answer_in_time_leaves_no_step_to_take(ticket, agent):
    first_response(ticket, at(11))
    with clock.at(at(11.5)):
        resolve(ticket, Resolution.FIXED, "Paper taken out.", by=agent)
    assert sweep(17) == 0


def test_a_policy_that_gets_steps_plans_them_for_open_tickets_and_passes_over_the_past(make_ticket, policy):
    ticket = make_ticket()
    start_clocks(ticket, at(10))
    with clock.at(at(13)):
        policy.steps = [NOTIFY_50, NOTIFY_80]
        save_policy(policy, by=None)
        assert take_steps() == 0
    assert pending(ticket) == {"80%": at(13.2)}
    assert taken() == []
    policy.steps = []
    save_policy(policy, by=None)
    assert pending(ticket) == {}


def test_a_step_that_was_moved_or_is_missing_is_reported_and_mended(ticket):
    row = db.session.scalars(select(ClockStep).where(ClockStep.name == "80%")).one()
    row.at = row.at + timedelta(minutes=1)
    gone = db.session.scalars(select(ClockStep).where(ClockStep.name == "100%")).one()
    db.session.delete(gone)
    db.session.add(ClockStep(ticket_id=ticket.id, kind=ClockKind.RESOLUTION, round=1, name="7%", at=at(11)))
    db.session.flush()
    found = [str(each) for _, differences in rebuild_steps(True) for each in differences]
    assert sorted(found) == [
        "ICT-1, resolution, step 7%: step is there and should be not there",
        "ICT-1, response, step 100%: step is not there and should be there",
        f"ICT-1, response, step 80%: at is {at(13.2 + 1 / 60).isoformat()} and should be {at(13.2).isoformat()}",
    ]
    assert nothing_to_mend()


def test_the_timetable_takes_steps_every_minute(ticket):
    (appointment,) = [each for each in scheduler.timetable() if each.kind == "tickets.steps"]
    assert appointment.every.total_seconds() == 60
    with clock.at(at(12)):
        appointment.tick()
        jobs.run_all()
    assert taken() == [("50%", "notify")]


def test_looking_for_steps_reads_an_index_and_not_the_table(ticket, kind):
    query = "SELECT ticket_id FROM clock_step WHERE taken_at IS NULL AND at <= '2026-11-18' ORDER BY at"
    if kind == "sqlite":
        plan = str(db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(db.session.execute(text(f"EXPLAIN {query}")).all())
    assert "ix_clock_step_pending" in plan


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "names a clock"),
        ({"clock": "needed by", "percent": 50, "do": "notify"}, "names a clock"),
        ({"clock": "response", "percent": 50, "do": "dance"}, "names a clock"),
        ({"clock": "response", "do": "notify"}, "not both"),
        ({"clock": "response", "percent": 50, "after": [1, "minutes"], "do": "notify"}, "not both"),
        ({"clock": "response", "percent": 0, "do": "notify"}, "per cent"),
        ({"clock": "response", "after": [1, "wall"], "do": "notify"}, "at most a year"),
        ({"clock": "response", "after": [], "do": "notify"}, "not both"),
        ({"clock": "response", "percent": 50, "do": "move"}, "names a queue"),
        ({"clock": "response", "percent": 50, "do": "notify", "queue": 3}, "names a queue"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_in_words(given, words):
    with pytest.raises(BadStep, match=words):
        Step.parse(given)


def test_two_steps_at_the_same_point_are_refused_when_saved(policy, calendars):
    with pytest.raises(BadStep, match="same point"):
        parse_steps([NOTIFY_80, {**NOTIFY_80, "do": "raise priority"}])
    policy.steps = [NOTIFY_80, NOTIFY_80]
    with pytest.raises(BadPolicy, match="same point"):
        save_policy(policy, by=None)


# Who is told


def test_whoever_has_the_ticket_is_told(ticket, agent, outbox):
    ticket.assignee = agent
    sweep(13.5)
    assert outbox() == [(agent.email, "ICT-1: 80% of the target is used up")]
    assert f"About: {ticket.subject}\nTarget: " in db.session.scalars(db.select(Outgoing)).one().text


def test_where_nobody_has_it_those_who_hand_out_the_work_are_told(ticket, manager, outbox):
    sweep(17, day=19)
    assert outbox() == [(manager.email, "ICT-1: 1 working day past the target")]


def test_a_confidential_ticket_is_named_by_its_reference_only_and_to_those_who_may_open_it(
    ticket, agent, desk, outbox
):
    ticket.confidential = True
    sweep(12)
    assert outbox() == []
    desk["helpdesk"].cleared.append(agent)
    sweep(13.5)
    assert outbox() == [(agent.email, "ICT-1: 80% of the target is used up")]
    text = db.session.scalars(select(Outgoing.text)).one()
    assert ticket.subject not in text
    assert "/tickets/ICT-1/clocks" in text


def test_the_message_says_what_was_done_about_it(ticket, manager, outbox):
    sweep(14)
    text = db.session.scalars(select(Outgoing.text)).one()
    assert "Done about it: the priority is now P2." in text
    assert "Who has it: nobody yet, in Helpdesk" in text
    assert "The printer on floor 2" in text
