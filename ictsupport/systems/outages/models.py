"""Outages and planned maintenance of systems, with what was told of them."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model, words
from ...people.models import Person
from ...people.scopes import Scoped, scope_rule
from ..models import System


class OutageKind(enum.Enum):
    OUTAGE = "outage"
    MAINTENANCE = "maintenance"


class Outage(Scoped, Model):
    """A system does not work, or (maintenance) will not while it is worked on, for a council or for all.

    Maintenance ends at the end of its window by itself; an outage when
    somebody says so.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), index=True)
    kind: Mapped[OutageKind] = mapped_column(words(OutageKind))
    title: Mapped[str] = mapped_column(String(160))
    advice: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    expected_end: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    system: Mapped[System] = relationship()
    declared_by: Mapped[Person | None] = relationship()
    updates: Mapped[list["OutageUpdate"]] = relationship(
        back_populates="outage", order_by="OutageUpdate.id.desc()"
    )

    OPEN = text("ended_at IS NULL")
    __table_args__ = (
        scope_rule(),
        CheckConstraint("kind <> 'maintenance' OR expected_end IS NOT NULL", name="window"),
        CheckConstraint("expected_end IS NULL OR expected_end > starts_at", name="order"),
        Index("ix_outage_open", "system_id", "starts_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    @property
    def is_over(self) -> bool:
        if self.kind is OutageKind.MAINTENANCE and self.expected_end is not None:
            return self.ended_at is not None or self.expected_end <= clock.now()
        return self.ended_at is not None

    @property
    def is_on(self) -> bool:
        """Whether it has begun and is not over."""
        return self.starts_at <= clock.now() and not self.is_over


class OutageUpdate(Model):
    """What was told of an outage, from its beginning to its end. Append-only."""

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    words_: Mapped[str] = mapped_column("words", Text)
    outage: Mapped[Outage] = relationship(back_populates="updates")
    by: Mapped[Person | None] = relationship()
