"""What follows from changes to tickets is worked out once: for all tickets of a transaction, just before its commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction

from ..database import db

Work = Callable[[Sequence[int]], None]
WAITING = "waiting for the commit"

_first: list[Work] = []
_in_hand: ContextVar[frozenset[int]] = ContextVar("in_hand", default=frozenset())


def before_many(prepare: Work) -> Work:
    """Have the function called with the ids of tickets that are about to be changed together."""
    if prepare not in _first:
        _first.append(prepare)
    return prepare


def once_for_all(work: Work, ticket_id: int) -> None:
    """Do the work for the ticket just before the commit, once for all tickets and however often it is asked for.

    It may find tickets that are not there: a savepoint took them back.
    """
    waiting: dict[Work, set[int]] = db.session.info.setdefault(WAITING, {})
    waiting.setdefault(work, set()).add(ticket_id)


def is_in_hand(ticket_id: int) -> bool:
    """Whether the ticket has been locked and read already, with all that are being changed together."""
    return ticket_id in _in_hand.get()


@contextmanager
def together(ids: Sequence[int]) -> Iterator[None]:
    """Within it these tickets, which the caller has locked and read, are changed one after the other."""
    for prepare in _first:
        prepare(ids)
    token = _in_hand.set(frozenset(ids))
    try:
        yield
    finally:
        _in_hand.reset(token)


def settle() -> None:
    """Do now what waits for the commit, for whoever asks for its results in the same transaction."""
    if WAITING in db.session.info:
        db.session.flush()
        for work, ids in db.session.info.pop(WAITING).items():
            work(sorted(ids))


@event.listens_for(db.session, "before_commit")
def _settle(session: Any) -> None:
    """Within a savepoint there is more to come."""
    if not session.in_nested_transaction():
        settle()


@event.listens_for(db.session, "after_transaction_end")
def _forget(session: Any, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(WAITING, None)
