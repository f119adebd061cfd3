"""The session, the base of every model, moments in UTC, and all that differs between SQLite and PostgreSQL.

Both databases behave alike: a request that only reads runs in a read-only
transaction that the database itself enforces, one that writes takes its turn
(SQLite) or locks the rows it needs (PostgreSQL).
"""

from .base import FAR_FUTURE, Model, UTCDateTime, db, dialect_name, identity, table_of, words
from .expressions import contains, days_after, days_between, first_day_of, local_day
from .rows import (
    insert_if_new,
    insert_numbered,
    is_lock_trouble,
    its,
    lock,
    lock_timeout,
    next_number,
    part_of,
    stop_writers,
    take,
    take_stock,
)
from .several import Rows, insert_all
from .transactions import LONGEST_WAIT, READONLY, aside, init_app, planned_afresh, tune, writing

__all__ = [
    "FAR_FUTURE",
    "LONGEST_WAIT",
    "READONLY",
    "Model",
    "Rows",
    "UTCDateTime",
    "aside",
    "contains",
    "days_after",
    "days_between",
    "db",
    "dialect_name",
    "first_day_of",
    "identity",
    "init_app",
    "insert_all",
    "insert_if_new",
    "insert_numbered",
    "is_lock_trouble",
    "its",
    "local_day",
    "lock",
    "lock_timeout",
    "next_number",
    "part_of",
    "planned_afresh",
    "stop_writers",
    "table_of",
    "take",
    "take_stock",
    "tune",
    "words",
    "writing",
]
