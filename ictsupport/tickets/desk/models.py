"""What the desk keeps beside its tickets: tags, drafts, who has one open, and what is prepared for use on them."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from ...database import Model, words

if TYPE_CHECKING:
    from ..models import Queue

ticket_tags = Table(
    "ticket_tag",
    Model.metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
    Index("ix_ticket_tag_tag_id_ticket_id", "tag_id", "ticket_id"),
)


class Tag(Model):
    """A word the desk puts on tickets that belong together. Always in small letters, so that it is there only once.

    One that `became` another is only a name that it went by: on no ticket,
    but understood wherever it is still written.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    became_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id"), index=True)


class Draft(Model):
    """What somebody has begun to write on a ticket, as typed. Theirs alone: no page shows it to anybody else."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    typed: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("person_id", "ticket_id", name="uq_draft_person_id_ticket_id"),)


class Presence(Model):
    """Who has a ticket open, and when their browser last said so."""

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Reach(enum.Enum):
    """For whom a macro or a saved reply is there."""

    PERSONAL = "personal"
    QUEUE = "queue"
    ALL = "all"


REACH_RULE = "(reach = 'personal') = (owner_id IS NOT NULL) AND (reach = 'queue') = (queue_id IS NOT NULL)"


class Shareable:
    """Something prepared for use on tickets: by its owner, on the tickets of a queue, or by the whole desk."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    reach: Mapped[Reach] = mapped_column(words(Reach, 10))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None]

    @declared_attr
    def queue(cls) -> Mapped["Queue | None"]:  # noqa: N805
        return relationship("Queue", foreign_keys=[cls.queue_id])  # type: ignore[list-item]


class SavedReply(Shareable, Model):
    """Words that are written often, with {{variables}} that the ticket fills in."""

    body: Mapped[str] = mapped_column(Text)

    __table_args__ = (CheckConstraint(REACH_RULE, name="reach"),)


class Macro(Shareable, Model):
    """Several things done to a ticket in one press. `steps` holds what its form said, by name."""

    steps: Mapped[dict[str, Any]]

    DOES = {
        "tags": "adds tags",
        "impact": "sets the priority",
        "urgency": "sets the priority",
        "queue": "moves it",
        "assign": "assigns it",
        "note": "adds a note",
        "reply": "replies",
        "hold": "puts it on hold",
        "resolve": "resolves it",
    }
    __table_args__ = (CheckConstraint(REACH_RULE, name="reach"),)

    @property
    def does(self) -> str:
        """What it does to a ticket, in words."""
        done = [words for name, words in self.DOES.items() if self.steps.get(name)]
        return ", ".join(dict.fromkeys(done)).capitalize()
