"""The journal's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Model


class Entry(Model):
    """One thing that happened. Never changed afterwards.

    What was said (the payload) lies apart and can be erased; the digest over
    it, salted, stays, so that erasing somebody's words does not break the chain
    of seals.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    for_whom_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    salt: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))

    payload: Mapped["Payload | None"] = relationship(back_populates="entry")
    subjects: Mapped[list["Subject"]] = relationship(back_populates="entry")

    @property
    def data(self) -> dict[str, Any]:
        """What was said, or nothing if it has been erased."""
        return self.payload.data if self.payload else {}


class Payload(Model):
    """What an entry says, apart from the entry so that it can be erased."""

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    data: Mapped[dict[str, Any]]
    entry: Mapped[Entry] = relationship(back_populates="payload")


class Subject(Model):
    """Something an entry is about: a ticket, a person, a clinic. An entry may have several."""

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[Entry] = relationship(back_populates="subjects")

    __table_args__ = (Index("ix_subject_thing", "kind", "subject_id", "entry_id"),)


class Seal(Model):
    """A link of the chain: the digest over the previous seal and every entry since, up to one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    up_to_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
