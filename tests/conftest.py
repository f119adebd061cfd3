"""Each test runs on SQLite and on PostgreSQL, in a transaction that is rolled back.

A test that needs real commits (several connections, workers, a served page)
asks for `real_app`: a database of its own, copied from a ready one.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from werkzeug.test import TestResponse

from ictsupport import clock, create_app, settle_down
from ictsupport.config import Settings
from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Person
from ictsupport.people.sessions import COOKIE_KEY, open_sign_in
from ictsupport.schema import upgrade

from .postgres import Server
from .renewing import set_up_anew
from .savepoints import make_cheap

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
"""A Wednesday morning: what tests mean by now unless they say otherwise."""

_server: Server | None = None
_counter = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    """Make one ready database of each kind; the workers copy them."""
    global _server
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="ictsupport-tests-"))
    os.environ["ICTSUPPORT_TEST_FOLDER"] = str(folder)
    make_tables(f"sqlite:///{folder / 'ready.db'}", folder)
    if not os.environ.get("ICTSUPPORT_TEST_SQLITE_ONLY"):
        _server = Server()
        os.environ["ICTSUPPORT_TEST_POSTGRES"] = _server.address("{}")
        with maintenance() as connection:
            connection.exec_driver_sql("CREATE DATABASE ready")
        make_tables(_server.address("ready"), folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        if _server is not None:
            _server.stop()
        shutil.rmtree(os.environ.get("ICTSUPPORT_TEST_FOLDER", "/nonexistent"), ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take long come first, so that in the end no worker waits for one of them."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """The collector of garbage need not look at all that is loaded, thousands of times."""
    settle_down()


@contextmanager
def maintenance() -> Iterator[sa.Connection]:
    """A connection from which databases can be made and dropped."""
    engine = sa.create_engine(
        os.environ["ICTSUPPORT_TEST_POSTGRES"].format("postgres"),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )
    with engine.connect() as connection:
        yield connection


def settings_for(address: str, folder: Path, **more: Any) -> Settings:
    return Settings(
        instance=folder,
        database_url=address,
        secret_key="a key for tests only",
        password_memory_kib=8,
        service_phone="01257 515151",
        service_hours="Monday to Friday, 8:30am to 5pm",
        **more,
    )


def make_tables(address: str, folder: Path) -> None:
    app = create_app(settings_for(address, folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@contextmanager
def new_database(kind: str) -> Iterator[str]:
    """The address of a database of one's own, copied from the ready one, gone afterwards."""
    name = f"t{os.getpid()}_{next(_counter)}"
    folder = Path(os.environ["ICTSUPPORT_TEST_FOLDER"])
    if kind == "sqlite":
        copy = folder / f"{name}.db"
        shutil.copy(folder / "ready.db", copy)
        yield f"sqlite:///{copy}"
        for left in folder.glob(f"{name}.db*"):
            left.unlink(missing_ok=True)
    else:
        with maintenance() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE ready")
        yield os.environ["ICTSUPPORT_TEST_POSTGRES"].format(name)
        with maintenance() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def application(kind: str, **settings: Any) -> Iterator[Flask]:
    """An application on a database of its own; forms are taken without a CSRF token unless asked otherwise."""
    csrf = settings.pop("csrf", False)
    with new_database(kind) as address, tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(address, Path(folder), **settings))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=csrf, PROPAGATE_EXCEPTIONS=True)
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["ICTSUPPORT_TEST_FOLDER"])
        yield app
        with app.app_context():
            db.engine.dispose()


KINDS = ["sqlite"] + ([] if os.environ.get("ICTSUPPORT_TEST_SQLITE_ONLY") else ["postgresql"])


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: what asks for it runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def applications() -> Iterator[Callable[[str], Flask]]:
    """applications(kind) is the application that the tests on that kind of database share."""
    with ExitStack() as stack:

        @cache
        def shared(kind: str) -> Flask:
            app = stack.enter_context(application(kind))
            with app.app_context():
                make_cheap(db.engine)
            return app

        yield shared


@pytest.fixture(scope="session")
def shared_app(kind: str, applications: Callable[[str], Flask]) -> Flask:
    return applications(kind)


class Browser(FlaskClient):
    """A browser whose requests run beside the test's own session: it commits before, and reads afresh after."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if not has_app_context():
            return super().open(*args, **kwargs)
        db.session.commit()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.rollback()
        db.session.expire_all()
        return response


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application with its context pushed, in a transaction that is rolled back. The clock stands at NOW."""
    with shared_app.app_context():
        engines = db.engines
        engine = engines[None]
        connection = engine.connect()
        transaction = connection.begin()
        engines[None] = connection  # type: ignore[assignment]
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")  # type: ignore[attr-defined]
        try:
            with clock.at(NOW):
                yield shared_app
        finally:
            db.session.remove()
            engines[None] = engine
            db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")  # type: ignore[attr-defined]
            transaction.rollback()
            connection.close()


@pytest.fixture(scope="session")
def real_applications() -> Iterator[Callable[[str], Flask]]:
    """real_applications(kind) is the application that tests with real commits use one after the other."""
    with ExitStack() as stack:
        yield cache(lambda kind: stack.enter_context(application(kind)))


@pytest.fixture
def real_app(kind: str, real_applications: Callable[[str], Flask]) -> Flask:
    """The application with real commits on a database as it was set up. The clock goes."""
    app = real_applications(kind)
    with app.app_context():
        set_up_anew(db.engine)
    return app


@pytest.fixture
def own_app(kind: str) -> Iterator[Flask]:
    """The application on a database of its own, for tests that change the tables or the application itself."""
    with application(kind) as app:
        yield app


@pytest.fixture
def browser(app: Flask) -> Callable[..., FlaskClient]:
    """browser(person) is a browser in which that person is signed in; browser() one in which nobody is."""

    def open_browser(person: Person | None = None, application: Flask | None = None) -> FlaskClient:
        which = application or app
        client = Browser(which, which.response_class, use_cookies=True)
        if person is not None:
            with which.test_request_context():
                token = open_sign_in(person)
            db.session.commit()
            with client.session_transaction() as cookie:
                cookie[COOKIE_KEY] = token
        return client

    return open_browser


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent meanwhile, without BEGIN, PRAGMA and savepoints."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")):
            sent.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture
def count_queries(app: Flask) -> Callable[..., Any]:
    """`with count_queries() as queries:` collects the statements sent."""
    return statements


@pytest.fixture
def outbox(app: Flask) -> Callable[[], list[tuple[str, str]]]:
    """outbox() lists (address, subject) of what has been written to people, oldest first."""

    def read() -> list[tuple[str, str]]:
        rows = db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id))
        return [(row.to_address, row.subject) for row in rows]

    return read


from .cast import *  # noqa: E402, F403  (the people, councils and things of the tests)
