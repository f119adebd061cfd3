"""The journal read back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
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
