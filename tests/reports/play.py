"""Anything at all happens to tickets: a course of events from a seed."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import RequesterKind
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import (
    Channel,
    HoldReason,
    Merge,
    Queue,
    Status,
    Ticket,
    TicketPeriod,
    TicketType,
)
from ictsupport.tickets.targets import timing as targets
from ictsupport.tickets.targets.breaches import sweep_breaches

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


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
