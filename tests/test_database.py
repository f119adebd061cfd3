"""What the two databases must do alike, and what a GET must never do."""

import threading

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport import clock
from ictsupport.database import READONLY, Rows, aside, db, insert_all, transactions
from ictsupport.pages.presses import Press
from ictsupport.people.access import public
from ictsupport.people.limits import Attempt
from ictsupport.people.models import RequesterKind
from ictsupport.reports.models import Grain, LoadFact
from ictsupport.tickets.models import TicketType

from .conftest import KINDS


def write() -> str:
    db.session.add(Press(key="k", at=clock.now()))
    db.session.commit()
    return "written"


@pytest.fixture
def writing_app(own_app: Flask) -> Flask:
    own_app.add_url_rule("/write", view_func=public(write), methods=["GET", "POST"])
    own_app.add_url_rule("/aside", view_func=public(lambda: aside(write) or "ok"))
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    return own_app


def written(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Press))


def test_a_get_cannot_write_and_a_post_can(writing_app: Flask):
    client = writing_app.test_client()
    assert client.get("/write").status_code == 500
    assert written(writing_app) == 0
    assert client.post("/write").status_code == 200
    assert written(writing_app) == 1


def test_a_get_cannot_write_inside_a_test_transaction_either(app: Flask):
    READONLY.set(True)
    try:
        db.session.add(Press(key="k", at=clock.now()))
        with pytest.raises(sa.exc.DBAPIError):
            db.session.flush()
    finally:
        READONLY.set(False)
        db.session.rollback()
    write()  # the guard has ended with the request, not with the test


def test_the_named_exceptions_write_once_the_reading_has_ended(writing_app: Flask):
    assert writing_app.test_client().get("/aside").status_code == 200
    assert written(writing_app) == 1
    assert not READONLY.get()


def test_rows_of_several_tables_are_written_at_once_and_add_to_what_is_there(app: Flask):
    now, day = clock.now(), clock.now().date()
    keys = ("grain", "day", "council_id", "queue_id", "ticket_type", "requester_kind", "confidential")
    of_it = (Grain.DAY, day, 1, 2, TicketType.INCIDENT, RequesterKind.MEMBER, False)
    facts = [dict(zip(keys, of_it, strict=True)) | {"opened": 2, "resolved": 1}]
    for _ in range(2):
        insert_all(
            Rows(LoadFact, facts, keys, ("opened", "resolved")),
            Rows(Press, [{"key": f"{_}", "at": now, "person_id": None, "location": "“there”"}]),
            Rows(Attempt, []),
        )
    fact = db.session.scalars(sa.select(LoadFact)).one()
    assert (fact.opened, fact.resolved, fact.merged, fact.ticket_type) == (4, 2, 0, TicketType.INCIDENT)
    presses = db.session.execute(sa.select(Press.key, Press.at, Press.location).order_by(Press.key)).all()
    assert [tuple(press) for press in presses] == [("0", now, "“there”"), ("1", now, "“there”")]


ON_POSTGRESQL = pytest.mark.skipif(KINDS == ["sqlite"], reason="it is about PostgreSQL, which was left out")


@ON_POSTGRESQL
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_connection_that_stands_is_kept_and_one_that_the_server_ended_is_replaced(
    real_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    whose = sa.text("SELECT pg_backend_pid()")
    with real_app.app_context():
        db.engine.dispose()
        first = db.session.scalar(whose)
        db.session.rollback()
        monkeypatch.setattr(transactions, "TRUSTED", 0)  # asked, it answers
        assert db.session.scalar(whose) == first
        db.session.rollback()
        monkeypatch.undo()
        with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert db.session.scalar(whose) != first


@ON_POSTGRESQL
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_an_answer_of_postgresql_says_what_its_columns_are(app: Flask):
    with db.session.connection().connection.cursor() as cursor:
        cursor.execute("SELECT 1 AS one, 'b' AS two")
        assert [column.name for column in cursor.description] == ["one", "two"]
        assert [column.name for column in cursor.description[-1:]] == ["two"]
        assert cursor.description[-1].type_display == "text"
        with pytest.raises(IndexError):
            cursor.description[2]
        cursor.execute("SET work_mem = '4MB'")
        assert cursor.description is None


@ON_POSTGRESQL
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_what_only_reads_leaves_its_statements_prepared(real_app: Flask):
    question = sa.select(Press.key).where(Press.key == "k")
    with real_app.test_request_context("/"):
        for _ in range(7):
            READONLY.set(True)
            db.session.execute(question).all()
            db.session.rollback()
        kept = db.session.scalars(sa.text("SELECT statement FROM pg_prepared_statements")).all()
        assert [statement for statement in kept if "press" in statement]
    assert not READONLY.get()


def test_a_moment_comes_back_as_the_same_instant(app: Flask):
    db.session.add(Press(key="k", at=clock.now()))
    db.session.flush()
    db.session.expire_all()
    assert db.session.get_one(Press, "k").at == clock.now()


def test_a_moment_without_a_zone_is_refused(app: Flask):
    db.session.add(Press(key="k", at=clock.now().replace(tzinfo=None)))
    with pytest.raises(sa.exc.StatementError, match="without a time zone"):
        db.session.flush()


def test_writers_of_a_process_take_turns_and_none_keeps_it(real_app: Flask):
    """Whatever became of the first writer, the next is let in: at once, not when SQLite is asked again."""
    order = []

    def write(how: str, started: threading.Event | None = None, go_on: threading.Event | None = None) -> None:
        with real_app.app_context():
            db.session.execute(sa.insert(Press).values(key=how, at=clock.now(), location=""))
            order.append(how)
            if started is not None and go_on is not None:
                started.set()
                go_on.wait(10)
            if how == "lost":
                db.session.connection().invalidate()
            db.session.rollback() if how == "rolled back" else db.session.close()

    for how in ("rolled back", "lost", "closed"):
        order.clear()
        started, go_on = threading.Event(), threading.Event()
        first = threading.Thread(target=write, args=(how, started, go_on))
        first.start()
        started.wait(10)
        second = threading.Thread(target=write, args=("second",))
        second.start()
        go_on.set()
        first.join(5)
        second.join(5)
        assert order == [how, "second"]
        assert not any(thread.is_alive() for thread in (first, second))
