"""What guides remember: their words, for whom they are, who found them helpful and who read them."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Model, words
from ..people.models import Person
from ..systems.models import System
from ..tickets.models import Ticket


class State(enum.Enum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Audience(enum.Enum):
    """For whom a guide is. Agents also read what is for the others, since they send it to them."""

    MEMBERS = "members"
    STAFF = "staff"
    AGENTS = "agents"


guide_systems = Table(
    "guide_system",
    Model.metadata,
    Column("guide_id", ForeignKey("guide.id"), primary_key=True),
    Column("system_id", ForeignKey("system.id"), primary_key=True, index=True),
)


class Guide(Model):
    """How something is done, in Markdown. `wording` is title and text made ready for searching."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    wording: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(words(State), default=State.DRAFT)
    for_members: Mapped[bool] = mapped_column(default=False)
    for_staff: Mapped[bool] = mapped_column(default=False)
    for_agents: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    review_on: Mapped[date]
    reminded_of: Mapped[date | None]
    made_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[Person] = relationship()
    systems: Mapped[list[System]] = relationship(secondary=guide_systems, order_by=System.name)
    source: Mapped[Ticket | None] = relationship()

    __table_args__ = (
        CheckConstraint("for_members OR for_staff OR for_agents", name="audience"),
        Index("ix_guide_state_title_id", "state", "title", "id"),
    )

    @property
    def audiences(self) -> list[Audience]:
        told = ((self.for_members, Audience.MEMBERS), (self.for_staff, Audience.STAFF))
        return [one for holds, one in (*told, (self.for_agents, Audience.AGENTS)) if holds]

    def is_due(self, today: date) -> bool:
        """Whether somebody should read it again and say that it is still right."""
        return self.state is State.PUBLISHED and self.review_on <= today


class GuideVote(Model):
    """Whether somebody found a guide helpful. One for each person, which they may change."""

    guide_id: Mapped[int] = mapped_column(ForeignKey("guide.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    helpful: Mapped[bool]
    at: Mapped[datetime]


class GuideReading(Model):
    """Somebody came to a guide from the list or a suggestion on a day: from the first time to the last.

    Forgotten after a while; only the estimate of what guides spare is made of it.
    """

    guide_id: Mapped[int] = mapped_column(ForeignKey("guide.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
