"""What tickets have to do with each other."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model, words
from ..models import Ticket


class LinkKind(enum.Enum):
    """What the first ticket of a link is to the second."""

    RELATED = "related to"
    DUPLICATE = "duplicate of"
    PARENT = "parent of"
    CAUSED_BY = "caused by"
    BLOCKS = "blocks"
    SPLIT_FROM = "split from"

    @property
    def back(self) -> str:
        """What the second ticket is to the first."""
        return BACK[self]


BACK = {
    LinkKind.RELATED: "related to",
    LinkKind.DUPLICATE: "has the duplicate",
    LinkKind.PARENT: "child of",
    LinkKind.CAUSED_BY: "causes",
    LinkKind.BLOCKS: "blocked by",
    LinkKind.SPLIT_FROM: "split into",
}


class TicketLink(Model):
    """Two tickets that have to do with each other. Of two that are merely related, the older one comes first.

    A ticket has one parent at most. One that was split from another says from which message of it; without
    a message, from what it was raised with.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[LinkKind] = mapped_column(words(LinkKind))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))

    CHILD = text("kind = 'parent of'")
    __table_args__ = (
        CheckConstraint("ticket_id <> other_id", name="two_tickets"),
        UniqueConstraint("ticket_id", "kind", "other_id"),
        Index("ix_ticket_link_other_id", "other_id"),
        Index("uq_ticket_link_parent", "other_id", unique=True, sqlite_where=CHILD, postgresql_where=CHILD),
    )


class MajorIncident(Model):
    """A ticket whose trouble many have: `words` is what all of them read, until it is over."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    words_: Mapped[str] = mapped_column("words", String(300))
    declared_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship()

    OPEN = text("ended_at IS NULL")
    __table_args__ = (
        Index("uq_major_incident_open", "ticket_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )
