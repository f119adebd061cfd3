"""What joins a mail to the words it became."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Model


class Mailed(Model):
    """That a message of a ticket came by mail; without `message_id`, that the ticket was raised by one.

    `rest` is what stood below the words, quoted or as a signature; `left_out`
    says what of it is not on the ticket, and why; `warning` what a mail server
    found wrong with the sender. A mail becomes one thing or none: `incoming_id`
    is unique.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    incoming_id: Mapped[int] = mapped_column(ForeignKey("incoming_message.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), unique=True)
    at: Mapped[datetime]
    from_name: Mapped[str] = mapped_column(String(200))
    from_address: Mapped[str] = mapped_column(String(254))
    warning: Mapped[str] = mapped_column(String(300), default="")
    rest: Mapped[str] = mapped_column(Text, default="")
    left_out: Mapped[str] = mapped_column(Text, default="")
    has_layout: Mapped[bool] = mapped_column(default=False)

    OPENING = text("message_id IS NULL")
    __table_args__ = (
        Index("ix_mailed_from_address_at", "from_address", "at"),
        Index("ix_mailed_ticket_id", "ticket_id"),
        Index("uq_mailed_opening", "ticket_id", unique=True, sqlite_where=OPENING, postgresql_where=OPENING),
    )

    @property
    def sender(self) -> str:
        """Who it says it is from."""
        return f"{self.from_name} <{self.from_address}>" if self.from_name else self.from_address
