"""How transactions begin and end: a request that only reads cannot write, one that writes takes its turn."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from select import POLLIN, poll
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError

from .base import db, dialect_name

LONGEST_WAIT = 10
"""Seconds that somebody waits for their turn to write on SQLite before they are told that the service is busy."""

TURN = "turn to write"
"""Where a connection keeps that it has the turn."""

READING = "only reads"
"""Where a connection keeps that its transaction only reads."""

MOST_PREPARED = 500
"""Statements that a connection to PostgreSQL keeps planned: more than all pages together have."""

TRUSTED = 2
"""Seconds after its last use for which a silent connection to PostgreSQL is taken to stand still."""

LAST_USED = "last used"
"""Where a connection keeps when it was given back."""

READONLY: ContextVar[bool] = ContextVar("READONLY", default=False)


def init_app(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        tune(db.engine)
    app.before_request(_read_only_unless_posted)
    app.teardown_request(_run_asides)


def tune(engine: Engine) -> None:
    """Make every transaction of this engine begin as its kind of request asks."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "savepoint", lambda connection, _name: _guard(connection))
        turn = _Turn()
        event.listen(engine, "begin", turn.take)
        event.listen(engine, "checkin", turn.give_up)
    else:
        engine.dialect.use_insertmanyvalues_wo_returning = (
            True  # a few rows are one statement, and one answer
        )
        event.listen(engine, "connect", _tune_postgresql)
        event.listen(engine, "rollback", _end_reading)
        event.listen(engine, "checkout", _ask_whether_it_stands)
        event.listen(engine, "checkin", _note_use)
    event.listen(engine, "begin", _begin)


class _Turn:
    """Whose turn it is to write, among the threads of a process: SQLite has one writer at a time.

    SQLite itself lets who waits ask again every tenth of a second, and whoever
    asks first when it is free goes first: with eight people at once some waited
    for five seconds. Other processes still wait as SQLite has them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self, connection: Connection) -> None:
        """Before a transaction that writes; who has waited too long lets SQLite answer."""
        if not READONLY.get() and TURN not in connection.info:
            connection.info[TURN] = self._lock.acquire(timeout=LONGEST_WAIT)

    def give_up(self, _dbapi: Any, record: Any) -> None:
        if record.info.pop(TURN, False):
            self._lock.release()


def _tune_sqlite(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # SQLAlchemy starts transactions, not the driver
    dbapi.create_function("local_day", 2, _local_day, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={LONGEST_WAIT * 1000}",
        "foreign_keys=ON",
    ):
        dbapi.execute("PRAGMA " + pragma)
    for pragma in ("cache_size=-8192", "temp_store=MEMORY"):
        dbapi.execute("PRAGMA " + pragma)


def _tune_postgresql(dbapi: Any, _record: Any) -> None:
    """Pages are read from memory or from disks without heads, and a page's statements are too short to be
    compiled or shared out: planned otherwise, a search took ten times as long."""
    from .cursors import Cursor  # so that SQLite does without its driver

    with dbapi.cursor() as cursor:
        for setting in ("random_page_cost = 1.1", "jit = off", "max_parallel_workers_per_gather = 0"):
            cursor.execute(f"SET {setting}")
    dbapi.commit()
    dbapi.prepared_max = MOST_PREPARED
    dbapi.cursor_factory = Cursor


def _ask_whether_it_stands(dbapi: Any, record: Any, _proxy: Any) -> None:
    """Have a connection that ended while nobody used it replaced before anybody does.

    Asking is an answer to wait for on every page, so only those are asked that
    have lain idle, or to which something was sent unasked, as a server does
    that stops.
    """
    idle = monotonic() - record.info.get(LAST_USED, 0.0)
    if not dbapi.closed and idle < TRUSTED and not _is_spoken_to(dbapi.fileno()):
        return
    try:
        dbapi.autocommit = True
        dbapi.execute("SELECT")
        dbapi.autocommit = False
    except dbapi.Error as trouble:
        raise DisconnectionError("PostgreSQL ended the connection") from trouble


def _is_spoken_to(descriptor: int) -> bool:
    unasked = poll()
    unasked.register(descriptor, POLLIN)
    return bool(unasked.poll(0))


def _note_use(_dbapi: Any, record: Any) -> None:
    record.info[LAST_USED] = monotonic()


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        _guard(connection)
        connection.exec_driver_sql("BEGIN" if READONLY.get() else "BEGIN IMMEDIATE")
    else:
        connection.info[READING] = READONLY.get()
        driver: Any = connection.connection.driver_connection
        driver.read_only = READONLY.get()


def _end_reading(connection: Connection) -> None:
    """There is nothing to take back where nothing was written, and psycopg forgets on ROLLBACK what it has prepared:
    PostgreSQL would plan every statement of every page anew, longer than most of them take."""
    if not connection.invalidated and connection.info.pop(READING, False):
        connection.connection.commit()


@contextmanager
def planned_afresh() -> Iterator[None]:
    """Within it PostgreSQL plans for the very values it is given, not once for all that may come."""
    if dialect_name() != "postgresql":
        yield
        return
    driver: Any = db.session.connection().connection.driver_connection
    before, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = before


def _guard(connection: Connection) -> None:
    """Let the database itself refuse a write in a request that must only read."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if READONLY.get() else 'OFF'}")
    elif READONLY.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


@event.listens_for(db.session, "after_begin")
def _guard_savepoint(_session: Any, _transaction: Any, connection: Connection) -> None:
    """On PostgreSQL a guard set inside a savepoint ends with it; set just before, it would outlast the request."""
    if connection.dialect.name == "postgresql" and connection.in_nested_transaction():
        _guard(connection)


def _read_only_unless_posted() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        READONLY.set(True)


def aside(write: Callable[[], None]) -> None:
    """Write something small once a reading request has ended, in a short transaction of its own.

    For the named exceptions to "a GET changes nothing": last seen, and the
    record that a confidential ticket was read. Outside a request it is written
    at once, in the caller's transaction.
    """
    if not has_request_context():
        write()
        return
    if "asides" not in g:
        g.asides = []
    g.asides.append(write)


def _run_asides(error: BaseException | None) -> None:
    READONLY.set(False)
    asides = g.pop("asides", [])
    if asides and error is None:
        db.session.rollback()
        for write in asides:
            write()
        db.session.commit()
    elif error is not None:
        db.session.rollback()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction of its own for the one kind of GET that writes before it answers: the sign-in callback."""
    db.session.rollback()
    before = READONLY.set(False)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        READONLY.reset(before)


@lru_cache(maxsize=100_000)
def _local_day(moment: str | None, zone: str) -> str | None:
    """What SQLite calls for local_day: it knows no time zones."""
    if moment is None:
        return None
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(zone)).date().isoformat()
