"""Work still to be done, kept in the database: put down in the transaction that needs it, done once.

A worker claims due jobs with a lease, does each in a transaction of its own,
and marks it done in that same transaction behind a fence: should the lease
have been lost meanwhile (the worker slept, or was killed and another took
over), nothing of the late worker's is kept. So every effect in the database
happens once. What leaves the house (mail) may go twice after a kill between
sending and marking, which is why it carries the same Message-ID.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    Index,
    Insert,
    String,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import Model, db, insert_if_new, table_of

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
GIVE_UP_AFTER = timedelta(hours=72)
LONGEST_WAIT = timedelta(hours=2)

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}


class Job(Model):
    """One piece of work: what kind, with what, when, and who has it in hand."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    locked_by: Mapped[str | None] = mapped_column(String(80))
    locked_until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)

    WAITING = text("done_at IS NULL AND failed_at IS NULL")
    __table_args__ = (Index("ix_job_due", "run_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),)


class LostLease(Exception):
    """Another worker has taken the job over; whatever was done in this transaction must not be kept."""


class GiveUp(Exception):
    """The job can never succeed: do not try again."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind. It takes the payload and does not commit."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def enqueue(kind: str, payload: dict[str, Any] | None = None, *, at: datetime | None = None) -> None:
    """Put down a job in the caller's transaction, due at once or at the given moment."""
    moment = clock.now()
    row = {
        "kind": kind,
        "payload": payload or {},
        "created_at": moment,
        "run_at": at or moment,
        "locked_until": moment,
        "attempts": 0,
    }
    db.session.connection().execute(insert(table_of(Job)), row)


def enqueue_for(row: CTE, kind: str, name: str) -> Insert:
    """A statement that writes the row (`database.part_of`) and puts down a job of that kind, due `now`, whose payload
    gives the row's id that name. For PostgreSQL."""
    job = table_of(Job)
    now = bindparam("now", type_=job.c.run_at.type)
    columns = {
        "kind": literal(kind),
        "payload": func.jsonb_build_object(literal(name), row.c.id),
        "created_at": now,
        "run_at": now,
        "locked_until": now,
        "attempts": literal(0),
    }
    return insert(job).from_select(list(columns), select(*columns.values()))


def enqueue_once(
    kind: str, key: str, payload: dict[str, Any] | None = None, *, at: datetime | None = None
) -> bool:
    """Put down a job unless one with the same key was put down before; says whether it did."""
    moment = clock.now()
    row = {
        "kind": kind,
        "key": key,
        "payload": payload or {},
        "created_at": moment,
        "run_at": at or moment,
        "locked_until": moment,
        "attempts": 0,
    }
    return insert_if_new(Job, [row]) == 1


def worker_name() -> str:
    return (
        f"{socket.gethostname()[:30]}:{os.getpid()}:{threading.get_ident() % 100_000}:{secrets.token_hex(3)}"
    )


def claim(me: str, limit: int = 10) -> list[Job]:
    """Take up to `limit` due jobs for this worker, for the length of a lease. Commits."""
    now = clock.now()
    due = (
        select(Job.id)
        .where(Job.WAITING, Job.run_at <= now, Job.locked_until <= now)
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = db.session.scalars(
        update(Job)
        .where(Job.id.in_(select(due.c.id)))
        .values(locked_by=me, locked_until=now + LEASE, attempts=Job.attempts + 1)
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    db.session.commit()
    return sorted(claimed, key=lambda job: (job.run_at, job.id))


def finish(job_id: int, me: str, **outcome: Any) -> None:
    """Mark a job in the current transaction, or raise LostLease if it is no longer this worker's."""
    marked = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.locked_by == me, Job.WAITING)
        .values(**outcome)
        .execution_options(synchronize_session=False)
    )
    if marked.rowcount != 1:  # type: ignore[attr-defined]
        raise LostLease


def do(job: Job, me: str) -> bool:
    """Do one claimed job and commit, or put it back for later; says whether it was done."""
    job_id, kind, payload = job.id, job.kind, job.payload
    created_at, attempts = job.created_at, job.attempts
    try:
        _handlers[kind](payload)
        finish(job_id, me, done_at=clock.now(), error=None)
        db.session.commit()
        return True
    except LostLease:
        db.session.rollback()
        log.warning("job %s (%s) was taken over by another worker", job_id, kind)
    except Exception as error:
        db.session.rollback()
        log.exception("job %s (%s) failed", job_id, kind)
        _put_back(job_id, me, error, created_at, attempts)
    return False


def _put_back(job_id: int, me: str, error: Exception, created_at: datetime, attempts: int) -> None:
    now = clock.now()
    words = f"{type(error).__name__}: {error}"[:2000]
    try:
        if isinstance(error, GiveUp) or now - created_at > GIVE_UP_AFTER:
            finish(job_id, me, failed_at=now, error=words)
        else:
            wait = min(timedelta(seconds=15 * 2 ** min(attempts, 10)), LONGEST_WAIT)
            finish(job_id, me, run_at=now + wait, locked_until=now, error=words)
        db.session.commit()
    except LostLease:
        db.session.rollback()


def run_due(me: str | None = None, limit: int = 10) -> int:
    """Claim what is due and do it, one after the other; returns how many jobs were claimed."""
    me = me or worker_name()
    jobs = claim(me, limit)
    for job in jobs:
        do(job, me)
    return len(jobs)


def run_all(me: str | None = None) -> int:
    """Do everything that is due, until nothing is left; for commands and tests."""
    total = 0
    while count := run_due(me):
        total += count
    return total


def forget_done(older_than: timedelta = timedelta(days=7)) -> None:
    """Remove jobs done long ago, so that the table stays small."""
    db.session.execute(delete(Job).where(Job.done_at < clock.now() - older_than))
