"""Tickets with clocks, for the tests about them. Imported by those that need it."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.people.models import Calendar, CalendarVersion, Council, Person, Team
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import Channel, ClockKind, Queue, Ticket, TicketType
from ictsupport.tickets.targets.models import Clock, Policy
from ictsupport.tickets.targets.timing import start_clocks
from tests.cast import LONG_AGO, TARGETS, WORKING_WEEK, keep

MakeTicket = Callable[..., Ticket]


def at(hour: float, day: int = 18) -> datetime:
    """An hour of a day in November 2026, when clocks show Greenwich time. The 18th is a Wednesday."""
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour)


def a_ticket(number: int, requester: Person, queue: Queue, council: Council, **more: Any) -> Ticket:
    """A ticket of the council without clocks, raised on Wednesday at 10."""
    values: dict[str, Any] = {
        "reference": f"ICT-{number}",
        "ticket_type": TicketType.INCIDENT,
        "subject": "The printer on floor 2",
        "description": "It says paper jam",
        "requester": requester,
        "requester_kind": requester.requester_kind,
        "opened_at": at(10),
        "updated_at": at(10),
        "channel": Channel.SELF_SERVICE,
        "impact": 3,
        "urgency": 2,
        "priority": 3,
        "queue": queue,
        **scoped_to(council),
    }
    return keep(Ticket(**{**values, **more}))


@pytest.fixture(name="make_ticket")
def ticket_maker(desk: dict[str, Queue], council: Council, staff: Person) -> MakeTicket:
    """make_ticket(priority=2) is another ticket of the council without clocks."""
    numbers = itertools.count(1)
    return lambda **more: a_ticket(next(numbers), staff, desk["helpdesk"], council, **more)


def furnish(tickets: int) -> int:
    """Commit a council with so many tickets whose response is due at 2pm, for tests with several connections."""
    council = keep(Council(name="Northbrook", short_name="Northbrook", slug="northbrook"))
    person = keep(Person(name="Tina Worsley", sort_name="Worsley Tina", employer=council))
    queue = keep(Queue(name="Helpdesk", slug="helpdesk", team=keep(Team(name="Helpdesk", **scoped_to(None)))))
    keep(
        Calendar(
            name="Service",
            zone="Europe/London",
            versions=[CalendarVersion(effective_from=date(2015, 1, 1), week=WORKING_WEEK)],
            **scoped_to(None),
        )
    )
    keep(Policy(name="Standard", targets=TARGETS, pauses=[], effective_from=LONG_AGO, **scoped_to(None)))
    for number in range(1, tickets + 1):
        start_clocks(a_ticket(number, person, queue, council), at(10))
    db.session.commit()
    return tickets


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
