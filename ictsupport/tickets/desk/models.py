"""What the desk keeps beside its tickets: the tags on them, drafts, and who has one open."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Model

ticket_tags = Table(
    "ticket_tag",
    Model.metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
    Index("ix_ticket_tag_tag_id_ticket_id", "tag_id", "ticket_id"),
)


class Tag(Model):
    """A word the desk puts on tickets that belong together. Always in small letters, so that it is there only once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


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
