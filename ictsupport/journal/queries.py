"""The journal read back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from ..database import Model, db
from ..statements import put_together
from .events import write_down
from .models import Entry, Subject


def entries_about(thing: Model, *, limit: int = 500, before: datetime | None = None) -> Sequence[Entry]:
    """What happened to the thing (`before` a moment), newest last, with what was said."""
    write_down()
    entries = select(Entry) if before is None else select(Entry).where(Entry.at < before)
    newest = db.session.scalars(
        entries.join(Entry.subjects)
        .where(Subject.kind == thing.__tablename__, Subject.subject_id == thing.id)  # type: ignore[attr-defined]
        .options(joinedload(Entry.payload))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    return list(newest)[::-1]


def entries_about_any(
    kind: str, ids: Sequence[int], *, limit: int = 500, before: datetime | None = None
) -> list[tuple[Entry, int]]:
    """What happened to any of several things of a kind, newest last, each once: with the first of them it is about."""
    given: dict[str, Any] = {"kind": kind, "ids": ids}
    if before is not None:
        given["before"] = before
    rows = db.session.execute(_about_any(before is not None, limit), given)
    first: dict[int, tuple[Entry, int]] = {}
    for entry, thing_id in rows:
        known = first.get(entry.id)
        if known is None or ids.index(thing_id) < ids.index(known[1]):
            first[entry.id] = entry, thing_id
    return list(first.values())[::-1]


@put_together
def _about_any(before: bool, limit: int) -> Any:
    entries = select(Entry, Subject.subject_id).join(Entry.subjects)
    if before:
        entries = entries.where(Entry.at < bindparam("before"))
    return (
        entries.where(
            Subject.kind == bindparam("kind"), Subject.subject_id.in_(bindparam("ids", expanding=True))
        )
        .options(joinedload(Entry.payload))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
