"""Writing many rows, and waiting for the turn of one."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import SessionTransaction

from .base import M, Model, db, dialect_name, table_of
from .transactions import READONLY


def insert_numbered(model: type[Model], rows: list[dict[str, Any]]) -> list[int]:
    """Insert many rows, each naming the same columns, and return their ids in the same order.

    SQLite hands out the number after the highest; asked to return it, it would
    take the rows one at a time. Nobody else writes meanwhile.
    """
    table = table_of(model)
    if dialect_name() == "postgresql":
        numbered = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(db.session.scalars(numbered, rows))
    db.session.flush()
    first = next_number(model)
    ids = list(range(first, first + len(rows)))
    if rows:
        db.session.execute(sa.insert(table), [{**row, "id": key} for row, key in zip(rows, ids, strict=True)])
    return ids


def next_number(model: type[Model]) -> int:
    """The id of the row that is written next, for a row that has to know it before. Nobody else gets it."""
    return int(db.session.connection().scalar(_next_number(model, dialect_name())) or 0)


@lru_cache(maxsize=50)
def _next_number(model: type[Model], dialect: str) -> sa.Select[int]:
    table = table_of(model)
    if dialect == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(sa.literal(table.name), sa.literal("id"))
        return sa.select(sa.func.nextval(sequence))
    return sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1)


def part_of(model: type[Model], columns: Iterable[str], name: str) -> sa.CTE:
    """A new row as part of a longer statement, which sees its id: a round trip to PostgreSQL costs more than the row.

    What goes into a column is a parameter called after it: `its_kind`.
    """
    table = table_of(model)
    given = {column: sa.bindparam(f"its_{column}", type_=table.c[column].type) for column in columns}
    return sa.insert(table).values(given).returning(table.c.id).cte(name)


def its(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as the parameters of part_of()."""
    return {f"its_{column}": value for column, value in row.items()}


def insert_if_new(model: type[Model], rows: list[dict[str, Any]]) -> int:
    """Insert the rows that break no unique rule; returns how many that were."""
    if not rows:
        return 0
    dialect = sqlite if dialect_name() == "sqlite" else postgresql
    statement = dialect.insert(model).on_conflict_do_nothing()
    keys = sa.inspect(model).primary_key
    return len(db.session.execute(statement.returning(*keys), rows).all())


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


def take_stock() -> None:
    """Have PostgreSQL look at its tables after much has been put in: it would else plan as if they were empty."""
    if dialect_name() == "postgresql":
        db.session.execute(sa.text("ANALYZE"))
