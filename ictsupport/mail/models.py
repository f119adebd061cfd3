"""What was written to people, and what they wrote to us."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Model, words


class Outgoing(Model):
    """A message to one person: written with the event it tells of, sent afterwards."""

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    thread: Mapped[str | None] = mapped_column(String(200))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    to_name: Mapped[str] = mapped_column(String(200))
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    calendar_method: Mapped[str | None] = mapped_column(String(20))
    template: Mapped[str] = mapped_column(String(80))
    secret: Mapped[bool] = mapped_column(default=False)
    about_kind: Mapped[str | None] = mapped_column(String(40))
    about_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_outgoing_about", "about_kind", "about_id"),)

    @property
    def state(self) -> str:
        """queued, delayed (tried in vain, will be tried again), sent or failed."""
        if self.sent_at:
            return "sent"
        if self.failed_at:
            return "failed"
        return "delayed" if self.error else "queued"


class MailboxReading(Model):
    """How the last reading of a mailbox went: `trouble` in words, since when, and when it was last read to the end."""

    mailbox: Mapped[str] = mapped_column(String(200), primary_key=True)
    read_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(300), default="", server_default="")
    trouble_since: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("(trouble = '') = (trouble_since IS NULL)", name="trouble"),)


class IncomingState(enum.Enum):
    WAITING = "waiting"
    TAKEN = "taken"
    NOT_UNDERSTOOD = "not understood"
    PUT_AWAY = "put away"


class IncomingMessage(Model):
    """A message somebody sent us, as it came: kept before anybody looks at it, and what became of it.

    `digest` is of what its sender wrote, whatever way it came by: the same
    message delivered twice is one. `outcome` says in words what was done, or
    why nobody could.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[str] = mapped_column(String(300), index=True)
    from_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    size: Mapped[int]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    received_at: Mapped[datetime]
    state: Mapped[IncomingState] = mapped_column(words(IncomingState), default=IncomingState.WAITING)
    taken_by: Mapped[str] = mapped_column(String(60), default="")
    outcome: Mapped[str] = mapped_column(String(500), default="")
    done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name="done"),
        Index("ix_incoming_message_state", "state", "id"),
    )
