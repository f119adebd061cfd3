"""What somebody asks of the clinic figures: which months or weeks, and which clinics. Read from an address, and back."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from ... import clock
from ...clinics.models import Booking, Clinic, ClinicSeries, ClinicTopic
from ...clinics.series.models import SeriesPlan
from ...database import db
from ...pages.filters import clock_time
from ...people.models import Person, Site
from ...people.scopes import Scope
from ...statements import shape_of
from ...unchanged import until_changed
from ..access import councils_read
from ..asking import Named, Period, choices, grain_asked, midnight, next_of, stretch_asked
from ..models import SHARED

NO_TOPIC = Named(0, "No topic said", "none")


@dataclass(frozen=True)
class Names:
    """The sites, series and topics one can ask for."""

    sites: Sequence[Named]
    series: Sequence[Named]
    topics: Sequence[Named]


@dataclass(frozen=True)
class Question(Period):
    """Which months or weeks, and which clinics; `topic` narrows the rows behind a figure only."""

    council: Named | None = None
    site: Named | None = None
    series: Named | None = None
    topic: Named | None = None
    reach: frozenset[int] | None = None
    councils: tuple[Named, ...] = ()
    names: Names = field(default_factory=lambda: Names((), (), ()))
    troubles: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        found = {name: getattr(self, name) for name in ("council", "site", "series", "topic")}
        return {"by": self.grain.value, **{name: one.slug for name, one in found.items() if one}}

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        found = {name: getattr(self, name) for name in ("council", "site", "series", "topic")}
        return [(name, one.name) for name, one in found.items() if one]

    @property
    def clinics(self) -> ColumnElement[bool]:
        """SQL: the clinics asked for, called off ones too: those of the period that are over by now."""
        after = next_of(self.grain, self.last)
        wanted: list[ColumnElement[bool]] = [
            Clinic.day >= self.first,
            Clinic.day < after,
            Clinic.ends_at <= bindparam("now", callable_=clock.now, type_=Clinic.ends_at.type, unique=True),
            # By the instant too, since that has an index.
            Clinic.starts_at >= midnight(self.first) - timedelta(days=1),
            Clinic.starts_at < midnight(after) + timedelta(days=1),
        ]
        if self.council is not None:
            shared = self.council.id == SHARED
            wanted.append(Clinic.scope == Scope.ALL if shared else Clinic.council_id == self.council.id)
        elif self.reach is not None:
            wanted.append(or_(Clinic.scope == Scope.ALL, Clinic.council_id.in_(self.reach)))
        if self.site is not None:
            wanted.append(Clinic.site_id == self.site.id)
        if self.series is not None:
            wanted.append(Clinic.series_id == self.series.id)
        return and_(*wanted)

    @property
    def on_topic(self) -> list[ColumnElement[bool]]:
        """SQL: the bookings about the topic asked for."""
        if self.topic is None:
            return []
        return [Booking.topic_id.is_(None) if self.topic is NO_TOPIC else Booking.topic_id == self.topic.id]


@shape_of.register
def _as_asked(question: Question) -> Hashable:
    """What statements about a question are made of."""
    narrowed = question.council, question.site, question.series, question.topic
    return question.grain, question.first, question.last, question.reach, narrowed


def read_question(asked: Mapping[str, str], person: Person) -> Question:
    """The question in an address. What makes no sense is told in `troubles`, and the usual is shown instead."""
    reach = councils_read(person)
    councils, _queues = choices(reach)
    names = _names()
    troubles: list[str] = []
    grain = grain_asked(asked, troubles)
    first, last = stretch_asked(asked, grain, troubles)

    def chosen(name: str, among: Sequence[Named]) -> Any:
        word = asked.get(name, "")
        found = next((one for one in among if one.slug == word), None)
        if word and found is None:
            troubles.append(f"There is no {name} “{word[:60]}”. Choose one from the list.")
        return found

    return Question(
        grain=grain,
        first=first,
        last=last,
        council=chosen("council", councils),
        site=chosen("site", names.sites),
        series=chosen("series", names.series),
        topic=chosen("topic", names.topics),
        reach=None if reach is None else frozenset(reach),
        councils=tuple(councils),
        names=names,
        troubles=tuple(troubles),
        typed={name: str(value)[:100] for name, value in asked.items()},
    )


@until_changed(Site, ClinicTopic, SeriesPlan, ClinicSeries)
def _names() -> Names:
    by_name = attrgetter("name")
    sites = db.session.execute(select(Site.id, Site.name))
    topics = db.session.execute(
        select(ClinicTopic.id, ClinicTopic.name).order_by(ClinicTopic.position, ClinicTopic.name)
    )
    series = db.session.scalars(select(SeriesPlan)).all()
    return Names(
        sorted((Named(row.id, row.name, str(row.id)) for row in sites), key=by_name),
        sorted((Named(each.series_id, _called(each), str(each.series_id)) for each in series), key=by_name),
        [*(Named(row.id, row.name, str(row.id)) for row in topics), NO_TOPIC],
    )


def _called(series: SeriesPlan) -> str:
    """ "Town Hall, every 2 weeks on Tuesday, 2pm" """
    return f"{series.site.name}, {series.rhythm}, {clock_time(series.opens)}"
