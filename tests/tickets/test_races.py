"""Several people at one ticket in the same moment, each over a connection of their own."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from ictsupport.database import db
from ictsupport.people.models import Calendar, CalendarVersion, Grant, Person, Role, Team
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.asking import requests as asking
from ictsupport.tickets.models import Channel, Queue, Request, Ticket, TicketPeriod
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.targets.models import Policy
from ictsupport.tickets.triage import assign, prioritise
from ictsupport.tickets.versions import ChangedMeanwhile

from ..cast import LONG_AGO, TARGETS, WORKING_WEEK

ANSWERS = {
    "kind": "incident",
    "subject": "The iPad is dark",
    "how_bad": "hampered",
    "who_else": "me",
    "contact_by": "mail",
}


@pytest.fixture
def house(real_app: Flask) -> dict[str, int]:
    """The least with which a ticket can be raised and worked: a calendar, targets, a queue, three people."""
    with real_app.app_context():
        ann, asha, morgan = (
            Person(name=name, sort_name=name, email=f"{name.lower()}@northbrook.example")
            for name in ("Ann", "Asha", "Morgan")
        )
        for agent in (asha, morgan):
            agent.grants.append(Grant(role=Role.AGENT, **scoped_to(None)))
        week = CalendarVersion(effective_from=date(2015, 1, 1), week=WORKING_WEEK)
        policy = Policy(
            name="Targets", targets=TARGETS, pauses=[], effective_from=LONG_AGO, **scoped_to(None)
        )
        team = Team(name="Helpdesk", **scoped_to(None))
        calendar = Calendar(name="Service", zone="Europe/London", versions=[week], **scoped_to(None))
        queue = Queue(name="Helpdesk", slug="helpdesk", team=team, is_triage=True)
        db.session.add_all([ann, asha, morgan, policy, calendar, queue])
        db.session.flush()
        ticket = raise_ticket(
            requester=ann, subject="No tone", description="", by=ann, channel=Channel.SELF_SERVICE
        )
        request = asking.begin(ann)
        asking.answer(request, ANSWERS)
        db.session.commit()
        return {
            "ann": ann.id,
            "asha": asha.id,
            "morgan": morgan.id,
            "ticket": ticket.id,
            "request": request.id,
        }


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[BaseException]:
    """Do all of it in threads that start together, each in a transaction of its own; returns what went wrong."""
    ready, troubles = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        with app.app_context():
            ready.wait()
            try:
                act()
                db.session.commit()
            except BaseException as trouble:
                db.session.rollback()
                troubles.append(trouble)

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return troubles


def test_a_request_sent_four_times_at_once_is_one_ticket(real_app: Flask, house: dict[str, int]):
    def send() -> None:
        request = db.session.get_one(Request, house["request"])
        asking.send(request, by=db.session.get_one(Person, house["ann"]))

    assert at_once(real_app, send, send, send, send) == []
    with real_app.app_context():
        subjects = db.session.scalars(select(Ticket.subject).order_by(Ticket.id)).all()
        assert subjects == ["No tone", "The iPad is dark"]


def test_of_two_who_take_it_at_once_one_is_told_of_the_other(real_app: Flask, house: dict[str, int]):
    def take(who: str) -> Callable[[], None]:
        def act() -> None:
            agent = db.session.get_one(Person, house[who])
            assign(db.session.get_one(Ticket, house["ticket"]), agent, by=agent, seen=1)

        return act

    (trouble,) = at_once(real_app, take("asha"), take("morgan"))
    assert isinstance(trouble, ChangedMeanwhile)
    with real_app.app_context():
        ticket = db.session.get_one(Ticket, house["ticket"])
        assert trouble.conflicts[0].by == ticket.assignee.name
        assert ticket.version == 2


def test_different_fields_at_once_both_count(real_app: Flask, house: dict[str, int]):
    def take() -> None:
        asha = db.session.get_one(Person, house["asha"])
        assign(db.session.get_one(Ticket, house["ticket"]), asha, by=asha, seen=1)

    def hurry() -> None:
        morgan = db.session.get_one(Person, house["morgan"])
        prioritise(db.session.get_one(Ticket, house["ticket"]), by=morgan, urgency=1, seen=1)

    assert at_once(real_app, take, hurry) == []
    with real_app.app_context():
        ticket = db.session.get_one(Ticket, house["ticket"])
        assert (ticket.assignee_id, ticket.urgency, ticket.version) == (house["asha"], 1, 3)
        live = select(func.count()).where(TicketPeriod.ticket_id == ticket.id, TicketPeriod.ends_at.is_(None))
        assert db.session.scalar(live) == 1
