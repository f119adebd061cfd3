"""What every change of a register entry has in common: its turn, its version, and what differed."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError

from ..database import Model, db, lock
from ..errors import Refusal
from ..journal.events import plain

Changes = dict[str, list[Any]]
"""Which fields differed: their name, then what was and what is."""


class Stale(Refusal):
    reason = (
        "Somebody changed this while you had it open. "
        "What you typed is kept: look at what stands there now, then send yours again."
    )


def take_turn(row: Any, version: int | None) -> None:
    """Wait for the row's turn; refuse when it has another version than the one the change was made from.

    Without a version (an import, a job) whatever stands there is changed.
    """
    lock(row)
    if version is not None and row.version != version:
        raise Stale
    row.version += 1


def apply(row: Model, **values: Any) -> Changes:
    """Set what differs, and say what did."""
    changes: Changes = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changes[name] = [plain(before), plain(value)]
            setattr(row, name, value)
    return changes


@contextmanager
def unique_or(refusal: type[Refusal]) -> Iterator[None]:
    """Refuse what breaks a unique rule of the database, leaving the rest of the transaction whole."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError:
        raise refusal from None


def slug_of(name: str) -> str:
    """A name as it may stand in an address: "Revenues & benefits" becomes revenues-benefits."""
    plain_letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain_letters).strip("-")[:120]
