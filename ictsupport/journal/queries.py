"""The journal read back."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..database import Model, db
from .models import Entry, Subject


def entries_about(thing: Model, *, limit: int = 500) -> Sequence[Entry]:
    """What happened to the thing, newest last, with what was said."""
    newest = db.session.scalars(
        select(Entry)
        .join(Entry.subjects)
        .where(Subject.kind == thing.__tablename__, Subject.subject_id == thing.id)  # type: ignore[attr-defined]
        .options(joinedload(Entry.payload))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    return list(newest)[::-1]
