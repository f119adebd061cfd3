"""The hours somebody works in a week."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from ... import hours
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ..joining import today
from ..models import Person
from .access import may_run_rota_of
from .events import PatternChanged
from .models import WorkingPattern


class NotManaged(Refusal):
    reason = "Only a manager of {name} can change this."


class NotHours(Refusal):
    reason = "{day}: {trouble}"


class PatternInThePast(Refusal):
    reason = "Hours can change from today on, not before."


def set_pattern(
    person: Person, week: Mapping[int, str], *, effective_from: date, by: Person
) -> WorkingPattern:
    """The person works these hours from that day on: {0: "09:00-13:00", ...}, Monday being 0."""
    if not may_run_rota_of(by, person):
        raise NotManaged(name=person.name)
    if effective_from < today():
        raise PatternInThePast
    lock(person)
    rows: dict[str, list[list[str]]] = {}
    for day, text in week.items():
        windows = _windows(day, text)
        if windows:
            rows[str(day)] = [window.pair for window in windows]
    pattern = db.session.scalar(
        select(WorkingPattern).where(
            WorkingPattern.person_id == person.id, WorkingPattern.effective_from == effective_from
        )
    )
    if pattern is None:
        pattern = WorkingPattern(person=person, effective_from=effective_from, week=rows)
        db.session.add(pattern)
    else:
        pattern.week = rows
    announce(PatternChanged(about=person, effective_from=effective_from, week=rows, by=by))
    return pattern


def pattern_of(person: Person, day: date) -> WorkingPattern | None:
    """What counts on that day: the latest that has begun; None for somebody who works the service's own hours."""
    return db.session.scalars(
        select(WorkingPattern)
        .where(WorkingPattern.person_id == person.id, WorkingPattern.effective_from <= day)
        .order_by(WorkingPattern.effective_from.desc())
        .limit(1)
    ).first()


def _windows(day: int, text: str) -> tuple[hours.Window, ...]:
    name = hours.WEEKDAYS[day]
    try:
        windows = hours.parse_windows(text)
        if not windows:
            return ()
        hours.Version(date(2000, 1, 1), {day: windows}, None)
    except hours.BadHours as bad:
        raise NotHours(day=name, trouble=str(bad)) from bad
    return windows
