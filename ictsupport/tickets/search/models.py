"""The table behind search."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Model


class SearchDoc(Model):
    """What a ticket can be found by. Derived from the ticket; `rebuild` makes it anew and proves it equal.

    What is said to the requester and what the desk says among itself lie apart:
    who may not read the notes must not find a ticket by them. SQLite keeps a
    full-text table beside this one, PostgreSQL two text vectors on it
    (migration 0007); both follow every change by themselves.
    """

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    public: Mapped[str] = mapped_column(Text)
    internal: Mapped[str] = mapped_column(Text)
