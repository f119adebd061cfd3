"""Tasks of a ticket: added, ticked off, changed, removed; and what is left before it may be resolved."""

from datetime import date, datetime

from sqlalchemy import func, select

from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...pages.filters import plain_date
from ...people.models import Person
from ..access import may_work
from ..models import Ticket
from ..parts import before_resolving
from ..texts import line
from ..triage import CannotWork
from ..versions import spoken, take_turn
from .events import TaskAdded, TaskChanged, TaskDone, TaskRemoved, TaskUndone
from .models import Task

MOST = 50
NAMED = 5


class TooManyTasks(Refusal):
    reason = (
        "{reference} would have more than {most} tasks. Remove some, or raise another ticket for the rest."
    )


class TaskChangedMeanwhile(Refusal):
    reason = (
        "Somebody changed this task while you had the page open: it says “{what}” now. "
        "Send yours again to let it stand, or go back to keep theirs."
    )


def add_task(
    ticket: Ticket,
    what: str,
    *,
    by: Person | None,
    assignee: Person | None = None,
    due_on: date | None = None,
    needed: bool = False,
    for_managers: bool = False,
) -> Task:
    """Add something to do, at the end. `needed`: it must be done before the ticket may be resolved.

    A ticket that is resolved or closed may get tasks too: to ring whoever was
    not content, for instance, which is `for_managers`.
    """
    now = take_turn(ticket)
    _refuse_strangers(ticket, assignee)
    task = Task(
        ticket_id=ticket.id,
        place=next_place(ticket, 1),
        what=line(what, what="What is to be done", needed=True),
        needed=needed,
        for_managers=for_managers,
        assignee=assignee,
        due_on=due_on,
    )
    db.session.add(task)
    db.session.flush()
    _forget(ticket)
    ticket.updated_at = now
    announce(TaskAdded(about=ticket, by=by, version=ticket.version, task_id=task.id, reason=task.what))
    return task


def next_place(ticket: Ticket, how_many: int) -> int:
    """The place after the last task, if there is room for so many more; for whose turn it is."""
    last, count = db.session.execute(
        select(func.max(Task.place), func.count()).where(Task.ticket_id == ticket.id)
    ).one()
    if count + how_many > MOST:
        raise TooManyTasks(reference=ticket.reference, most=MOST)
    return (last or 0) + 1


def change_task(
    task: Task,
    *,
    what: str,
    assignee: Person | None,
    due_on: date | None,
    needed: bool,
    by: Person,
    seen: int | None = None,
) -> None:
    """Put a task right. `seen` is the version that whoever changes it has before them."""
    now = _turn(task)
    if seen is not None and seen != task.version:
        raise TaskChangedMeanwhile(what=task.what)
    if assignee is not None and assignee.id != task.assignee_id:
        _refuse_strangers(task.ticket, assignee)
    new = {
        "what": line(what, what="What is to be done", needed=True),
        "assignee": assignee,
        "due_on": due_on,
        "needed": needed,
    }
    changes = {
        f"task_{name}": [_told(name, getattr(task, name)), _told(name, value)]
        for name, value in new.items()
        if getattr(task, name) != value
    }
    if not changes:
        return
    for name, value in new.items():
        setattr(task, name, value)
    task.version += 1
    task.ticket.updated_at = now
    db.session.flush()
    ticket = task.ticket
    announce(
        TaskChanged(
            about=ticket,
            by=by,
            version=ticket.version,
            task_id=task.id,
            reason=task.what,
            changes=changes,
        )
    )


def tick(task: Task, *, by: Person) -> None:
    """It is done. What is done already stays as whoever did it first said."""
    now = _turn(task)
    if task.is_done:
        return
    task.done_at, task.done_by = now, by
    task.version += 1
    _tell(TaskDone, task, by)


def untick(task: Task, *, by: Person) -> None:
    """It is not done after all."""
    _turn(task)
    if not task.is_done:
        return
    task.done_at = task.done_by = None
    task.version += 1
    _tell(TaskUndone, task, by)


def remove_task(task: Task, *, by: Person | None, why: str = "") -> None:
    """Take it off the ticket; the journal keeps what it said, and why it is not wanted any more."""
    _turn(task)
    _tell(TaskRemoved, task, by, why)
    ticket = task.ticket
    db.session.delete(task)
    db.session.flush()
    _forget(ticket)


@before_resolving
def tasks_left(ticket: Ticket) -> str | None:
    """A sentence that names what must be done first."""
    left = db.session.scalars(
        select(Task.what)
        .where(Task.ticket_id == ticket.id, Task.needed, Task.done_at.is_(None))
        .order_by(Task.place, Task.id)
        .limit(MOST)
    ).all()
    if not left:
        return None
    one = "One task" if len(left) == 1 else f"{len(left)} tasks"
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    return f"{one} must be done first: {'; '.join(left[:NAMED])}{more}."


# Inside


def _turn(task: Task) -> datetime:
    now = take_turn(task.ticket)
    lock(task)
    return now


def _tell(
    kind: type[TaskDone | TaskUndone | TaskRemoved], task: Task, by: Person | None, why: str = ""
) -> None:
    db.session.flush()
    ticket, said = task.ticket, f"{task.what}: {why}" if why else task.what
    announce(kind(about=ticket, by=by, version=ticket.version, task_id=task.id, reason=said))


def _refuse_strangers(ticket: Ticket, assignee: Person | None) -> None:
    if assignee is not None and not may_work(assignee, ticket):
        raise CannotWork(name=assignee.name, reference=ticket.reference)


def _told(name: str, value: object) -> object:
    if isinstance(value, Person):
        return value.name
    if isinstance(value, date):
        return plain_date(value)
    return "nobody" if name == "assignee" and value is None else spoken(name, value)


def _forget(ticket: Ticket) -> None:
    """The tasks are read anew where the ticket had read them."""
    db.session.expire(ticket, ["tasks"])
