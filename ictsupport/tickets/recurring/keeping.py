"""Saying what comes again and when: for managers."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, select

from ... import clock
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...pages.filters import clock_time
from ...people.access import reach, within_reach
from ...people.models import Council, Person, Role
from ...people.scopes import scoped_to
from ..texts import line, prose
from .events import RecurringTicketChanged
from .models import RecurringTicket
from .schedule import Schedule, in_words


class NotYourCouncil(Refusal):
    reason = "You can only set up tickets for councils whose desk you manage."


class NeverComes(Refusal):
    reason = "With these answers it would never come. Choose other days."


def visible_recurring(person: Person) -> Select[RecurringTicket]:
    """What the person manages."""
    return select(RecurringTicket).where(within_reach(RecurringTicket, person, Role.MANAGER))


def may_keep(person: Person, council_id: int | None) -> bool:
    if not person.has_role(Role.MANAGER):
        return False
    councils = reach(person, Role.MANAGER)
    return councils is None or (council_id is not None and council_id in councils)


def schedule_of(row: RecurringTicket) -> Schedule:
    return Schedule(row.rule, row.starts_on, row.at)


def add_recurring(
    *, council: Council | None, rule: str, starts_on: date, at: time, by: Person, **facts: Any
) -> RecurringTicket:
    """A ticket is raised by the timetable from now on."""
    _check(by, council)
    row = RecurringTicket(
        **scoped_to(council), **_clean(facts), rule=rule, starts_on=starts_on, at=at, next_at=None
    )
    row.next_at = _next(row)
    db.session.add(row)
    db.session.flush()
    _tell(row, {}, by)
    return row


def change_recurring(row: RecurringTicket, *, council: Council | None, by: Person, **facts: Any) -> None:
    """Change what is raised, and when. What has been made stays as it was made."""
    lock(row)
    _check(by, council)
    if not may_keep(by, row.council_id):
        raise NotYourCouncil
    before = described(row)
    for name, value in {"council": None, **_clean(facts), **scoped_to(council)}.items():
        setattr(row, name, value)
    if described(row) == before:
        return
    row.version += 1
    row.trouble = ""
    row.next_at = _next(row)
    _tell(row, before, by)


def pause(row: RecurringTicket, *, by: Person) -> None:
    """Nothing is raised until it goes on."""
    lock(row)
    if row.paused_at is None:
        before = described(row)
        row.paused_at = clock.now()
        _tell(row, before, by)


def resume(row: RecurringTicket, *, by: Person) -> None:
    """It goes on with the next time; what fell into the pause is not made up for."""
    lock(row)
    if row.paused_at is not None:
        before = described(row)
        row.paused_at = None
        row.trouble = ""
        row.next_at = _next(row)
        _tell(row, before, by)


def described(row: RecurringTicket) -> dict[str, Any]:
    """What comes and when, in the words in which the journal keeps it."""
    return {
        "subject": row.subject,
        "description": row.description,
        "requester": row.requester.name,
        "type": row.ticket_type.value,
        "for": row.council.name if row.council else "all councils",
        "system": row.system.name if row.system else None,
        "impact": row.impact,
        "urgency": row.urgency,
        "comes": in_words(row.rule),
        "from": row.starts_on.isoformat(),
        "at": clock_time(row.at),
        "paused": row.paused_at is not None,
    }


def _tell(row: RecurringTicket, before: dict[str, Any], by: Person) -> None:
    changes = {name: pair for name, pair in differences(before, described(row)).items() if any(pair)}
    announce(RecurringTicketChanged(about=row, name=row.subject, changes=changes, by=by))


def _next(row: RecurringTicket) -> datetime:
    found = schedule_of(row).next_after(clock.now(), settings().zone)
    if found is None:
        raise NeverComes
    return found


def _check(by: Person, council: Council | None) -> None:
    if not may_keep(by, council.id if council is not None else None):
        raise NotYourCouncil


def _clean(facts: dict[str, Any]) -> dict[str, Any]:
    cleaned = dict(facts)
    if "subject" in cleaned:
        cleaned["subject"] = line(cleaned["subject"], what="The subject", needed=True)
    if "description" in cleaned:
        cleaned["description"] = prose(cleaned["description"], what="The description")
    return cleaned
