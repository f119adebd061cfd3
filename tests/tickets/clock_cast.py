"""Tickets with clocks, for the tests about them. Imported by those that need it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.people.models import Council, Person
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import Channel, Clock, ClockKind, Queue, Ticket, TicketType
from ictsupport.tickets.targets import start_clocks
from tests.cast import keep

MakeTicket = Callable[..., Ticket]


def at(hour: float, day: int = 18) -> datetime:
    """An hour of a day in November 2026, when clocks show Greenwich time. The 18th is a Wednesday."""
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour)


@pytest.fixture(name="make_ticket")
def ticket_maker(desk: dict[str, Queue], council: Council, staff: Person) -> MakeTicket:
    """make_ticket(priority=2) is a ticket of the council without clocks, raised on Wednesday at 10."""
    numbers = iter(range(1, 1000))

    def make(**more: Any) -> Ticket:
        values: dict[str, Any] = {
            "reference": f"ICT-{next(numbers)}",
            "ticket_type": TicketType.INCIDENT,
            "subject": "The printer on floor 2",
            "description": "It says paper jam",
            "requester": staff,
            "requester_kind": staff.requester_kind,
            "opened_at": at(10),
            "updated_at": at(10),
            "channel": Channel.SELF_SERVICE,
            "impact": 3,
            "urgency": 2,
            "priority": 3,
            "queue": desk["helpdesk"],
            **scoped_to(council),
        }
        return keep(Ticket(**{**values, **more}))

    return make


@pytest.fixture(name="ticket")
def ticket_with_clocks(make_ticket: MakeTicket) -> Ticket:
    """A ticket of priority 3 (4 hours, 5 working days) raised on Wednesday at 10, with its clocks."""
    made = make_ticket()
    start_clocks(made, at(10))
    return made


def clock_of(ticket: Ticket, kind: ClockKind, number: int = 1) -> Clock:
    db.session.flush()
    return db.session.scalars(
        select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind == kind, Clock.round == number)
    ).one()


def response(ticket: Ticket, number: int = 1) -> Clock:
    return clock_of(ticket, ClockKind.RESPONSE, number)


def resolution(ticket: Ticket, number: int = 1) -> Clock:
    return clock_of(ticket, ClockKind.RESOLUTION, number)


def breaches_told() -> int:
    return len(db.session.scalars(select(Entry).where(Entry.kind == "tickets.TargetBreached")).all())
