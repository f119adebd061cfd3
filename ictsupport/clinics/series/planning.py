"""Planning a series, and making its dates up to the horizon: each once, whoever makes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import or_, select

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.access import within_reach
from ...people.models import Person
from ...people.scopes import Scope, scoped_to
from ...tickets.recurring.schedule import monthly_on_weekday, weekly
from ...tickets.texts import line
from .. import access
from ..clashes import Clash, Diary, diary
from ..cohorts.keeping import keep_as_the_date_before
from ..models import Clinic, ClinicSeries
from ..planning import CutOffs, NoSuchTime, Plan, fill_in, keep_planned, offered_topics
from .events import DateHeldAfterAll, DateSkipped, SeriesEnded, SeriesGoesOn, SeriesPlanned
from .models import PassedOver, SeriesPlan

LONGEST_SERIES = timedelta(days=731)


class SeriesTooLong(Refusal):
    reason = "Plan clinics at most two years ahead, or leave the last day empty: dates are then made as time goes on."


class NoDates(Refusal):
    reason = "None of the dates can be held: {why}"


class DatesTaken(Refusal):
    reason = "These dates cannot be held: {dates}. Choose other hosts, another room or another time."


class NotADate(Refusal):
    reason = "The series has no date to come on {day}. {instead}"


class DateIsPlanned(Refusal):
    reason = "The clinic of that day is planned already. Open it and call it off: whoever booked is told."


class Followed(Refusal):
    reason = "Another series has the dates from then on. Open that one instead."


class NothingToHold(Refusal):
    reason = "That date is not passed over. Look at the list of dates again."


@dataclass
class Made:
    """What making dates came to."""

    clinics: list[Clinic] = field(default_factory=list)
    passed_over: list[tuple[date, str]] = field(default_factory=list)
    closed: int = 0


def runnable_series(person: Person) -> Any:
    """The series somebody may see and change: those within the reach of a role that runs clinics."""
    return select(SeriesPlan).where(within_reach(SeriesPlan, person, *access.RUNNERS))


def rule_from(first: date, *, every_weeks: int = 0) -> str:
    """The rule of a series that begins that day: every so many weeks, or monthly on the same weekday of the month."""
    if every_weeks:
        return weekly([first.weekday()], every_weeks)
    nth = (first.day - 1) // 7 + 1
    return monthly_on_weekday(nth if nth < 5 else -1, first.weekday())


def plan_series(
    plan: Plan, *, every_weeks: int = 0, until: date | None = None, by: Person, horizon: date | None = None
) -> Made:
    """Plan the same clinic every so many weeks (0: every month on that weekday of the month).

    Its dates are made up to the horizon now, and by the timetable afterwards.
    Dates on which the council is closed are passed over; where anything else
    stands in the way of one, none is planned and all such dates are named.
    """
    if until is not None and until - plan.day > LONGEST_SERIES:
        raise SeriesTooLong
    series = ClinicSeries(rule=rule_from(plan.day, every_weeks=every_weeks), created_by_id=by.id)
    db.session.add(series)
    db.session.flush()
    facts = SeriesPlan(series=series, starts_on=plan.day, ends_on=until, **columns_of(plan))
    facts.hosts = list(plan.hosts)
    facts.topics = list(offered_topics() if plan.topics is None else plan.topics)
    db.session.add(facts)
    db.session.flush()
    announce(SeriesPlanned(about=series, by=by))
    made = make_dates(facts, horizon=horizon, by=by, despite=plan.despite)
    refuse_taken(made)
    if not made.clinics:
        raise NoDates(why="; ".join(f"{_said(day)}: {why}" for day, why in made.passed_over[:3]))
    return made


def columns_of(plan: Plan) -> dict[str, Any]:
    """What the plan says, as the columns of a SeriesPlan."""
    return {
        **scoped_to(None if plan.shared else plan.site.council),
        "site": plan.site,
        "room": line(plan.room, what="The room", limit=120),
        "opens": plan.opens,
        "closes": plan.closes,
        "slot_minutes": plan.slot_minutes,
        "buffer_minutes": plan.buffer_minutes,
        "places": plan.places,
        "drop_in": plan.drop_in,
        "book_from_days": plan.book_from_days,
        "book_until_minutes": plan.cut_offs.book,
        "move_until_minutes": plan.cut_offs.move,
        "cancel_until_minutes": plan.cut_offs.cancel,
        "for_staff_too": plan.for_staff_too,
    }


def plan_of(facts: SeriesPlan, day: date) -> Plan:
    """The plan of one date of the series."""
    return Plan(
        site=facts.site,
        room=facts.room,
        day=day,
        opens=facts.opens,
        closes=facts.closes,
        slot_minutes=facts.slot_minutes,
        buffer_minutes=facts.buffer_minutes,
        places=facts.places,
        drop_in=facts.drop_in,
        hosts=facts.hosts,
        topics=facts.topics,
        cut_offs=CutOffs(
            book=facts.book_until_minutes, move=facts.move_until_minutes, cancel=facts.cancel_until_minutes
        ),
        shared=facts.scope is Scope.ALL,
        for_staff_too=facts.for_staff_too,
        book_from_days=facts.book_from_days,
    )


def key_of(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")


def horizon_day() -> date:
    return clock.today(settings().zone) + timedelta(weeks=settings().clinic_horizon_weeks)


def make_dates(
    facts: SeriesPlan, *, horizon: date | None = None, by: Person | None = None, despite: str = ""
) -> Made:
    """Make the clinics of the series up to the horizon that do not stand yet. Twice is once: the series is locked."""
    lock(facts.series)
    made = Made()
    last = min(horizon or horizon_day(), facts.ends_on or date.max)
    walls = list(_missing(facts, last))
    if not walls:
        return made
    first_at, last_at = (datetime.combine(w.date(), time(), settings().zone) for w in (walls[0], walls[-1]))
    with db.session.no_autoflush:
        read = diary(facts.site, facts.room, facts.hosts, first_at, last_at + timedelta(days=2))
        planned = list(_fill(facts, walls, read, made, by, despite))
    keep_planned(planned, by=by)
    made.clinics = [clinic for clinic, _ in planned]
    keep_as_the_date_before(made.clinics, by=by)
    return made


def _missing(facts: SeriesPlan, last: date) -> Iterator[datetime]:
    """The wall times to come, up to a day, that have neither a clinic nor a reason why there is none."""
    known = set(
        db.session.scalars(select(Clinic.recurrence).where(Clinic.series_id == facts.series_id))
    ) | set(db.session.scalars(select(PassedOver.recurrence).where(PassedOver.series_id == facts.series_id)))
    now = clock.now().astimezone(settings().zone).replace(tzinfo=None)
    for wall in takewhile(lambda each: each.date() <= last, facts.schedule.walls()):
        if wall > now and key_of(wall) not in known:
            yield wall


def _fill(
    facts: SeriesPlan,
    walls: Sequence[datetime],
    read: Diary,
    made: Made,
    by: Person | None,
    despite: str,
) -> Iterator[tuple[Clinic, list[time]]]:
    for wall in walls:
        clinic = Clinic(planned_by_id=by.id if by else facts.series.created_by_id, zone=settings().time_zone)
        clinic.series_id, clinic.recurrence = facts.series_id, key_of(wall)
        plan = plan_of(facts, wall.date())
        closed_day = read.closed(wall.date())
        try:
            if closed_day is not None:
                raise closed_day
            yield clinic, fill_in(clinic, replace(plan, despite=despite), by=by, read=read)
        except (Clash, NoSuchTime) as trouble:
            why = str(trouble).partition(". ")[0]  # without what to do instead
            made.passed_over.append((wall.date(), why))
            made.closed += closed_day is not None
            db.session.add(PassedOver(series_id=facts.series_id, recurrence=key_of(wall), reason=why[:300]))


def refuse_taken(made: Made) -> None:
    """Say no where dates are passed over for anything but a closed day."""
    if len(made.passed_over) > made.closed:
        raise DatesTaken(dates="; ".join(f"{_said(day)} ({why})" for day, why in made.passed_over[:6]))


def skip_date(facts: SeriesPlan, day: date, *, reason: str, by: Person) -> PassedOver:
    """No clinic is held on a date that has not been made yet."""
    lock(facts.series)
    wall = next((each for each in facts.schedule.walls() if each.date() >= day), None)
    past = day <= clock.today(settings().zone)
    if wall is None or wall.date() != day or past or (facts.ends_on and day > facts.ends_on):
        raise NotADate(day=_said(day), instead=_nearest(facts, day))
    key = key_of(wall)
    planned = select(Clinic.id).where(Clinic.series_id == facts.series_id, Clinic.recurrence == key)
    if (clinic := db.session.scalar(planned)) is not None:
        raise DateIsPlanned(clinic=clinic)
    row = db.session.get(PassedOver, (facts.series_id, key))
    if row is None:
        row = PassedOver(series_id=facts.series_id, recurrence=key)
        db.session.add(row)
    row.reason = line(reason, what="The reason", limit=300) or "Skipped"
    row.skipped_by_id = by.id
    announce(DateSkipped(about=facts.series, date=key, reason=row.reason, by=by))
    return row


def _nearest(facts: SeriesPlan, day: date) -> str:
    """The dates to come on either side of a day that is none, in words."""
    today = clock.today(settings().zone)
    to_come = (wall.date() for wall in facts.schedule.walls() if wall.date() > today)
    last = facts.ends_on or date.max
    before = after = None
    for each in takewhile(lambda each: each <= last, to_come):
        if each > day:
            after = each
            break
        before = each
    near = [_said(each) for each in (before, after) if each is not None]
    return f"The nearest: {' and '.join(near)}." if near else "It has no dates to come."


def hold_after_all(facts: SeriesPlan, recurrence: str, *, reason: str, by: Person) -> Clinic | None:
    """A date that was passed over is held; where something stands in the way, the desk gives a reason, which is kept.

    Beyond the horizon it is only no longer passed over.
    """
    lock(facts.series)
    row = db.session.get(PassedOver, (facts.series_id, recurrence))
    if row is None:
        raise NothingToHold
    db.session.delete(row)
    db.session.flush()
    announce(DateHeldAfterAll(about=facts.series, date=recurrence, reason=reason, by=by))
    if row.day > horizon_day():
        return None
    clinic = Clinic(planned_by_id=by.id, zone=settings().time_zone)
    clinic.series_id, clinic.recurrence = facts.series_id, recurrence
    with db.session.no_autoflush:
        starts = fill_in(clinic, replace(plan_of(facts, row.day), despite=reason), by=by)
    keep_planned([(clinic, starts)], by=by)
    keep_as_the_date_before([clinic], by=by)
    return clinic


def end_series(facts: SeriesPlan, *, by: Person) -> None:
    """No more dates are made; those that stand are held."""
    lock(facts.series)
    last = db.session.scalar(
        select(Clinic.day).where(Clinic.series_id == facts.series_id).order_by(Clinic.day.desc()).limit(1)
    )
    facts.ends_on = max(last or facts.starts_on, facts.starts_on)
    announce(SeriesEnded(about=facts.series, by=by))


def follower_of(facts: SeriesPlan) -> int | None:
    """The series that has the dates after this one."""
    follower = select(SeriesPlan.series_id).where(SeriesPlan.follows_id == facts.series_id)
    return db.session.scalar(follower.limit(1))


def go_on(facts: SeriesPlan, *, by: Person) -> Made:
    """Dates are made again, without end."""
    lock(facts.series)
    if follower_of(facts) is not None:
        raise Followed
    facts.ends_on = None
    announce(SeriesGoesOn(about=facts.series, by=by))
    return make_dates(facts, by=by)


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@jobs.handles("clinics.make_dates")
def _by_timetable(_payload: dict[str, Any]) -> None:
    """Bring every series up to the horizon; what a date meets in its way is kept for the people who run it."""
    today = clock.today(settings().zone)
    going = select(SeriesPlan).where(or_(SeriesPlan.ends_on.is_(None), SeriesPlan.ends_on >= today))
    for facts in db.session.scalars(going.order_by(SeriesPlan.series_id)).all():
        make_dates(facts)


scheduler.every("clinics.make_dates", hours=6)
