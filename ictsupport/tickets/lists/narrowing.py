"""What lists can be narrowed by: how an address names it, and what a value of it means to the database."""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from ... import clock
from ...config import settings
from ...pages.asking import numbers
from ...people.models import Council, Person, RequesterKind
from ...people.scopes import Scope
from ...systems.models import System
from ..desk.models import Tag, ticket_tags
from ..models import Channel, ClockKind, HoldReason, Queue, Status, Ticket, TicketType, ticket_systems
from ..prioritising import WORDS
from ..request_types.models import FilledForm, RequestType, TypeForm
from ..targets.models import Clock

NOBODY = "nobody"
ME = "me"
SHARED = "all"

Condition = Callable[[list[str], Person], ColumnElement[bool] | None]


@dataclass(frozen=True)
class Filter:
    """One thing a list can be narrowed by. `kind` says how it is asked: by ticks, or for a day."""

    name: str
    label: str
    condition: Condition
    kind: str = "ticks"


@dataclass(frozen=True)
class Choice:
    """A value a filter may take, in words."""

    value: str
    label: str


def midnight(day: date) -> datetime:
    """When the day begins, by the clock on the wall."""
    return datetime.combine(day, time(), settings().zone)


def today() -> tuple[datetime, datetime]:
    """Today as the clock on the wall has it: from midnight to midnight."""
    day = clock.today(settings().zone)
    return midnight(day), midnight(day + timedelta(1))


def is_needed_today() -> ColumnElement[bool]:
    """SQL: somebody needs it today: a meeting tonight."""
    start, end = today()
    return and_(Ticket.needed_by.is_not(None), Ticket.needed_by >= start, Ticket.needed_by < end)


def not_needed_today() -> ColumnElement[bool]:
    return or_(Ticket.needed_by.is_(None), not_(is_needed_today()))


def day_in(values: Iterable[str]) -> date | None:
    """The first of the values, if it is a day written as 2026-11-20."""
    typed = next(iter(values), "")
    try:
        day = date.fromisoformat(typed) if len(typed) == 10 else None
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2100 else None


def known(kind: type[enum.Enum], values: Iterable[str]) -> list[Any]:
    """Those of the values that are in the enum."""
    members = {member.value: member for member in kind}
    return [members[value] for value in values if value in members]


def _of_enum(column: Any, kind: type[enum.Enum]) -> Condition:
    def condition(values: list[str], _person: Person) -> ColumnElement[bool] | None:
        wanted = known(kind, values)
        return column.in_(wanted) if wanted else None

    return condition


def _from(column: Any) -> Condition:
    def condition(values: list[str], _person: Person) -> ColumnElement[bool] | None:
        day = day_in(values)
        return None if day is None else column >= midnight(day)

    return condition


def _until(column: Any) -> Condition:
    def condition(values: list[str], _person: Person) -> ColumnElement[bool] | None:
        day = day_in(values)
        return None if day is None else column < midnight(day + timedelta(1))

    return condition


def _priority(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    wanted = [int(value) for value in values if value in {"1", "2", "3", "4", "5"}]
    return Ticket.priority.in_(wanted) if wanted else None


def _assignee(values: list[str], person: Person) -> ColumnElement[bool] | None:
    ids = numbers(values) + ([person.id] if ME in values else [])
    wanted = [Ticket.assignee_id.in_(ids)] if ids else []
    if NOBODY in values:
        wanted.append(Ticket.assignee_id.is_(None))
    return or_(*wanted) if wanted else None


def _queue(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    return Ticket.queue_id.in_(select(Queue.id).where(Queue.slug.in_(values)))


def _council(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    own = Ticket.council_id.in_(select(Council.id).where(Council.slug.in_(values)))
    return or_(own, Ticket.scope == Scope.ALL) if SHARED in values else own


def _system(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    concerned = select(ticket_systems.c.ticket_id).join(System, System.id == ticket_systems.c.system_id)
    return Ticket.id.in_(concerned.where(System.slug.in_(values)))


def _tag(values: list[str], _person: Person) -> ColumnElement[bool]:
    """By the tag's name, or one it went by once: lists that were saved before go on."""
    named = select(func.coalesce(Tag.became_id, Tag.id)).where(
        Tag.name.in_([value.lower() for value in values])
    )
    return Ticket.id.in_(select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id.in_(named)))


def _request_type(values: list[str], _person: Person) -> ColumnElement[bool]:
    asked = select(FilledForm.ticket_id).join(TypeForm, TypeForm.id == FilledForm.form_id)
    return Ticket.id.in_(asked.join(RequestType).where(RequestType.slug.in_(values)))


def _late(_values: list[str], _person: Person) -> ColumnElement[bool]:
    return Ticket.past_target_at.is_not(None)


def _missed(values: list[str], _person: Person) -> ColumnElement[bool] | None:
    kinds = known(ClockKind, values)
    if not kinds:
        return None
    return exists().where(Clock.ticket_id == Ticket.id, Clock.kind.in_(kinds), Clock.breached_at.is_not(None))


FILTERS = (
    Filter("status", "Status", _of_enum(Ticket.status, Status)),
    Filter("hold", "On hold for", _of_enum(Ticket.hold_reason, HoldReason)),
    Filter("priority", "Priority", _priority),
    Filter("queue", "Queue", _queue),
    Filter("assignee", "Agent", _assignee),
    Filter("council", "Council", _council),
    Filter("system", "System", _system),
    Filter("tag", "Tag", _tag),
    Filter("kind", "Requester", _of_enum(Ticket.requester_kind, RequesterKind)),
    Filter("channel", "Channel", _of_enum(Ticket.channel, Channel)),
    Filter("type", "Type", _of_enum(Ticket.ticket_type, TicketType)),
    Filter("request", "Asked for", _request_type),
    Filter("late", "Targets", _late),
    Filter("missed", "Target missed", _missed),
    Filter("needed", "Needed by", lambda _values, _person: is_needed_today()),
    Filter("opened-from", "Opened from", _from(Ticket.opened_at), "day"),
    Filter("opened-to", "Opened up to", _until(Ticket.opened_at), "day"),
    Filter("due-from", "Due from", _from(Ticket.due_sort), "day"),
    Filter("due-to", "Due up to", _until(Ticket.due_sort), "day"),
)


def fixed_choices() -> dict[str, list[Choice]]:
    """The values of filters that no table holds."""

    def of(kind: type[enum.Enum]) -> list[Choice]:
        return [Choice(each.value, each.value[0].upper() + each.value[1:]) for each in kind]

    return {
        "status": of(Status),
        "hold": of(HoldReason),
        "priority": [Choice(str(number), f"P{number} {word}") for number, word in WORDS.items()],
        "kind": of(RequesterKind),
        "channel": of(Channel),
        "type": of(TicketType),
        "late": [Choice("1", "Past target")],
        "missed": of(ClockKind),
        "needed": [Choice("1", "Needed today")],
    }
