"""What the dates of a series are to be like, and which of its dates are passed over."""

from datetime import date, time

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ...people.models import Person, Site
from ...people.scopes import Scoped, scope_rule
from ...tickets.recurring.schedule import Schedule, in_words
from ..models import ClinicSeries, ClinicTopic

series_hosts = Table(
    "series_host",
    Model.metadata,
    Column("series_id", ForeignKey("series_plan.series_id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
)

series_topics = Table(
    "series_offers_topic",
    Model.metadata,
    Column("series_id", ForeignKey("series_plan.series_id"), primary_key=True),
    Column("topic_id", ForeignKey("clinic_topic.id"), primary_key=True),
)


class SeriesPlan(Scoped, Model):
    """What each date of a series is to be like, in wall time, from its first day until its last (None: without end).

    A series that was changed from a date on ended there; the one that `follows` it has the dates from then on.
    """

    series_id: Mapped[int] = mapped_column(ForeignKey("clinic_series.id"), primary_key=True)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("clinic_series.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    room: Mapped[str] = mapped_column(String(120), default="")
    opens: Mapped[time]
    closes: Mapped[time]
    slot_minutes: Mapped[int]
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    places: Mapped[int]
    drop_in: Mapped[int] = mapped_column(default=0)
    book_from_days: Mapped[int | None]
    book_until_minutes: Mapped[int] = mapped_column(default=0)
    move_until_minutes: Mapped[int] = mapped_column(default=0)
    cancel_until_minutes: Mapped[int] = mapped_column(default=0)
    for_staff_too: Mapped[bool] = mapped_column(default=False)

    series: Mapped[ClinicSeries] = relationship(foreign_keys=[series_id])
    site: Mapped[Site] = relationship()
    hosts: Mapped[list[Person]] = relationship(secondary=series_hosts, order_by=Person.sort_name)
    topics: Mapped[list[ClinicTopic]] = relationship(
        secondary=series_topics, order_by=(ClinicTopic.position, ClinicTopic.name)
    )

    __table_args__ = (
        scope_rule(),
        CheckConstraint("places BETWEEN 1 AND 50 AND drop_in >= 0 AND drop_in < places", name="places"),
    )

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.series.rule, self.starts_on, self.opens)

    @property
    def rhythm(self) -> str:
        """ "every 2 weeks on Tuesday" """
        return in_words(self.series.rule)

    @property
    def venue(self) -> str:
        return f"{self.room}, {self.site.name}" if self.room else self.site.name


class PassedOver(Model):
    """A date of a series on which no clinic is held, and why: the council is closed, the room is taken, it was skipped."""

    series_id: Mapped[int] = mapped_column(ForeignKey("clinic_series.id"), primary_key=True)
    recurrence: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(300))
    skipped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @property
    def day(self) -> date:
        return date.fromisoformat(self.recurrence[:10])
