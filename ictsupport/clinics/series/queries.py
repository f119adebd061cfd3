"""The series somebody runs, the dates of one, and a calendar of clinics by week and month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from ... import clock
from ...config import settings
from ...database import db
from ...people.models import Person
from .. import access
from ..clashes import absences_of
from ..models import Clinic
from ..queries import how_full
from .models import PassedOver, SeriesPlan
from .planning import runnable_series


@dataclass(frozen=True)
class Listed:
    """A series, its next date, how many are planned and how many passed over."""

    facts: SeriesPlan
    next_at: datetime | None
    planned: int
    passed_over: int


@dataclass(frozen=True)
class Held:
    """A clinic with how full it is and which of its hosts are away."""

    clinic: Clinic
    offered: int
    taken: int
    away: Sequence[str] = ()


@dataclass
class Day:
    """A day of the calendar and its clinics; `inside` the month that is shown."""

    date: date
    inside: bool = True
    clinics: list[Held] = field(default_factory=list)


def series_run(person: Person) -> list[Listed]:
    """The series that have not ended, by their next date. Two statements."""
    to_come = (
        Clinic.series_id == SeriesPlan.series_id,
        Clinic.ends_at > clock.now(),
        Clinic.called_off_at.is_(None),
    )
    today = clock.today(settings().zone)
    next_at = select(func.min(Clinic.starts_at)).where(*to_come).scalar_subquery()
    planned = select(func.count(Clinic.id)).where(*to_come).scalar_subquery()
    passed_over = (
        select(func.count())
        .select_from(PassedOver)
        .where(PassedOver.series_id == SeriesPlan.series_id, PassedOver.recurrence >= today.isoformat())
        .scalar_subquery()
    )
    rows = db.session.execute(
        runnable_series(person)
        .add_columns(next_at, planned, passed_over)
        .where(or_(SeriesPlan.ends_on.is_(None), SeriesPlan.ends_on >= today))
        .options(
            joinedload(SeriesPlan.series),
            joinedload(SeriesPlan.site),
            selectinload(SeriesPlan.hosts),
            raiseload("*"),
        )
        .order_by(next_at, SeriesPlan.series_id)
    )
    return [Listed(*row) for row in rows]


def dates_of(facts: SeriesPlan) -> list[Held]:
    """The clinics of a series that are still to come."""
    rows = select(Clinic, *how_full()).where(
        Clinic.series_id == facts.series_id, Clinic.ends_at > clock.now()
    )
    return _held(rows)


def passed_over(facts: SeriesPlan) -> Sequence[PassedOver]:
    """The dates to come on which no clinic is held."""
    today = clock.today(settings().zone).isoformat()
    return db.session.scalars(
        select(PassedOver)
        .where(PassedOver.series_id == facts.series_id, PassedOver.recurrence >= today)
        .order_by(PassedOver.recurrence)
    ).all()


def clinics_between(person: Person, first: date, last: date) -> list[Held]:
    """The clinics somebody runs from one day until another, called off ones too. Three statements."""
    rows = select(Clinic, *how_full()).where(access.run_by(person), Clinic.day >= first, Clinic.day <= last)
    zone = settings().zone  # by the instant too, since that has an index
    begins = datetime.combine(first - timedelta(days=1), time(), zone)
    ends = datetime.combine(last + timedelta(days=2), time(), zone)
    return _held(rows.where(Clinic.starts_at >= begins, Clinic.starts_at < ends))


def _held(rows: object) -> list[Held]:
    found = db.session.execute(
        rows.options(  # type: ignore[attr-defined]
            joinedload(Clinic.site), selectinload(Clinic.hosts), raiseload("*")
        ).order_by(Clinic.starts_at, Clinic.id)
    ).all()
    if not found:
        return []
    people = {host.id: host for clinic, *_ in found for host in clinic.hosts}
    absences = absences_of(people, found[0][0].starts_at, max(clinic.ends_at for clinic, *_ in found))
    return [
        Held(
            clinic,
            offered,
            taken,
            sorted(
                {
                    people[each.person_id].name
                    for each in absences
                    if each.starts_at < clinic.ends_at
                    and each.ends_at > clinic.starts_at
                    and any(host.id == each.person_id for host in clinic.hosts)
                }
            ),
        )
        for clinic, offered, taken in found
    ]


def week_of(person: Person, day: date) -> list[Day]:
    """The seven days of the week, from Monday."""
    monday = day - timedelta(days=day.weekday())
    return _days(person, monday, monday + timedelta(days=6), None)


def month_of(person: Person, day: date) -> list[Day]:
    """The days of the month, in whole weeks from Monday."""
    first = day.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return _days(
        person,
        first - timedelta(days=first.weekday()),
        last + timedelta(days=6 - last.weekday()),
        first.month,
    )


def _days(person: Person, first: date, last: date, month: int | None) -> list[Day]:
    count = (last - first).days + 1
    dates = [first + timedelta(days=n) for n in range(count)]
    days = {each: Day(each, month is None or each.month == month) for each in dates}
    for held in clinics_between(person, first, last):
        days[held.clinic.day].clinics.append(held)
    return list(days.values())
