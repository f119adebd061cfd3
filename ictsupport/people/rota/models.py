"""The hours people work, from a day on, and when they are away."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model, words
from ..models import Person


class AbsenceKind(enum.Enum):
    """Why somebody is away, as far as it is anybody's business: illness is "away", like everything private."""

    LEAVE = "leave"
    TRAINING = "training"
    ELSEWHERE = "working elsewhere"
    AWAY = "away"


class Absence(Model):
    """Somebody is away from one moment until another."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[AbsenceKind] = mapped_column(words(AbsenceKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    called_off_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_absence_person_id_ends_at", "person_id", "ends_at"),
    )

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()


class WorkingPattern(Model):
    """The hours somebody works in a week, from a day on. `week` is as a calendar's: {"0": [["09:00", "13:00"]]}."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    effective_from: Mapped[date]
    week: Mapped[dict[str, Any]]
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("person_id", "effective_from"),)
