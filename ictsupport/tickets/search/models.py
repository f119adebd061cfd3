"""The tables behind search."""

from sqlalchemy import ForeignKey, Index, String, Text
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


class Spelling(Model):
    """A word that stands in some ticket, under one of the keys by which it is found when mistyped (spelling.py).

    The row whose key is the word itself also knows in about how many tickets
    it stands. A word may have rows twice, when two tickets brought it at the
    same time: making one wait for the other would cost more than that.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    word: Mapped[str] = mapped_column(String(40))
    tickets: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_spelling_key", "key", "word", "tickets"),)
