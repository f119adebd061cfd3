"""The demonstration looks like the real thing, and is the same for the same seed and day."""

import hashlib
from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport.commands import demonstration
from ictsupport.database import db
from ictsupport.people.models import Council, Grant, Person, Role
from ictsupport.staffing.models import Post
from ictsupport.systems.standing import standing
from ictsupport.tickets.models import Ticket
from ictsupport.tickets.rebuilding import rebuilds

from ..conftest import KINDS, application

pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("demonstration"),  # made once, not once for each worker
]

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shown():
    """The demonstration with fewer tickets than usual, made twice: on each kind of database, where there are two."""
    with ExitStack() as stack:
        made = [(kind, stack.enter_context(application(kind))) for kind in (KINDS * 2)[:2]]
        for _, app in made:
            with app.app_context():
                demonstration.load(MONDAY, tickets=150)
        yield made


@pytest.fixture
def scene(shown: list[tuple[str, Flask]], kind: str):
    app = dict(shown)[kind]
    with app.app_context():
        yield app


def count(*where) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person).where(*where))


def test_there_are_two_councils_with_members_staff_and_a_desk(scene):
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Council)) == 2
    assert count(Person.terms.any()) == 92
    assert count(~Person.terms.any(), ~Person.grants.any()) >= 300
    assert count(Person.grants.any(Grant.role == Role.AGENT)) == 12


def test_nine_of_eleven_shared_contracts_are_aligned(scene):
    today = standing(MONDAY.date(), MONDAY.date())
    assert (today.aligned, today.listed) == (9, 11)


def test_the_tickets_go_back_eighteen_months_and_some_are_open(scene):
    first, last = db.session.execute(
        sa.select(sa.func.min(Ticket.opened_at), sa.func.max(Ticket.opened_at))
    ).one()
    assert first.date() <= date(2025, 5, 10)
    assert last <= MONDAY
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ticket).where(Ticket.OPEN)) > 0
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Ticket))
    assert 110 < total < 190


def test_some_posts_are_vacant_and_one_is_hard_to_recruit(scene):
    posts = db.session.scalars(sa.select(Post)).all()
    assert len(posts) == 17


def test_rebuilding_finds_nothing_to_mend(scene):
    assert [difference for each in rebuilds() for _, found in each.steps(False) for difference in found] == []


def test_no_mail_is_waiting_to_go_out(scene):
    assert db.session.scalar(sa.text("SELECT count(*) FROM outgoing WHERE sent_at IS NULL")) == 0


def fingerprint() -> str:
    rows = db.session.execute(
        sa.select(
            Ticket.reference, Ticket.subject, Ticket.opened_at, Ticket.status, Ticket.due_sort
        ).order_by(Ticket.id)
    )
    cells = [
        str(cell.astimezone(UTC) if isinstance(cell, datetime) else cell) for row in rows for cell in row
    ]
    return hashlib.sha256("\n".join(cells).encode()).hexdigest()


def test_the_same_seed_and_day_give_the_same(shown):
    found = set()
    for _, app in shown:
        with app.app_context():
            found.add(fingerprint())
    assert len(found) == 1
