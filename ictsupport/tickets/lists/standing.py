"""The views that everybody of the desk has, over work still to be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, and_, bindparam, true

from ... import clock
from ...config import settings
from ...people.calendars import NoCalendar, calendar_for
from ...people.models import Person, RequesterKind
from ..models import Status, Ticket
from . import narrowing

EVERYTHING = "everything"
CONFIDENTIAL = "confidential"


@dataclass(frozen=True)
class View:
    """A list that people come back to."""

    key: str
    label: str
    condition: Callable[[Person], ColumnElement[bool]]


def is_open() -> ColumnElement[bool]:
    """SQL: still to be done, in the very words of the indexes over open work."""
    return cast(ColumnElement[bool], Ticket.OPEN)


def _due_today(_person: Person) -> ColumnElement[bool]:
    start, end = narrowing.today()
    return and_(Ticket.due_sort >= start, Ticket.due_sort < end)


def _hold_is_over(_person: Person) -> ColumnElement[bool]:
    today = clock.today(settings().zone)
    return and_(Ticket.status == Status.ON_HOLD, Ticket.hold_until < today)


def _is_stuck(_person: Person) -> ColumnElement[bool]:
    return Ticket.updated_at < bindparam("stuck_since", callable_=stuck_since, type_=Ticket.updated_at.type)


def stuck_since() -> datetime:
    """What has not been touched since this moment has lain for too many working days of the service."""
    days, day = settings().stuck_after_working_days, clock.today(settings().zone)
    try:
        calendar = calendar_for(None)
    except NoCalendar:
        return clock.now() - timedelta(days=days)
    for _ in range(days * 2 + 60):
        if days <= 0:
            break
        day -= timedelta(1)
        days -= calendar.day(day).is_open
    now = clock.now().astimezone(settings().zone)
    return now.replace(year=day.year, month=day.month, day=day.day)


VIEWS = (
    View("open", "All open", lambda _person: true()),
    View("new", "Untriaged", lambda _person: Ticket.status == Status.NEW),
    View("mine", "Mine", lambda person: Ticket.assignee_id == person.id),
    View("unassigned", "Unassigned", lambda _person: Ticket.assignee_id.is_(None)),
    View("members", "Members", lambda _person: Ticket.requester_kind == RequesterKind.MEMBER),
    View("today", "Due today", _due_today),
    View("late", "Past target", lambda _person: Ticket.past_target_at.is_not(None)),
    View("hold", "On hold", lambda _person: Ticket.status == Status.ON_HOLD),
    View("waited", "Hold is over", _hold_is_over),
    View("stuck", "Stuck", _is_stuck),
    View(CONFIDENTIAL, "Confidential", lambda _person: Ticket.confidential.is_(True)),
)
"""The last is offered only to those who are cleared for a queue: to others it would always be empty."""

BY_KEY = {view.key: view for view in VIEWS}
