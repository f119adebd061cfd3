"""The chain of seals: shows whether anybody has changed or removed an entry since it was written."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from .. import clock, jobs, scheduler
from ..database import db, stop_writers
from .events import digest_of
from .models import Entry, Payload, Seal

BATCH = 5_000


def seal() -> int:
    """Seal the entries written since the last seal, at most a batch; returns how many that were.

    Entries get their number before they are committed, so a seal waits for
    those being written: none may slip in below it afterwards.
    """
    stop_writers(Entry)
    last = db.session.scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).first()
    entries = _after(last.up_to_id if last else 0).limit(BATCH)
    rows = db.session.execute(entries).all()
    if rows:
        digest = _chained(last.digest if last else "", rows)
        db.session.add(Seal(up_to_id=rows[-1].id, digest=digest, at=clock.now()))
        db.session.flush()
    return len(rows)


def broken() -> Iterator[str]:
    """What does not fit: entries changed, removed or slipped in, and payloads that were altered."""
    previous, digest = 0, ""
    for link in db.session.scalars(select(Seal).order_by(Seal.id)):
        digest = _chained(digest, db.session.execute(_after(previous).where(Entry.id <= link.up_to_id)).all())
        if digest != link.digest:
            yield f"The entries from {previous + 1} to {link.up_to_id} are not those that were sealed"
        previous, digest = link.up_to_id, link.digest
    for entry_id, salt, wanted, data in db.session.execute(
        select(Entry.id, Entry.salt, Entry.digest, Payload.data).join(Payload)
    ).yield_per(BATCH):
        if digest_of(salt, data) != wanted:
            yield f"What entry {entry_id} says has been altered"


def _after(entry_id: int) -> Any:
    return (
        select(Entry.id, Entry.kind, Entry.at, Entry.by_id, Entry.for_whom_id, Entry.digest)
        .where(Entry.id > entry_id)
        .order_by(Entry.id)
    )


def _chained(digest: str, rows: Any) -> str:
    chain = hashlib.sha256(digest.encode())
    for row in rows:
        chain.update(
            f"{row.id}|{row.kind}|{row.at.isoformat()}|{row.by_id}|{row.for_whom_id}|{row.digest}\n".encode()
        )
    return chain.hexdigest()


@jobs.handles("journal.seal")
def _seal_by_timetable(_payload: dict[str, Any]) -> None:
    while seal() == BATCH:
        pass


scheduler.every("journal.seal", minutes=10)
