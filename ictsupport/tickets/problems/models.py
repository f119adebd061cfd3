"""What is known of a problem beyond its ticket."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ...systems.models import System
from ..models import Ticket


class ProblemState(enum.Enum):
    """How a problem stands: a known error is one that has a workaround."""

    OPEN = "open"
    KNOWN = "known error"
    SOLVED = "solved"


class Problem(Model):
    """A ticket of the type problem: its cause and workaround, and what everybody it concerns reads of it."""

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    cause: Mapped[str] = mapped_column(Text, default="")
    workaround: Mapped[str] = mapped_column(Text, default="")
    known_since: Mapped[datetime | None]
    published_words: Mapped[str] = mapped_column(String(300), default="")
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    ticket: Mapped[Ticket] = relationship()

    PUBLISHED = text("published_at IS NOT NULL")
    __table_args__ = (
        CheckConstraint("(known_since IS NULL) = (workaround = '')", name="known"),
        CheckConstraint("published_at IS NULL OR published_words <> ''", name="published"),
        Index("ix_problem_published", "ticket_id", sqlite_where=PUBLISHED, postgresql_where=PUBLISHED),
    )

    @property
    def state(self) -> ProblemState:
        if not self.ticket.is_open:
            return ProblemState.SOLVED
        return ProblemState.KNOWN if self.known_since is not None else ProblemState.OPEN


class ProblemRule(Model):
    """When similar tickets suggest a problem: so many about a system within so many days. There is one row."""

    id: Mapped[int] = mapped_column(primary_key=True)
    least: Mapped[int]
    days: Mapped[int]

    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("least BETWEEN 2 AND 100 AND days BETWEEN 1 AND 90", name="limits"),
    )


class ProblemSuggestion(Model):
    """Tickets about a system that read alike: perhaps a problem. `words` are those they have in common.

    It waits until somebody opens the problem or says that there is none.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"))
    words_: Mapped[str] = mapped_column("words", String(200))
    found_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.ticket_id"))
    system: Mapped[System] = relationship()

    WAITING = text("dismissed_at IS NULL AND problem_id IS NULL")
    __table_args__ = (
        CheckConstraint("dismissed_at IS NULL OR problem_id IS NULL", name="one_end"),
        Index("ix_problem_suggestion_waiting", "system_id", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    @property
    def title(self) -> str:
        return f"{self.system.name}: {self.words_}"[:200]


class SuggestedTicket(Model):
    """A ticket stands in one suggestion at most, and stays there when that is dismissed: it suggests nothing again."""

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("problem_suggestion.id"), index=True)
