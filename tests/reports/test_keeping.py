"""Facts kept ticket by ticket are those that SQL makes of all tickets, whatever happens in whatever order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, or_, select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.reports.models import FLOWS, Grain, LoadFact, WaitFact
from ictsupport.reports.rebuilding import rebuild_load_facts, rebuild_or_compare
from ictsupport.tickets.models import Channel, ClockKind, Merge, Queue, Status, TicketPeriod
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.targets.models import Clock
from ictsupport.tickets.targets.recounting import follow_new_targets
from ictsupport.tickets.triage import move


def found() -> list[str]:
    return [str(difference) for _, found in rebuild_or_compare(False) for difference in found]


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_the_facts_are_those_of_the_tickets(play, seed):
    """And what came less what went is the backlog of any day and queue."""
    one = play(seed)
    for _ in range(60):
        one.go_on()
    db.session.commit()
    assert db.session.scalar(select(func.sum(LoadFact.opened)).where(LoadFact.grain == Grain.WEEK)) == len(
        one.tickets
    )
    assert found() == []
    for day in (date(2026, 3, 5), date(2026, 3, 20), date(2026, 4, 15), one.at.date()):
        for queue in one.queues:
            assert backlog_by_facts(day, queue) == backlog_by_counting(day, queue)
            assert late_by_facts(day, queue) == late_by_counting(day, queue)


def test_a_ticket_is_counted_as_the_verbs_raise_and_move_it(desk, staff, agent):
    ticket = raise_ticket(
        requester=staff, subject="No tone", description="", by=staff, channel=Channel.SELF_SERVICE
    )
    db.session.commit()
    assert db.session.scalar(select(func.sum(LoadFact.opened)).where(LoadFact.grain == Grain.WEEK)) == 1
    move(ticket, desk["business"], by=agent)
    db.session.commit()
    assert found() == []


def backlog_by_facts(day: date, queue: Queue) -> int:
    total = {
        name: db.session.scalar(
            select(func.coalesce(func.sum(getattr(LoadFact, name)), 0)).where(
                LoadFact.grain == Grain.DAY, LoadFact.day <= day, LoadFact.queue_id == queue.id
            )
        )
        for name in FLOWS
    }
    came = total["opened"] + total["reopened"] + total["unmerged"] + total["moved_in"]
    return came - total["resolved"] - total["cancelled"] - total["merged"] - total["moved_out"]


def backlog_by_counting(day: date, queue: Queue) -> int:
    """Tickets that stood open at the midnight after the day, but for those merged into another then."""
    then = midnight_after(day)
    return db.session.scalar(
        select(func.count())
        .select_from(TicketPeriod)
        .where(
            TicketPeriod.queue_id == queue.id,
            TicketPeriod.status.in_([Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD]),
            TicketPeriod.starts_at < then,
            or_(TicketPeriod.ends_at.is_(None), TicketPeriod.ends_at >= then),
            ~merged_at(then),
        )
    )


def late_by_facts(day: date, queue: Queue) -> int:
    return db.session.scalar(
        select(func.coalesce(func.sum(WaitFact.late), 0)).where(
            WaitFact.grain == Grain.DAY,
            WaitFact.day <= day,
            WaitFact.queue_id == queue.id,
            WaitFact.kind == ClockKind.RESOLUTION,
        )
    )


def late_by_counting(day: date, queue: Queue) -> int:
    then = midnight_after(day)
    return db.session.scalar(
        select(func.count())
        .select_from(Clock)
        .join(TicketPeriod, TicketPeriod.ticket_id == Clock.ticket_id)
        .where(
            Clock.kind == ClockKind.RESOLUTION,
            Clock.breached_at < then,
            or_(Clock.stopped_at.is_(None), Clock.stopped_at >= then),
            TicketPeriod.queue_id == queue.id,
            TicketPeriod.starts_at < then,
            or_(TicketPeriod.ends_at.is_(None), TicketPeriod.ends_at >= then),
            ~merged_at(then),
        )
    )


def merged_at(then: datetime):
    return (
        select(Merge.id)
        .where(
            Merge.merged_id == TicketPeriod.ticket_id,
            Merge.at < then,
            or_(Merge.undone_at.is_(None), Merge.undone_at >= then),
        )
        .exists()
    )


def midnight_after(day: date) -> datetime:
    summer = date(2026, 3, 29) <= day < date(2026, 10, 25)
    return datetime(day.year, day.month, day.day, 23 if summer else 0, tzinfo=UTC) + timedelta(
        days=0 if summer else 1
    )


def test_a_savepoint_that_is_rolled_back_leaves_nothing(play):
    one = play(1)
    for _ in range(8):
        one.go_on()
    db.session.commit()
    savepoint = db.session.begin_nested()
    one.at += timedelta(days=1)
    ticket = next(ticket for ticket in one.tickets if ticket.is_open)
    one.turn(ticket, status=Status.RESOLVED, hold_reason=None)
    savepoint.rollback()
    one.at += timedelta(days=1)
    one.turn(ticket, queue=one.queues[1])
    db.session.commit()
    assert found() == []


def test_each_stored_figure_that_is_wrong_is_reported_and_mended(play):
    one = play(2)
    for _ in range(30):
        one.go_on()
    db.session.commit()
    db.session.query(LoadFact).filter(LoadFact.grain == Grain.MONTH).update({LoadFact.opened: 99})
    db.session.query(WaitFact).filter(WaitFact.grain == Grain.DAY).delete()
    told = found()
    assert any("month of 2026-03-01" in line and "opened is 99" in line for line in told)
    assert any("day of" in line and "is 0 and should be" in line for line in told)
    list(rebuild_or_compare(True))
    assert found() == []


def test_tickets_loaded_past_the_session_are_counted_by_a_rebuild(play):
    one = play(3)
    for _ in range(10):
        one.go_on()
    db.session.commit()
    db.session.query(LoadFact).delete()
    db.session.query(WaitFact).delete()
    rebuild_load_facts()
    assert found() == []


def test_a_policy_that_changes_for_all_moves_what_is_late(play, policy):
    one = play(4)
    for _ in range(20):
        one.go_on()
    one.at += timedelta(days=30)
    with clock.at(one.at):
        sweep_breaches()
        db.session.commit()
        late = select(func.count()).where(Clock.breached_at.is_not(None), Clock.stage == Stage.RUNNING)
        assert db.session.scalar(late) > 0
        policy.targets = {
            str(priority): {"response": [400, "working days"], "resolution": [400, "working days"]}
            for priority in range(1, 6)
        }
        db.session.flush()
        follow_new_targets("Longer targets")
        db.session.commit()
        assert db.session.scalar(late) == 0
    assert found() == []
