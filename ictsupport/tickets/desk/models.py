"""What the desk keeps beside its tickets: the tags on them."""

from sqlalchemy import Column, ForeignKey, Index, String, Table
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
