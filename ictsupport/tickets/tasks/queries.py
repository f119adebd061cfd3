"""Tasks as pages list them: only those of tickets that whoever looks may work on."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from ... import clock
from ...config import settings
from ...database import db
from ...pages.paging import Page, keyset
from ...people.models import Person, Role
from ..access import workable
from ..models import Ticket
from .models import Task

VIEWS = {
    "mine": "Mine",
    "due": "Due today",
    "overdue": "Overdue",
    "nobody": "Nobody has",
    "all": "Everybody’s",
}
FIRST = 5
_day = func.coalesce(Task.due_on, literal(date.max))
"""What tasks are in order of: those without a day come last."""


def open_tasks(
    person: Person, view: str = "mine", *, after: str | None = None, before: str | None = None
) -> Page[Any]:
    """A page of what is to be done, soonest first."""
    return keyset(_rows(person).where(_fits(person, view)), [_day, Task.id], after=after, before=before)


def first_of(person: Person) -> Sequence[Any]:
    """The first few of the person's own; a manager's own are those for managers, too."""
    mine = _rows(person).where(_fits(person, "mine"))
    return db.session.execute(mine.order_by(_day, Task.id).limit(FIRST)).all()


def _rows(person: Person) -> Any:
    who = aliased(Person)
    return (
        select(
            Task.id,
            Task.what,
            Task.due_on,
            Task.needed,
            Task.for_managers,
            Ticket.reference,
            Ticket.subject,
            who.name.label("assignee"),
            who.id.label("assignee_id"),
        )
        .join(Ticket, Ticket.id == Task.ticket_id)
        .outerjoin(who, who.id == Task.assignee_id)
        .where(Task.done_at.is_(None), Ticket.merged_into_id.is_(None))
        .where(or_(Ticket.closed_at.is_(None), Task.for_managers))
        .where(workable(person))
    )


def _fits(person: Person, view: str) -> ColumnElement[bool]:
    today = clock.today(settings().zone)
    mine: ColumnElement[bool] = Task.assignee_id == person.id
    if person.has_role(Role.MANAGER):
        mine = or_(mine, and_(Task.assignee_id.is_(None), Task.for_managers))
    match view:
        case "due":
            return mine & (Task.due_on < today + timedelta(1))
        case "overdue":
            return mine & (Task.due_on < today)
        case "nobody":
            return Task.assignee_id.is_(None)
        case "all":
            return true()
    return mine
