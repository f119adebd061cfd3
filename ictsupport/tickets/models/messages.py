"""What is said on a ticket, with its files, and requests that are still being written."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from ... import clock
from ...database import Model, words
from ...people.models import Person
from .kinds import (
    Channel,
)
from .tickets import Ticket

if TYPE_CHECKING:
    from ..by_email.models import Mailed


class MessageKind(enum.Enum):
    REPLY = "reply"
    NOTE = "note"
    CALL = "call"


class CallResult(enum.Enum):
    SPOKE = "spoke"
    LEFT_MESSAGE = "left message"
    NO_ANSWER = "no answer"


class Message(Model):
    """Something said on a ticket: a public reply, an internal note, or what was said on the telephone.

    `via_id` is the merged ticket on which its requester wrote it, when it went
    to the survivor from there: nobody else who asked reads it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[MessageKind] = mapped_column(words(MessageKind))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    for_whom_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_requester: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Channel] = mapped_column(words(Channel))
    at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)
    call_result: Mapped[CallResult | None] = mapped_column(words(CallResult))
    promised_at: Mapped[datetime | None]
    via_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    went_to: Mapped[str | None] = query_expression()
    """The reference of the request that was made of it, where a query asks for that."""
    ticket: Mapped[Ticket] = relationship(back_populates="messages", foreign_keys=[ticket_id])
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    for_whom: Mapped[Person | None] = relationship(foreign_keys=[for_whom_id])
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="message", order_by="Attachment.id")
    mailed: Mapped["Mailed | None"] = relationship(viewonly=True)

    VIA = text("via_id IS NOT NULL")
    __table_args__ = (Index("ix_message_via_id", "via_id", sqlite_where=VIA, postgresql_where=VIA),)

    @property
    def is_public(self) -> bool:
        return self.kind is MessageKind.REPLY


class Attachment(Model):
    """A file on a ticket. Its name is only a label: the bytes lie under a random key, outside any served folder."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    internal: Mapped[bool] = mapped_column(default=False)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    ticket: Mapped[Ticket] = relationship(back_populates="attachments")
    message: Mapped[Message | None] = relationship(back_populates="attachments")


class Request(Model):
    """A request being put together, page by page, and not sent yet. Its key makes sending it happen once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    for_whom_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), unique=True)
    ticket: Mapped[Ticket | None] = relationship()
