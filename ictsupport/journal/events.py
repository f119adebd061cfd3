"""Events: named by the packages, announced by their verbs, heard by their listeners and written down."""

import enum
import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Insert, Integer, String, bindparam, func, insert, select, true
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

from .. import clock
from ..database import Model, db, dialect_name, identity, insert_numbered, its, part_of, table_of
from .models import Entry, Payload, Subject

E = TypeVar("E", bound="Event")
_listeners: dict[type["Event"], list[Callable[[Any], None]]] = defaultdict(list)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Subclasses add `about` and whatever else there is to say.

    Fields that are rows become the entry's subjects (by table and id); all
    other fields become its payload, so they must be plain values.
    """

    by: Any = None
    for_whom: Any = None
    at: datetime = field(default_factory=clock.now)

    @classmethod
    def kind(cls) -> str:
        return f"{cls.__module__.split('.')[1]}.{cls.__name__}"


def on(*events: type[Event]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call the function whenever one of these events is announced, in the same transaction."""

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        for event in events:
            _listeners[event].append(listener)
        return listener

    return register


def announce(event: Event) -> None:
    """Write the event into the journal and tell its listeners; all of it stands or falls with the transaction."""
    if db.session.new or WAITING not in db.session.info:  # many changes together are written together
        db.session.flush()
    rows, data = _told_apart(event)
    _write(event, sorted(rows), data)
    for ancestor in type(event).__mro__:
        for listener in _listeners.get(ancestor, ()):
            listener(event)


@dataclass
class _Written:
    """What is to stand in the journal, and the savepoint it was announced in."""

    entry: dict[str, Any]
    data: dict[str, Any]
    rows: list[tuple[str, int]]
    savepoint: SessionTransaction | None


def _write(event: Event, rows: list[tuple[str, int]], data: dict[str, Any]) -> None:
    entry = {
        "kind": event.kind(),
        "at": event.at,
        "by_id": _id(event.by),
        "for_whom_id": _id(event.for_whom),
        **seal_of(data),
    }
    written = _Written(entry, data, rows, db.session().get_nested_transaction())
    waiting = db.session.info.get(WAITING)
    if waiting is None:
        _put_down([written])
    else:
        waiting.append(written)


@contextmanager
def written_together() -> Iterator[None]:
    """Within it the journal is written once, at its end or when it is read: for one act upon many things."""
    if WAITING in db.session.info:
        yield
        return
    db.session.info[WAITING] = []
    try:
        yield
        write_down()
    finally:
        del db.session.info[WAITING]


def write_down() -> None:
    """Write what waits to be written together."""
    waiting = db.session.info.get(WAITING)
    if waiting:
        _put_down(waiting)
        waiting.clear()


def _put_down(written: list[_Written]) -> None:
    """Straight into the tables: every act of everybody comes through here, and nobody needs the rows."""
    connection = db.session.connection()
    if len(written) == 1 and dialect_name() == "postgresql":
        connection.execute(_ALL_OF_IT, _all_of(written[0]))
        return
    if len(written) == 1:
        keys = [connection.execute(_ENTRY, written[0].entry).scalar_one()]
    else:
        keys = insert_numbered(Entry, [one.entry for one in written])
    numbered = list(zip(keys, written, strict=True))
    payloads = [{"entry_id": key, "data": one.data} for key, one in numbered]
    connection.execute(_PAYLOAD, payloads if len(payloads) > 1 else payloads[0])
    subjects = [
        {"entry_id": key, "kind": kind, "subject_id": about}
        for key, one in numbered
        for kind, about in one.rows
    ]
    if subjects:
        connection.execute(_SUBJECT, subjects)


@listens_for(db.session, "after_soft_rollback")
def _take_back(session: Session, ended: SessionTransaction) -> None:
    """What was announced within a savepoint that is taken back did not happen."""
    waiting = session.info.get(WAITING)
    if waiting:
        waiting[:] = [one for one in waiting if ended not in _around(one.savepoint)]


def _around(savepoint: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while savepoint is not None:
        yield savepoint
        savepoint = savepoint.parent


def _all_of(one: _Written) -> dict[str, Any]:
    """One line with its payload and its subjects, as _ALL_OF_IT takes them."""
    kinds, ids = [kind for kind, _about in one.rows], [about for _kind, about in one.rows]
    return {**its(one.entry), "data": one.data, "kinds": kinds, "ids": ids}


def _all_of_it() -> Insert:
    """A line, its payload and its subjects in one statement, for PostgreSQL."""
    entry = part_of(Entry, ("kind", "at", "by_id", "for_whom_id", "salt", "digest"), "new_entry")
    data = bindparam("data", type_=table_of(Payload).c.data.type)
    payload = insert(table_of(Payload)).from_select(["entry_id", "data"], select(entry.c.id, data))
    kinds, ids = bindparam("kinds", type_=ARRAY(String)), bindparam("ids", type_=ARRAY(Integer))
    about = func.unnest(kinds, ids).table_valued("kind", "subject_id", name="about").render_derived()
    subjects = select(entry.c.id, about.c.kind, about.c.subject_id).join_from(entry, about, true())
    written = insert(table_of(Subject)).from_select(["entry_id", "kind", "subject_id"], subjects)
    return written.add_cte(payload.cte("said"))


_ENTRY = insert(table_of(Entry)).returning(Entry.id)
_PAYLOAD, _SUBJECT = insert(table_of(Payload)), insert(table_of(Subject))
_ALL_OF_IT = _all_of_it()
WAITING = "journal to write"
"""Where a session keeps what waits to be written together."""


def seal_of(data: dict[str, Any]) -> dict[str, str]:
    """A salt and the digest of a payload under it."""
    salt = secrets.token_hex(8)
    return {"salt": salt, "digest": digest_of(salt, data)}


def digest_of(salt: str, data: dict[str, Any]) -> str:
    return hashlib.sha256((salt + json.dumps(data, sort_keys=True)).encode()).hexdigest()


def plain(value: Any) -> Any:
    """A value as JSON can keep it: rows by their id, moments by their ISO form, enums by their value."""
    if isinstance(value, Model):
        return _id(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def _told_apart(event: Event) -> tuple[set[tuple[str, int]], dict[str, Any]]:
    rows: set[tuple[str, int]] = set()
    data: dict[str, Any] = {}
    for each in fields(event):
        value = getattr(event, each.name)
        if each.name in ("by", "for_whom", "at"):
            continue
        if isinstance(value, Model):
            rows.add((value.__tablename__, identity(value)))
            if each.name != "about":
                data[each.name] = plain(value)
        elif value is not None:
            data[each.name] = plain(value)
    return rows, data


def _id(row: Any) -> int | None:
    return None if row is None else identity(row)
