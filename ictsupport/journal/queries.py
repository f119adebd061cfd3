"""The journal read back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from ..database import Model, db
from .models import Entry, Subject


def entries_about(thing: Model, *, limit: int = 500, before: datetime | None = None) -> Sequence[Entry]:
    """What happened to the thing (`before` a moment), newest last, with what was said."""
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
    entries = select(Entry, Subject.subject_id) if before is None else _before(before)
    rows = db.session.execute(
        entries.join(Entry.subjects)
        .where(Subject.kind == kind, Subject.subject_id.in_(ids))
        .options(joinedload(Entry.payload))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    first: dict[int, tuple[Entry, int]] = {}
    for entry, thing_id in rows:
        known = first.get(entry.id)
        if known is None or ids.index(thing_id) < ids.index(known[1]):
            first[entry.id] = entry, thing_id
    return list(first.values())[::-1]


def _before(moment: datetime) -> Select[Entry, int]:
    return select(Entry, Subject.subject_id).where(Entry.at < moment)
