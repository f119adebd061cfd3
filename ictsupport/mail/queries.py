"""The outbox read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from .. import clock
from ..config import settings
from ..database import Model, contains, db, identity
from ..pages import health
from ..pages.paging import Page, keyset
from .models import IncomingMessage, IncomingState, MailboxReading, Outgoing

PAGE = 50

WAITING = and_(Outgoing.sent_at.is_(None), Outgoing.failed_at.is_(None))
STATES: dict[str, ColumnElement[bool]] = {
    "queued": and_(WAITING, Outgoing.error.is_(None)),
    "delayed": and_(WAITING, Outgoing.error.is_not(None)),
    "failed": and_(Outgoing.sent_at.is_(None), Outgoing.failed_at.is_not(None)),
    "sent": Outgoing.sent_at.is_not(None),
}


@dataclass(frozen=True)
class Messages:
    """Some messages, newest first, with where the pages before and after begin."""

    rows: Sequence[Outgoing]
    previous: int | None
    next: int | None


def outbox_page(
    *, state: str = "", q: str = "", after: int | None = None, before: int | None = None
) -> Messages:
    """Messages newest first; `after` goes on to older ones, `before` back to newer."""
    messages = select(Outgoing)
    if state in STATES:
        messages = messages.where(STATES[state])
    if q:
        messages = messages.where(
            or_(
                contains(Outgoing.to_address, q), contains(Outgoing.to_name, q), contains(Outgoing.subject, q)
            )
        )
    if before is not None:
        messages = messages.where(Outgoing.id > before).order_by(Outgoing.id)
    else:
        messages = _from(messages, after).order_by(Outgoing.id.desc())
    rows = db.session.scalars(messages.limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if before is not None:
        rows = rows[::-1]
    newer = more if before is not None else after is not None
    older = before is not None or more
    return Messages(rows, rows[0].id if rows and newer else None, rows[-1].id if rows and older else None)


def letters_about(row: Model, template: str) -> Sequence[Outgoing]:
    """What was written of that kind about a row, the first first. One statement."""
    about = (Outgoing.about_kind == row.__tablename__, Outgoing.about_id == identity(row))
    found = select(Outgoing).where(*about, Outgoing.template == template)
    return db.session.scalars(found.order_by(Outgoing.id)).all()


def counts() -> dict[str, int]:
    """How many messages need somebody's eye: those not sent, by state. What was sent is not counted."""
    columns = [func.count().filter(STATES[state]).label(state) for state in ("queued", "delayed", "failed")]
    row = db.session.execute(select(*columns).where(Outgoing.sent_at.is_(None))).one()
    return {"queued": row.queued, "delayed": row.delayed, "failed": row.failed}


def incoming_page(
    state: IncomingState, *, after: str | None = None, before: str | None = None
) -> Page[IncomingMessage]:
    """What came in and is in that state, newest first, without the messages themselves. One statement."""
    found = select(IncomingMessage).where(IncomingMessage.state == state)
    return keyset(found, [IncomingMessage.id.desc()], after=after, before=before)


def incoming_counts() -> dict[IncomingState, int]:
    """How many incoming messages wait, and how many nobody understood."""
    rows = db.session.execute(
        select(IncomingMessage.state, func.count())
        .where(IncomingMessage.state.in_((IncomingState.WAITING, IncomingState.NOT_UNDERSTOOD)))
        .group_by(IncomingMessage.state)
    )
    return {row.state: row[1] for row in rows}


def oldest_waiting() -> timedelta:
    """How long the oldest message that is still to go has been waiting: whether mail flows."""
    oldest = db.session.scalar(select(func.min(Outgoing.created_at)).where(WAITING))
    return clock.now() - oldest if oldest else timedelta()


@health.check("mail")
def mail_flows() -> str:
    """Whether what is written to people leaves within the time that the settings allow."""
    waited = oldest_waiting()
    if waited <= timedelta(minutes=settings().mail_overdue_minutes):
        return "ok"
    return f"the oldest message has been waiting for {waited // timedelta(minutes=1):,} minutes"


def mailbox_reading() -> MailboxReading | None:
    """How the last reading of the mailbox went; None where none is read, or none was yet."""
    name = settings().mailbox_name
    return db.session.get(MailboxReading, name) if name else None


@health.check("incoming mail")
def mailbox_is_read() -> str:
    """Whether the mailbox, if there is one, has been read within the time that the settings allow."""
    last = mailbox_reading()
    since = last.trouble_since or last.read_at if last else None
    if last is None or since is None:
        return "ok"
    waited = clock.now() - since
    if waited <= timedelta(minutes=settings().mail_overdue_minutes):
        return "ok"
    return f"the mailbox has not been read for {waited // timedelta(minutes=1):,} minutes"


def _from(messages: Select[Outgoing], after: int | None) -> Select[Outgoing]:
    return messages if after is None else messages.where(Outgoing.id < after)
