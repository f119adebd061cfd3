"""What seldom changes is read once in a process, and again when somebody has changed it.

    @until_changed(Calendar, CalendarVersion, Closure)
    def calendars() -> Mapping[int, hours.Calendar]: ...

Opening hours, targets and routing are asked for by every ticket and change a
few times a year. Each such set of tables has a token (table `revision`) that
is renewed in the very transaction that changes one of them. A transaction
reads all tokens in one statement, or gets them with who is asking, and what a
process has read under a token holds as long as the token does. Tokens are random, so that one that was
rolled back never comes again.

The functions return plain values, never rows of a session. Changes made past
the ORM have to call `renew()`.
"""

import functools
import secrets
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import String, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    make_transient_to_detached,
    mapped_column,
)

from .database import Model, db, table_of

T = TypeVar("T")
M = TypeVar("M", bound=Model)
READ, RENEWED = "revisions", "revisions renewed"
"""Where a session keeps the tokens that its transaction has read, and whether it has changed any."""


class Revision(Model):
    """As of which change a set of tables stands. No row: as it was set up."""

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    token: Mapped[str] = mapped_column(String(16))


_sets: dict[str, frozenset[type[Model]]] = {}
_watched: set[type[Model]] = set()


def until_changed(*tables: type[Model]) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Keep what the function returns until one of the tables changes."""

    def decorate(load: Callable[[], T]) -> Callable[[], T]:
        name = "+".join(sorted(table.__tablename__ for table in tables))
        _sets[name] = frozenset(tables)
        _watched.update(tables)
        kept: tuple[Any, str, T] | None = None

        @functools.wraps(load)
        def current() -> T:
            nonlocal kept
            session = db.session()
            database, token = session.get_bind(), _tokens(session).get(name, "")
            found = kept
            if found is None or found[0] is not database or found[1] != token:
                kept = found = (database, token, load())
            return found[2]

        return current

    return decorate


def at_hand(model: type[M], columns: Mapping[str, Any]) -> M:
    """The row that was read with these columns, as one of the session, without asking for it again: its token still holds."""
    session = db.session()
    known: M | None = session.identity_map.get(session.identity_key(model, columns["id"]))
    if known is not None:
        return known
    row = model(**columns)
    make_transient_to_detached(row)
    session.add(row)
    return row


def renew(*tables: type[Model]) -> None:
    """The tables have been changed: what was read from them counts no more, here and in every other process."""
    _renew(db.session(), set(tables))


def listen() -> None:
    """Listen to every session. One process may make several applications; they share the session class."""
    if event.contains(Session, "after_flush", _note_rows):
        return
    event.listen(Session, "after_flush", _note_rows)
    event.listen(Session, "do_orm_execute", _note_bulk)
    event.listen(Session, "after_transaction_end", _forget)


_TOKENS = select(Revision.name, Revision.token)

TOKENS_IN_A_LINE = (
    select(func.aggregate_strings(Revision.name + "=" + Revision.token, " "))
    .scalar_subquery()
    .label("tokens")
)
"""SQL: all tokens, for a statement that every page asks anyway. What it says is for `go_by`."""


def go_by(tokens: str | None) -> None:
    """Let the present transaction go by the tokens that another of its statements brought along."""
    session = db.session()
    known = dict(each.split("=") for each in (tokens or "").split())
    session.info[READ] = (session.get_transaction(), known)


def _tokens(session: Session) -> dict[str, str]:
    """The tokens as the present transaction sees them, what it has not yet written included."""
    if any(
        type(row) in _watched for pending in (session.dirty, session.new, session.deleted) for row in pending
    ):
        session.flush()
    read = session.info.get(READ)
    if read is None or read[0] is not session.get_transaction():
        rows = session.execute(_TOKENS)
        tokens = {row.name: row.token for row in rows}
        read = session.info[READ] = (session.get_transaction(), tokens)
    return read[1]


def _note_rows(session: Session, _context: Any) -> None:
    changed = {type(row) for row in (*session.new, *session.deleted)}
    changed |= {type(row) for row in session.dirty if type(row) in _watched and session.is_modified(row)}
    _renew(session, changed)


def _note_bulk(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and state.bind_mapper is not None:
        _renew(state.session, {state.bind_mapper.class_})


def _renew(session: Session, changed: set[Any]) -> None:
    if changed.isdisjoint(_watched):
        return
    names = sorted(name for name, tables in _sets.items() if not tables.isdisjoint(changed))
    connection = session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table_of(Revision))
    insert = insert.on_conflict_do_update(index_elements=["name"], set_={"token": insert.excluded.token})
    connection.execute(insert, [{"name": name, "token": secrets.token_hex(8)} for name in names])
    session.info.pop(READ, None)
    session.info[RENEWED] = True


def _forget(session: Session, transaction: SessionTransaction) -> None:
    """A savepoint that ends may have taken changes back; where there were none, what was read still holds."""
    if transaction.parent is None:
        session.info.pop(READ, None)
        session.info.pop(RENEWED, None)
    elif transaction.nested and session.info.get(RENEWED):
        session.info.pop(READ, None)
