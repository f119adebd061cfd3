"""A crowd that acts at the same moment, each on a connection of their own."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport import clock
from ictsupport.clinics.models import Booking, BookingState, Slot
from ictsupport.clinics.planning import Plan, plan_clinic
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.people.models import Council, Grant, Person, Role, Site, Term
from ictsupport.people.scopes import scoped_to

CROWD, PLACES = 24, 6


@pytest.fixture
def crowd_app(real_app: Flask) -> Flask:
    """A database with a clinic of two slots of six places each next week, and 24 members who want one."""
    with real_app.app_context():
        council = Council(name="Northbrook Borough Council", short_name="Northbrook", slug="northbrook")
        site = Site(council=council, name="Town Hall")
        host = Person(name="Harriet Stone", sort_name="Stone Harriet", email="host@northbrook.example")
        host.grants.append(Grant(role=Role.CLINIC_HOST, **scoped_to(None)))
        members = [
            Person(name=f"Cllr {n}", sort_name=f"{n:02}", email=f"cllr{n}@northbrook.example")
            for n in range(CROWD)
        ]
        for member in members:
            member.terms.append(Term(council=council, ward="Mill", starts_on=date(2020, 1, 1)))
        db.session.add_all([council, site, host, *members])
        db.session.flush()
        plan_clinic(
            Plan(
                site=site,
                room="",
                day=clock.today(ZoneInfo("Europe/London")) + timedelta(days=7),
                opens=time(14),
                closes=time(15),
                slot_minutes=30,
                places=PLACES,
                hosts=[host],
            ),
            by=host,
        )
        db.session.commit()
    return real_app


def everybody(app: Flask, act: Callable[[Person], object]) -> Counter[str]:
    """Let everybody act at the same moment, each on a connection of their own; counts what became of it."""
    with app.app_context():
        people = sa.select(Person.id).where(Person.name.like("Cllr%")).order_by(Person.id)
        ids = list(db.session.scalars(people))
        db.session.rollback()
    start, results = threading.Barrier(len(ids)), Counter()

    def one(person_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                act(db.session.get_one(Person, person_id))
                db.session.commit()
                results["done"] += 1
            except Refusal as refusal:
                db.session.rollback()
                assert "{" not in str(refusal)  # noqa: PT017
                results[type(refusal).__name__] += 1
            except Exception as error:
                db.session.rollback()
                results[f"{type(error).__name__}: {error}"] += 1

    threads = [threading.Thread(target=one, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def slot_number(n: int) -> Slot:
    return db.session.scalars(sa.select(Slot).order_by(Slot.starts_at)).all()[n]


def live(app: Flask) -> list[tuple[int, int]]:
    """(slot, place) of every live booking."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(Booking.slot_id, Booking.place).where(Booking.state != BookingState.CANCELLED)
        )
        return [tuple(row) for row in rows]
