"""The session, the base of every model, moments in UTC, and all that differs between SQLite and PostgreSQL.

Both databases behave alike: a request that only reads runs in a read-only
transaction that the database itself enforces, one that writes takes its turn
(SQLite) or locks the rows it needs (PostgreSQL).
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask, g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, SessionTransaction, declared_attr, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

FAR_FUTURE = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "never" in a column that is sorted on and so must not be empty."""

LONGEST_WAIT = 10
"""Seconds that somebody waits for their turn to write on SQLite before they are told that the service is busy."""

TURN = "turn to write"
"""Where a connection keeps that it has the turn."""

READING = "only reads"
"""Where a connection keeps that its transaction only reads."""

MOST_PREPARED = 500
"""Statements that a connection to PostgreSQL keeps planned: more than all pages together have."""


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. What goes in must carry a time zone; what comes out is UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


class Model(DeclarativeBase):
    """The base of every table; a class gives its table its own name in snake_case."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={dict[str, Any]: Json, list[Any]: Json, datetime: UTCDateTime()},
    )

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {sa.inspect(self).identity or 'new'}>"


M = TypeVar("M", bound=Model)

db = SQLAlchemy(model_class=Model, disable_autonaming=True, session_options={"expire_on_commit": False})

READONLY: ContextVar[bool] = ContextVar("READONLY", default=False)


def words(enum: type[Any], length: int = 30) -> sa.Enum:
    """A column type that stores an enum by its value, as plain text on both databases."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


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
        event.listen(engine, "connect", _tune_postgresql)
        event.listen(engine, "rollback", _end_reading)
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
    with dbapi.cursor() as cursor:
        for setting in ("random_page_cost = 1.1", "jit = off", "max_parallel_workers_per_gather = 0"):
            cursor.execute(f"SET {setting}")
    dbapi.commit()
    dbapi.prepared_max = MOST_PREPARED


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


def insert_numbered(model: type[Model], rows: list[dict[str, Any]]) -> list[int]:
    """Insert many rows, each naming the same columns, and return their ids in the same order.

    SQLite hands out the number after the highest; asked to return it, it would
    take the rows one at a time. Nobody else writes meanwhile.
    """
    table = table_of(model)
    if dialect_name() == "postgresql":
        numbered = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(db.session.scalars(numbered, rows))
    first = (db.session.scalar(sa.select(sa.func.max(table.c.id))) or 0) + 1
    ids = list(range(first, first + len(rows)))
    if rows:
        db.session.execute(sa.insert(table), [{**row, "id": key} for row, key in zip(rows, ids, strict=True)])
    return ids


def upsert(
    model: type[Model], rows: list[dict[str, Any]], keys: tuple[str, ...], add: tuple[str, ...]
) -> None:
    """Insert the rows; where one with the same keys stands, add the `add` columns to it instead."""
    if rows:
        db.session.connection().execute(_upsert(model, keys, add, dialect_name()), rows)


@lru_cache(maxsize=50)
def _upsert(model: type[Model], keys: tuple[str, ...], add: tuple[str, ...], dialect: str) -> Any:
    table = table_of(model)
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    return insert.on_conflict_do_update(
        index_elements=keys, set_={name: table.c[name] + insert.excluded[name] for name in add}
    )


def insert_if_new(model: type[Model], rows: list[dict[str, Any]]) -> int:
    """Insert the rows that break no unique rule; returns how many that were."""
    if not rows:
        return 0
    dialect = sqlite if dialect_name() == "sqlite" else postgresql
    statement = dialect.insert(model).values(rows).on_conflict_do_nothing()
    keys = sa.inspect(model).primary_key
    return len(db.session.execute(statement.returning(*keys)).all())


def table_of(model: type[Model]) -> sa.Table:
    """The table itself, for statements that need no rows made of it."""
    return cast(sa.Table, model.__table__)


LOCKED = "locked rows"
"""Where a session keeps the rows whose turn has come in its transaction."""


def lock(row: Model) -> None:
    """Wait for the row's turn and read it afresh: what was read before may be stale. Once in a transaction is enough."""
    locked = db.session.info.setdefault(LOCKED, set())
    if row not in locked:
        db.session.refresh(row, with_for_update={"of": type(row)})
        locked.add(row)


def take(statement: sa.Select[M], model: type[M]) -> M | None:
    """The row that the statement finds: its turn awaited at once, unless the request only reads."""
    if READONLY.get():
        return db.session.scalars(statement).unique().first()
    known = {row for row in db.session() if isinstance(row, model)}
    row = db.session.scalars(statement.with_for_update(of=model)).unique().first()
    if row in known:  # read before its turn came
        lock(row)
    elif row is not None:
        db.session.info.setdefault(LOCKED, set()).add(row)
    return row


@event.listens_for(db.session, "after_transaction_end")
def _forget_locks(session: Any, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:
        session.info.pop(LOCKED, None)


def stop_writers(model: type[Model]) -> None:
    """Wait until nobody is writing to the table, and let nobody begin until this transaction ends.

    SQLite's writers already come one at a time.
    """
    if dialect_name() == "postgresql":
        lock_timeout(5)
        db.session.execute(sa.text(f'LOCK TABLE "{model.__tablename__}" IN SHARE MODE'))


def lock_timeout(seconds: int) -> None:
    """Wait for locks no longer than this in the present transaction (SQLite has its busy timeout)."""
    if dialect_name() == "postgresql":
        db.session.execute(sa.text(f"SET LOCAL lock_timeout = '{int(seconds)}s'"))


def is_lock_trouble(error: DBAPIError) -> bool:
    """Whether the statement failed for want of a lock (time-out, deadlock) and may be tried again."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("55P03", "40P01", "40001") or "database is locked" in str(error.orig)


def identity(row: Model) -> int:
    """The id of a row that has been stored."""
    (key,) = sa.inspect(row).identity or (None,)
    if key is None:
        raise ValueError(f"{type(row).__name__} has not been stored yet")
    return int(key)


def take_stock() -> None:
    """Have PostgreSQL look at its tables after much has been put in: it would else plan as if they were empty."""
    if dialect_name() == "postgresql":
        db.session.execute(sa.text("ANALYZE"))


def dialect_name() -> str:
    return db.session.get_bind().dialect.name


def local_day(moment: Any, zone: ZoneInfo) -> sa.ColumnElement[date]:
    """SQL: the calendar day an instant falls on in that zone."""
    if dialect_name() == "postgresql":
        return sa.cast(sa.func.timezone(zone.key, moment), sa.Date)
    return sa.func.local_day(moment, zone.key, type_=sa.Date())


@lru_cache(maxsize=100_000)
def _local_day(moment: str | None, zone: str) -> str | None:
    """What SQLite calls for local_day: it knows no time zones."""
    if moment is None:
        return None
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def first_day_of(unit: Literal["week", "month"], day: Any) -> sa.ColumnElement[date]:
    """SQL: the Monday of the day's week, or the first of its month."""
    if dialect_name() == "postgresql":
        return sa.cast(sa.func.date_trunc(unit, day), sa.Date)
    steps = ("-6 days", "weekday 1") if unit == "week" else ("start of month",)
    return sa.func.date(day, *steps, type_=sa.Date())


def days_between(earlier: Any, later: Any) -> sa.ColumnElement[int]:
    """SQL: how many days one day comes after another."""
    if dialect_name() == "postgresql":
        return sa.type_coerce(later - earlier, sa.Integer)
    return sa.cast(sa.func.julianday(later) - sa.func.julianday(earlier), sa.Integer)


def days_after(day: Any, days: int) -> sa.ColumnElement[date]:
    """SQL: the day that comes so many days after another."""
    if dialect_name() == "postgresql":
        return sa.type_coerce(day + sa.literal(days, sa.Integer), sa.Date())
    return sa.func.date(day, f"+{days} days", type_=sa.Date())


def contains(
    column: InstrumentedAttribute[Any] | sa.ColumnElement[Any], typed: str
) -> sa.ColumnElement[bool]:
    """Whether the column holds what was typed, whatever its case; % and _ mean themselves."""
    return column.icontains(typed, autoescape=True)
