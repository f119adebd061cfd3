"""Facts kept ticket by ticket are those that SQL makes of all tickets, whatever happens in whatever order."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, or_, select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import RequesterKind
from ictsupport.people.scopes import scoped_to
from ictsupport.reports.models import FLOWS, Grain, LoadFact, WaitFact
from ictsupport.reports.rebuilding import rebuild_load_facts, rebuild_or_compare
from ictsupport.tickets import targets
from ictsupport.tickets.breaches import sweep_breaches
from ictsupport.tickets.clocks import Stage
from ictsupport.tickets.models import (
    Channel,
    Clock,
    ClockKind,
    HoldReason,
    Merge,
    Queue,
    Status,
    Ticket,
    TicketPeriod,
    TicketType,
)
from ictsupport.tickets.recounting import follow_new_targets

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def found() -> list[str]:
    return [str(difference) for _, found in rebuild_or_compare(False) for difference in found]


class Play:
    """Things happen to tickets, one after the other, in the rows that the verbs would write."""

    def __init__(self, seed: int, desk: dict[str, Queue], councils: list[Any], requester: Any) -> None:
        self.dice = random.Random(seed)
        self.queues, self.councils, self.requester = list(desk.values()), councils, requester
        self.tickets: list[Ticket] = []
        self.at = START

    def go_on(self) -> None:
        self.at += timedelta(minutes=self.dice.choice([1, 7, 55, 240, 900, 4000]))
        with clock.at(self.at):
            acts = [self.raise_one] if len(self.tickets) < 4 else [self.raise_one, *[self.change_one] * 6]
            self.dice.choice(acts)()
            if self.dice.random() < 0.3:
                sweep_breaches()
            if self.dice.random() < 0.7:
                db.session.commit()

    def raise_one(self) -> None:
        number = len(self.tickets) + 1
        ticket = Ticket(
            reference=f"ICT-{number}",
            ticket_type=self.dice.choice(list(TicketType)),
            subject="Something",
            description="About it",
            requester=self.requester,
            requester_kind=self.dice.choice(list(RequesterKind)),
            opened_at=self.at,
            updated_at=self.at,
            channel=Channel.PHONE,
            impact=3,
            urgency=2,
            priority=self.dice.randint(1, 5),
            queue=self.dice.choice(self.queues),
            confidential=self.dice.random() < 0.2,
            **scoped_to(self.dice.choice([None, *self.councils])),
        )
        db.session.add(ticket)
        db.session.flush()
        self.tickets.append(ticket)
        db.session.add(
            TicketPeriod(ticket_id=ticket.id, status=Status.NEW, queue_id=ticket.queue_id, starts_at=self.at)
        )
        targets.start_clocks(ticket, self.at, answered=self.dice.random() < 0.3)

    def change_one(self) -> None:
        ticket = self.dice.choice(self.tickets)
        acts: list[Callable[[Ticket], None]] = [self.move, self.answer, self.relabel, self.retarget]
        acts += [self.go_to] * 5
        acts += [self.merge] if self.dice.random() < 0.4 else []
        self.dice.choice(acts)(ticket)

    def turn(self, ticket: Ticket, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(ticket, name, value)
        last = db.session.scalars(
            select(TicketPeriod).where(TicketPeriod.ticket_id == ticket.id, TicketPeriod.ends_at.is_(None))
        ).one()
        last.ends_at = self.at
        db.session.flush()
        db.session.add(
            TicketPeriod(
                ticket_id=ticket.id,
                status=ticket.status,
                hold_reason=ticket.hold_reason,
                queue_id=ticket.queue.id,
                starts_at=self.at,
            )
        )

    def go_to(self, ticket: Ticket) -> None:
        if not ticket.status.may_go_to:
            return
        was, status = ticket.status, self.dice.choice(ticket.status.may_go_to)
        more = {"queue": self.dice.choice(self.queues)} if self.dice.random() < 0.2 else {}
        reason = HoldReason.REQUESTER if status is Status.ON_HOLD else None
        self.turn(ticket, status=status, hold_reason=reason, **more)
        if status is Status.RESOLVED:
            targets.stop_resolution(ticket, self.at)
        elif status is Status.CANCELLED:
            targets.cancel_clocks(ticket, self.at)
        elif status is Status.ON_HOLD:
            targets.pause(ticket, HoldReason.REQUESTER, self.at)
        elif was in (Status.RESOLVED, Status.CANCELLED) and status is Status.IN_PROGRESS:
            targets.reopen_clocks(ticket, self.at)
        elif was is Status.ON_HOLD:
            targets.resume(ticket, self.at)

    def move(self, ticket: Ticket) -> None:
        self.turn(ticket, queue=self.dice.choice(self.queues))

    def answer(self, ticket: Ticket) -> None:
        targets.first_response(ticket, self.at)

    def relabel(self, ticket: Ticket) -> None:
        ticket.ticket_type = self.dice.choice(list(TicketType))
        ticket.confidential = self.dice.random() < 0.5
        council = self.dice.choice([None, *self.councils])
        ticket.scope, ticket.council = scoped_to(council)["scope"], council

    def retarget(self, ticket: Ticket) -> None:
        ticket.priority = self.dice.randint(1, 5)
        targets.retarget(ticket, self.at)

    def merge(self, ticket: Ticket) -> None:
        live = db.session.scalar(select(Merge).where(Merge.merged_id == ticket.id, Merge.undone_at.is_(None)))
        survivor = self.dice.choice(self.tickets)
        if live is not None:
            live.undone_at = self.at
        elif survivor is not ticket:
            db.session.add(Merge(survivor_id=survivor.id, merged_id=ticket.id, at=self.at))


@pytest.fixture
def play(desk, council, other_council, staff):
    return lambda seed: Play(seed, desk, [council, other_council], staff)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_the_facts_are_those_of_the_tickets(play, seed):
    one = play(seed)
    for _ in range(60):
        one.go_on()
    db.session.commit()
    assert db.session.scalar(select(func.sum(LoadFact.opened)).where(LoadFact.grain == Grain.WEEK)) == len(
        one.tickets
    )
    assert found() == []


@pytest.mark.parametrize("seed", range(3))
def test_what_came_less_what_went_is_the_backlog_of_any_day_and_queue(play, seed):
    one = play(seed + 100)
    for _ in range(60):
        one.go_on()
    db.session.commit()
    for day in (date(2026, 3, 5), date(2026, 3, 20), date(2026, 4, 15), one.at.date()):
        for queue in one.queues:
            assert backlog_by_facts(day, queue) == backlog_by_counting(day, queue)
            assert late_by_facts(day, queue) == late_by_counting(day, queue)


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
            ~select(Merge.id)
            .where(
                Merge.merged_id == TicketPeriod.ticket_id,
                Merge.at < then,
                or_(Merge.undone_at.is_(None), Merge.undone_at >= then),
            )
            .exists(),
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
        )
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
