"""What is remembered of how somebody found the help they got."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ...people.models import Person
from ..models import Ticket
from ..tasks.models import Task

GOOD, LOW = 4, 2
"""From here on somebody is satisfied; up to here a manager rings them back."""

SCORES = {5: "Very good", 4: "Good", 3: "Neither good nor bad", 2: "Bad", 1: "Very bad"}
REASONS = {
    "quick": "It was quick",
    "clear": "It was explained clearly",
    "kind": "They were friendly",
    "kept": "I was kept informed",
    "slow": "It took too long",
    "unclear": "I did not understand the answer",
    "chased": "I had to ask more than once",
    "unsolved": "It was not really solved",
}
"""What may be ticked beside the score. Take a key out of use by leaving it here and out of OFFERED."""
OFFERED = tuple(REASONS)


class Rating(Model):
    """Somebody was asked how it went when their ticket was resolved, and what they answered. One for each resolution."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    resolved_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    score: Mapped[int | None]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    words_: Mapped[str] = mapped_column("words", String(1000), default="")
    told_at: Mapped[datetime | None]
    rung_at: Mapped[datetime | None]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    rung_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket: Mapped[Ticket] = relationship()
    task: Mapped[Task | None] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    rung_by: Mapped[Person | None] = relationship(foreign_keys=[rung_by_id])

    TO_RING = text("score <= 2 AND rung_at IS NULL")
    __table_args__ = (
        UniqueConstraint("ticket_id", "resolved_at"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_rating_person_id_asked_at", "person_id", "asked_at"),
        Index("ix_rating_asked_at", "asked_at"),
        Index("ix_rating_to_ring", "answered_at", sqlite_where=TO_RING, postgresql_where=TO_RING),
    )

    @property
    def is_low(self) -> bool:
        return self.score is not None and self.score <= LOW

    @property
    def is_to_ring(self) -> bool:
        return self.is_low and self.rung_at is None

    @property
    def told_reasons(self) -> list[str]:
        return [REASONS[key] for key in self.reasons if key in REASONS]
