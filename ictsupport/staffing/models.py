"""Posts: what is budgeted, who is missing and since when, what covers for it, and how it is being filled."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from .. import clock
from ..database import Model, words
from ..people.models import Council, Person, Team
from ..people.scopes import Scoped, scope_rule

NONE = Decimal("0.00")


class Fte(TypeDecorator[Decimal]):
    """Full-time equivalents, stored as whole hundredths so that both databases add them up exactly."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, _dialect: Dialect) -> int | None:
        return None if value is None else int(Decimal(value) * 100)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class State(enum.Enum):
    """How a post stands: somebody holds it, nobody does, it is held back, or it is gone from the budget."""

    OCCUPIED = "occupied"
    VACANT = "vacant"
    FROZEN = "frozen"
    DELETED = "deleted"


class Post(Scoped, Model):
    """A post of the establishment. Scoped to the council that employs, or shared.

    It keeps its team for life: a post that moves is deleted there and
    established anew here, so that the figures of the past stay what they were.
    No post-holder is named.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    grade: Mapped[str] = mapped_column(String(40), default="")
    hard_override: Mapped[bool | None]
    hard_reason: Mapped[str] = mapped_column(String(300), default="")
    hard_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hard_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()
    hard_by: Mapped[Person | None] = relationship()
    funding: Mapped[list["FundingShare"]] = relationship(
        back_populates="post", order_by="FundingShare.council_id"
    )
    recorded: Mapped[list["PostPeriod"]] = relationship(
        back_populates="post", order_by="PostPeriod.starts_on, PostPeriod.id"
    )
    agency: Mapped[list["AgencyCover"]] = relationship(
        back_populates="post", order_by="AgencyCover.starts_on"
    )
    rounds: Mapped[list["Recruitment"]] = relationship(back_populates="post", order_by="Recruitment.id")

    __table_args__ = (scope_rule(),)

    @property
    def periods(self) -> list["PostPeriod"]:
        """What holds of its history: without the entries that were taken back."""
        return [period for period in self.recorded if period.withdrawn_at is None]

    @property
    def last_period(self) -> "PostPeriod | None":
        return self.periods[-1] if self.periods else None

    def period_on(self, day: date) -> "PostPeriod | None":
        """How the post stood on a day; None before it was established."""
        return next((period for period in self.periods if period.covers(day)), None)

    def cover_on(self, day: date) -> Decimal:
        """The agency FTE that worked in its place on a day."""
        return sum((cover.fte for cover in self.agency if cover.covers(day)), NONE)

    def vacant_since(self, day: date) -> date | None:
        """Since when, without a break, some of the post has been vacant on that day."""
        since = None
        for period in self.periods:
            if period.starts_on > day:
                break
            if period.vacant:
                since = since or period.starts_on
            else:
                since = None
        return since

    @property
    def live_round(self) -> "Recruitment | None":
        return next((each for each in self.rounds if each.is_live), None)


class FundingShare(Model):
    """What part of a post a council pays for, in per cent. The shares of a post make 100."""

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"), primary_key=True)
    percent: Mapped[int]
    post: Mapped[Post] = relationship(back_populates="funding")
    council: Mapped[Council] = relationship()

    __table_args__ = (CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),)


class PostPeriod(Model):
    """How a post stood from a day to a day (both included; no end: until further notice).

    Append-only: only the end is filled in, and an entry made by mistake is
    taken back, not erased. So the establishment of any past day can be shown.
    `in_post` is how much of the post's FTE its holder works.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    state: Mapped[State] = mapped_column(words(State))
    fte: Mapped[Decimal] = mapped_column(Fte)
    in_post: Mapped[Decimal] = mapped_column(Fte)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    post: Mapped[Post] = relationship(back_populates="recorded")

    LAST = text("ends_on IS NULL AND withdrawn_at IS NULL")
    HOLDS = text("withdrawn_at IS NULL")
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("fte BETWEEN 1 AND 100 AND in_post BETWEEN 0 AND fte", name="fte"),
        CheckConstraint("(state = 'occupied') = (in_post > 0)", name="occupied"),
        Index("uq_post_period_last", "post_id", unique=True, sqlite_where=LAST, postgresql_where=LAST),
        Index(
            "uq_post_period_start",
            "post_id",
            "starts_on",
            unique=True,
            sqlite_where=HOLDS,
            postgresql_where=HOLDS,
        ),
    )

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    @property
    def established(self) -> Decimal:
        """What the budget holds for the post: nothing once it is deleted."""
        return NONE if self.state is State.DELETED else self.fte

    @property
    def vacant(self) -> Decimal:
        """Establishment less in post."""
        return self.established - self.in_post


class AgencyCover(Model):
    """Agency FTE working in place of a post, from a day to a day. The post stays vacant meanwhile."""

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    fte: Mapped[Decimal] = mapped_column(Fte)
    agency: Mapped[str] = mapped_column(String(120), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    post: Mapped[Post] = relationship(back_populates="agency")

    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("fte BETWEEN 1 AND 100", name="fte"),
    )

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Stage(enum.Enum):
    """How far a round of recruitment has come. No applicant is ever recorded."""

    VACATED = "vacated"
    APPROVED = "approved"
    ADVERTISED = "advertised"
    SHORTLISTED = "shortlisted"
    INTERVIEWED = "interviewed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    STARTED = "started"
    WITHDRAWN = "withdrawn"

    @property
    def ends_a_round(self) -> bool:
        return self in (Stage.STARTED, Stage.WITHDRAWN)


ORDER = list(Stage)


class Recruitment(Model):
    """One round of trying to fill a post: the stages it reached, each with its day."""

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    ended_on: Mapped[date | None]
    post: Mapped[Post] = relationship(back_populates="rounds")
    steps: Mapped[list["RecruitmentStep"]] = relationship(
        back_populates="recruitment", order_by="RecruitmentStep.id"
    )

    LIVE = text("ended_on IS NULL")
    __table_args__ = (
        Index("uq_recruitment_live", "post_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )

    @property
    def is_live(self) -> bool:
        return self.ended_on is None

    @property
    def stage(self) -> Stage:
        return self.steps[-1].stage

    def day_of(self, stage: Stage) -> date | None:
        return next((step.on for step in self.steps if step.stage is stage), None)

    @property
    def days_to_hire(self) -> int | None:
        """From the advert to the day somebody started."""
        advertised, started = self.day_of(Stage.ADVERTISED), self.day_of(Stage.STARTED)
        return (started - advertised).days if advertised and started else None


class RecruitmentStep(Model):
    """A stage that a round of recruitment reached on a day."""

    id: Mapped[int] = mapped_column(primary_key=True)
    recruitment_id: Mapped[int] = mapped_column(ForeignKey("recruitment.id"))
    stage: Mapped[Stage] = mapped_column(words(Stage))
    on: Mapped[date] = mapped_column("reached_on")
    recruitment: Mapped[Recruitment] = relationship(back_populates="steps")

    __table_args__ = (UniqueConstraint("recruitment_id", "stage"),)
