"""Changing one date, this and the following, or all to come, with those who booked: rows keep their identity.

"Following" ends the old series the day before and begins a new one; the
clinics and bookings from then on are handed over as they stand. Only what
somebody changed on the date they had before them goes to the other dates, and
a date that was moved by itself keeps its own time.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ... import clock
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ...people.scopes import Scope
from ...tickets.recurring.schedule import Schedule, parts_of
from ..clashes import Clash, absences_of, all_away, await_hosts, diary
from ..models import Clinic, ClinicSeries
from ..planning import (
    AlreadyCalledOff,
    ChangedMeanwhile,
    CutOffs,
    Plan,
    days_before,
    fill_in,
    said,
    tell_changes,
    times,
)
from ..waiting.models import WaitingEntry, WaitingPlace, WaitingState
from .events import SeriesChanged
from .models import PassedOver, SeriesPlan
from .moving import Move, Told, move_people, reshape, who_is_booked
from .planning import columns_of, key_of, make_dates, plan_of, rule_from


class Which(enum.Enum):
    THIS = "this date"
    FOLLOWING = "this and the following dates"
    ALL = "all dates to come"


class NotInASeries(Refusal):
    reason = "This clinic does not repeat, so there are no other dates to change."


class DatesInTheWay(Refusal):
    reason = "This cannot be done on these dates: {dates}. Move or call off those dates by themselves first, or choose another time."


class HeldAlready(Refusal):
    reason = "This clinic has begun or is over, so it stays as it was."


@dataclass(frozen=True)
class DateChange:
    """A date before and after."""

    was_at: datetime
    was_where: str
    now_at: datetime
    now_where: str

    @property
    def moves(self) -> bool:
        return (self.was_at, self.was_where) != (self.now_at, self.now_where)


@dataclass
class Changed:
    """What a change comes to: the dates it touches, and who is told what."""

    dates: list[DateChange] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    kept_their_time: list[str] = field(default_factory=list)
    waiting: int = 0
    """How many people wait for a time at dates that move: they are written to as well."""

    @property
    def people(self) -> int:
        """How many people are told, by mail or by phone: one may have booked at several of the dates."""
        return len({(each.name, each.email, each.phone) for each in self.told})


def change_dates(
    clinic: Clinic, plan: Plan, which: Which, *, by: Person, version: int | None = None
) -> Changed:
    """Change this date, or what was changed on it on the others too; everybody whose time or place moves is told once."""
    await_hosts(plan.hosts)
    if clinic.series_id is not None:
        lock(db.session.get_one(ClinicSeries, clinic.series_id))
    lock(clinic)
    if version is not None and version != clinic.version:
        raise ChangedMeanwhile
    if clinic.is_called_off:
        raise AlreadyCalledOff
    if clinic.starts_at <= clock.now():
        raise HeldAlready
    if which is Which.THIS:
        return _apply([(clinic, plan)], by)
    facts = db.session.get(SeriesPlan, clinic.series_id) if clinic.series_id is not None else None
    if facts is None:
        raise NotInASeries
    return _change_series(facts, clinic, plan, which, by)


def rehearse(work: Callable[[], Changed]) -> Changed:
    """Do it and take it back: what it would come to."""
    trial = db.session.begin_nested()
    try:
        return work()
    finally:
        trial.rollback()
        db.session.expire_all()


def plan_as_it_is(clinic: Clinic) -> Plan:
    """The plan that the clinic now follows."""
    return Plan(
        site=clinic.site,
        room=clinic.room,
        day=clinic.day,
        opens=clinic.opens,
        closes=clinic.closes,
        slot_minutes=clinic.slot_minutes,
        buffer_minutes=clinic.buffer_minutes,
        places=clinic.places,
        drop_in=clinic.drop_in,
        hosts=list(clinic.hosts),
        topics=list(clinic.topics),
        cut_offs=CutOffs(
            book=clinic.book_until_minutes, move=clinic.move_until_minutes, cancel=clinic.cancel_until_minutes
        ),
        shared=clinic.scope is Scope.ALL,
        for_staff_too=clinic.for_staff_too,
        bookable_from=clinic.bookable_from,
        book_from_days=days_before(clinic),
    )


def _differences(old: Plan, new: Plan) -> dict[str, Any]:
    """What was changed on the date, but for its day: (field, new value)."""
    names = (
        "site", "room", "opens", "closes", "slot_minutes", "buffer_minutes", "places", "drop_in", "cut_offs", "shared",
        "for_staff_too", "book_from_days",
    )  # fmt: skip
    found = {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}
    if {host.id for host in old.hosts} != {host.id for host in new.hosts}:
        found["hosts"] = list(new.hosts)
    if {topic.id for topic in old.topics or ()} != {topic.id for topic in new.topics or ()}:
        found["topics"] = list(new.topics or ())
    return found


def _change_series(facts: SeriesPlan, clinic: Clinic, plan: Plan, which: Which, by: Person) -> Changed:
    rows = _to_come(facts, clinic if which is Which.FOLLOWING else None)
    first = rows[0]
    changes = _differences(plan_as_it_is(clinic), plan)
    shift = plan.day - clinic.day
    moved_by_itself = {each.id for each in rows if _stands_elsewhere(each)}
    begins = datetime.fromisoformat(first.recurrence or "")
    retimed = bool(shift) or "opens" in changes
    template = replace(plan_of(facts, begins.date() + shift), **changes)
    if which is Which.FOLLOWING or retimed:
        facts, keys = _follow_on(facts, template, begins, shift, by)
        _hand_over(facts, rows, keys, shift)
    else:
        _write(facts, template)
    kept, targets = [], []
    for each in rows:
        if each.is_called_off:
            continue
        its = replace(plan_as_it_is(each), **changes, despite=plan.despite)
        wall = datetime.fromisoformat(each.recurrence or "")
        if each.id == clinic.id:
            its = replace(its, day=plan.day, opens=plan.opens, closes=plan.closes)
        elif each.id in moved_by_itself:
            its = replace(its, day=each.day, opens=each.opens, closes=each.closes)
            kept.append(f"{each.day:%A} {each.day.day} {each.day:%B %Y}")
        else:
            its = replace(its, day=wall.date())
        targets.append((each, replace(its, bookable_from=None)))
    result = _apply(targets, by)
    result.kept_their_time = kept if retimed or "closes" in changes else []
    announce(SeriesChanged(about=facts.series, changes=_in_words(changes, shift), by=by))
    make_dates(facts, by=by, despite=plan.despite)
    return result


def _to_come(facts: SeriesPlan, since: Clinic | None) -> Sequence[Clinic]:
    """The clinics of the series that have not begun, called off ones too, locked in their order."""
    rows = (
        select(Clinic)
        .where(Clinic.series_id == facts.series_id, Clinic.starts_at > clock.now())
        .order_by(Clinic.recurrence)
        .options(joinedload(Clinic.site), selectinload(Clinic.hosts), selectinload(Clinic.topics))
    )
    if since is not None:
        rows = rows.where(Clinic.recurrence >= since.recurrence)
    db.session.execute(
        select(Clinic.id).where(Clinic.series_id == facts.series_id).order_by(Clinic.id).with_for_update()
    )
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


def _stands_elsewhere(clinic: Clinic) -> bool:
    """Whether the date was moved by itself before."""
    return clinic.recurrence != f"{clinic.day.isoformat()}T{clinic.opens:%H:%M}"


def _follow_on(
    old: SeriesPlan, template: Plan, begins: datetime, shift: timedelta, by: Person
) -> tuple[SeriesPlan, dict[str, str]]:
    """End the series the day before and begin the one that follows; returns how its dates are called now."""
    first = begins.date() + shift
    parts = parts_of(old.series.rule)
    weeks = int(parts.get("INTERVAL", "1")) if parts["FREQ"] == "WEEKLY" else 0
    rule = rule_from(first, every_weeks=weeks) if shift else old.series.rule
    series = ClinicSeries(rule=rule, created_by_id=by.id)
    db.session.add(series)
    db.session.flush()
    ends_on = old.ends_on + shift if old.ends_on else None
    new = SeriesPlan(series=series, follows_id=old.series_id, starts_on=first, ends_on=ends_on)
    _write(new, template)
    db.session.add(new)
    before = list(islice(old.schedule.walls(begins - timedelta(minutes=1)), 200))
    after = list(islice(Schedule(rule, first, template.opens).walls(), len(before)))
    old.ends_on = begins.date() - timedelta(days=1)
    db.session.flush()
    announce(SeriesChanged(about=series, follows=old.series, by=by))
    return new, {key_of(was): key_of(now) for was, now in zip(before, after, strict=False)}


def _hand_over(new: SeriesPlan, rows: Sequence[Clinic], keys: dict[str, str], shift: timedelta) -> None:
    """The clinics belong to the new series, under the times it means for them; so do the dates passed over."""
    for clinic in rows:
        was = clinic.recurrence or ""
        clinic.series_id, clinic.recurrence = new.series_id, keys.get(was, was)
    db.session.flush()
    for row in db.session.scalars(
        select(PassedOver).where(PassedOver.series_id == new.follows_id, PassedOver.recurrence.in_(keys))
    ).all():
        if not shift or row.skipped_by_id is not None:
            db.session.add(
                PassedOver(
                    series_id=new.series_id,
                    recurrence=keys[row.recurrence],
                    reason=row.reason,
                    skipped_by_id=row.skipped_by_id,
                )
            )
        db.session.delete(row)
    db.session.flush()


def _write(facts: SeriesPlan, template: Plan) -> None:
    columns = columns_of(template)
    columns.setdefault("council", None)
    for name, value in columns.items():
        setattr(facts, name, value)
    facts.hosts, facts.topics = list(template.hosts), list(template.topics or ())


def _apply(targets: Sequence[tuple[Clinic, Plan]], by: Person) -> Changed:
    """Give each clinic its plan and move who has booked there; whatever stands in the way stops all of it."""
    ids = [clinic.id for clinic, _ in targets]
    days = [plan.day for _, plan in targets]
    zone = settings().zone
    first = datetime.combine(min(days), datetime.min.time(), zone)
    last = datetime.combine(max(days) + timedelta(days=1), datetime.min.time(), zone)
    booked = who_is_booked(ids)
    result, trouble = Changed(), list[str]()
    moves: list[Move] = []
    for clinic, plan in targets:
        before, old_times, was = said(clinic), times(clinic), (clinic.starts_at, clinic.venue)
        with db.session.no_autoflush:
            held = _same_claim(clinic, plan)
            read = diary(plan.site, plan.room, plan.hosts, first, last, ids) if not held else None
            try:
                starts = fill_in(clinic, plan, by=by, read=read, held=held)
            except Clash as clash:
                if len(targets) == 1:
                    raise
                trouble.append(f"{plan.day.day} {plan.day:%B} ({clash})")
                continue
        if times(clinic) != old_times:
            moves += reshape(clinic, starts, booked.get(clinic.id, []), was)
        result.dates.append(DateChange(*was, clinic.starts_at, clinic.venue))
        tell_changes(clinic, before, by=by)
    if trouble:
        raise DatesInTheWay(dates="; ".join(trouble[:6]))
    result.told = move_people(moves, by=by)
    result.waiting = _who_wait(
        [clinic.id for (clinic, _), date in zip(targets, result.dates, strict=True) if date.moves]
    )
    return result


def _who_wait(ids: Sequence[int]) -> int:
    """How many people wait for these clinics. One statement, or none."""
    if not ids:
        return 0
    waits = WaitingEntry.state == WaitingState.WAITING
    entries = select(func.count(WaitingEntry.person_id.distinct())).join(WaitingEntry.places)
    return db.session.scalar(entries.where(WaitingPlace.clinic_id.in_(ids), waits)) or 0


def _same_claim(clinic: Clinic, plan: Plan) -> bool:
    """Whether the clinic asks for no other time, room or host than it has, and somebody of those it has is there."""
    hosts, before = {host.id for host in plan.hosts}, {host.id for host in clinic.hosts}
    if clinic.unhosted and plan.despite:  # it is held all the same
        return False
    if hosts < before and all_away(hosts, absences_of(hosts, clinic.starts_at, clinic.ends_at)):
        return False
    return (
        (clinic.day, clinic.opens, clinic.closes, clinic.slot_minutes, clinic.buffer_minutes)
        == (plan.day, plan.opens, plan.closes, plan.slot_minutes, plan.buffer_minutes)
        and (clinic.site_id, clinic.room) == (plan.site.id, plan.room)
        and hosts <= before
    )


def _in_words(changes: dict[str, Any], shift: timedelta) -> dict[str, list[Any]]:
    told = {name: [None, _plain(value)] for name, value in changes.items()}
    if shift:
        told["day"] = [None, f"{shift.days:+d} days"]
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [each.id for each in value]
    if isinstance(value, CutOffs):
        return [value.book, value.move, value.cancel]
    return value
