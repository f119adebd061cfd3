"""What is kept until somebody changes it, and that nobody ever decides by what was changed since."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import Team
from ictsupport.people.scopes import Scope
from ictsupport.tickets.models import Matrix, Queue, Ticket
from ictsupport.tickets.prioritising import STANDARD, matrix_for, set_matrix
from ictsupport.unchanged import at_hand, until_changed

ALL_LOW = dict.fromkeys(STANDARD, 5)


def make_queue(name: str) -> Queue:
    queue = Queue(name=name, slug=name.lower(), team=Team(name=f"Team of {name}", scope=Scope.ALL))
    db.session.add(queue)
    db.session.flush()
    return queue


@until_changed(Queue)
def names() -> list[str]:
    return list(db.session.scalars(sa.select(Queue.name).order_by(Queue.id)))


def test_it_is_read_once_and_afterwards_only_asked_whether_it_changed(context, count_queries):
    make_queue("Sorting")
    assert names() == ["Sorting"]
    db.session.flush()
    with count_queries() as queries:
        assert names() == names() == ["Sorting"]
    assert len(queries) == 0  # the tokens of this transaction are known


@pytest.mark.parametrize(
    "change",
    [
        lambda queue: setattr(queue, "name", "Desk"),
        lambda _queue: db.session.execute(sa.update(Queue).values(name="Desk")),
        lambda queue: (db.session.delete(queue), db.session.flush(), make_queue("Desk")),
    ],
    ids=["by row", "in bulk", "deleted"],
)
def test_whoever_changes_it_sees_the_change_at_once(context, change):
    queue = make_queue("Sorting")
    assert names() == ["Sorting"]
    change(queue)
    db.session.flush()
    assert names() == ["Desk"]


def test_a_row_at_hand_is_the_sessions_own_and_asks_nothing(context, count_queries):
    key = make_queue("Sorting").id
    columns = dict(db.session.execute(sa.select(*Queue.__table__.columns)).mappings().one())
    db.session.expunge_all()
    with count_queries() as queries:
        queue = at_hand(Queue, columns)
        assert (queue.name, queue is db.session.get(Queue, key)) == ("Sorting", True)
        assert at_hand(Queue, columns) is queue
        db.session.flush()
    assert len(queries) == 0
    queue.name = "Desk"
    db.session.flush()
    assert db.session.scalar(sa.select(Queue.name)) == "Desk"


def test_a_change_that_is_taken_back_counts_no_more(context):
    queue = make_queue("Sorting")
    db.session.flush()
    assert names() == ["Sorting"]
    savepoint = db.session.begin_nested()
    queue.name = "Desk"
    db.session.flush()
    assert names() == ["Desk"]
    savepoint.rollback()
    assert names() == ["Sorting"]


def test_savepoints_that_change_none_of_it_cost_nothing(context, count_queries):
    make_queue("Sorting")
    db.session.commit()
    assert names() == ["Sorting"]
    with count_queries() as queries:
        for _ in range(3):
            with db.session.begin_nested():
                assert names() == ["Sorting"]
    assert not [query for query in queries if query.startswith("SELECT")]


def test_pages_hear_of_changes_with_who_is_asking(desk, agent, member, manager, browser, count_queries):
    client, said = (
        browser(agent),
        {"subject": "Slow", "channel": "phone", "ticket_type": "incident", "impact": "1"},
    )
    given = []
    for _ in range(2):
        with count_queries() as queries:
            led = client.post(f"/tickets/call/{member.id}", data={**said, "urgency": "1"})
        assert not [each for each in queries if each.startswith("SELECT revision")]
        reference = led.location.rpartition("/")[2]
        given.append(
            db.session.scalars(sa.select(Ticket.priority).where(Ticket.reference == reference)).one()
        )
        set_matrix(ALL_LOW, None, by=manager)
        db.session.commit()
    assert given == [1, 5]


def test_a_matrix_set_elsewhere_counts_from_the_next_transaction_on(real_app: Flask):
    with real_app.app_context():
        assert matrix_for(None)["3,3"] == 5
        assert matrix_for(None)["1,1"] == 1
    with real_app.app_context():  # another process would look the same: its own session
        set_matrix(ALL_LOW, None, by=None)
        db.session.commit()
    with real_app.app_context():
        assert matrix_for(None, clock.now() + timedelta(seconds=1)) == ALL_LOW


def test_what_was_rolled_back_is_never_kept(real_app: Flask):
    with real_app.app_context():
        set_matrix(ALL_LOW, None, by=None)
        db.session.flush()
        assert matrix_for(None, clock.now() + timedelta(seconds=1)) == ALL_LOW
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Matrix)) == 0
        assert matrix_for(None)["1,1"] == 1
