"""Checklists: kept by those who set the desk up, and put onto tickets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...people.models import Person
from ..models import Ticket
from ..request_types.models import RequestType
from ..setting_up.access import refuse_others
from ..texts import line
from ..versions import take_turn
from .doing import MOST, next_place
from .events import ChecklistChanged, ChecklistPutOn
from .models import Checklist, Task

STAR = "*"
"""What a line of a checklist begins with when it must be done before resolving."""


class NoItems(Refusal):
    reason = "A checklist needs at least one task. Write each on a line of its own."


class TooManyItems(Refusal):
    reason = "A checklist can hold {most} tasks. Make two of it."


class NameTaken(Refusal):
    reason = "There is a checklist called “{name}” already. Give this one another name."


class IsRetired(Refusal):
    reason = "The checklist “{name}” is not in use any more. Choose another."


def read_items(typed: str) -> list[dict[str, Any]]:
    """The tasks as they were typed: one a line, with a star before those that must be done before resolving."""
    items = []
    for written in typed.replace("\r", "").split("\n"):
        needed = written.lstrip().startswith(STAR)
        what = line(written.lstrip().removeprefix(STAR), what="A task")
        if what:
            items.append({"what": what, "needed": needed})
    return items


def as_typed(items: Sequence[dict[str, Any]]) -> str:
    return "\n".join(f"{STAR + ' ' if item['needed'] else ''}{item['what']}" for item in items)


def save_checklist(checklist: Checklist, *, name: str, items: str, by: Person | None) -> Checklist:
    """Keep what a new or a present checklist says. Tickets that have its tasks keep them as they are.

    The request types that name it go on naming it, whatever it is called now.
    """
    refuse_others(by, None)
    is_new = checklist.version is None
    if not is_new:
        lock(checklist)
    old = {} if is_new else _described(checklist)
    tasks = read_items(items)
    if not tasks:
        raise NoItems
    if len(tasks) > MOST:
        raise TooManyItems(most=MOST)
    name = line(name, what="The name", limit=120, needed=True)
    with db.session.no_autoflush:
        same = select(Checklist.id).where(func.lower(Checklist.name) == name.lower())
        if any(found != checklist.id for found in db.session.scalars(same)):
            raise NameTaken(name=name)
    for type_ in [] if is_new else types_naming(checklist):
        type_.checklist = name
    checklist.name, checklist.items = name, tasks
    checklist.version = 1 if is_new else checklist.version + 1
    db.session.add(checklist)
    db.session.flush()
    _tell(checklist, old, by)
    return checklist


def retire_checklist(checklist: Checklist, *, by: Person | None, back: bool = False) -> None:
    """It is offered no more (or, with `back`, again); tickets that have its tasks keep them."""
    refuse_others(by, None)
    lock(checklist)
    old = _described(checklist)
    checklist.retired_at = None if back else checklist.retired_at or clock.now()
    _tell(checklist, old, by)


def put_on(ticket: Ticket, checklist: Checklist, *, by: Person | None) -> list[Task]:
    """Put the tasks of the checklist onto the ticket, after those it has."""
    if checklist.retired_at is not None:
        raise IsRetired(name=checklist.name)
    now = take_turn(ticket)
    first = next_place(ticket, len(checklist.items))
    tasks = [
        Task(ticket_id=ticket.id, place=first + at, what=item["what"], needed=item["needed"])
        for at, item in enumerate(checklist.items)
    ]
    db.session.add_all(tasks)
    db.session.flush()
    db.session.expire(ticket, ["tasks"])
    ticket.updated_at = now
    announce(
        ChecklistPutOn(
            about=ticket, by=by, version=ticket.version, checklist=checklist, reason=checklist.name
        )
    )
    return tasks


def types_naming(checklist: Checklist) -> Sequence[RequestType]:
    """The request types that put it on by themselves, by name."""
    return db.session.scalars(
        select(RequestType)
        .where(func.lower(RequestType.checklist) == func.lower(checklist.name))
        .order_by(RequestType.name)
    ).all()


def offered() -> Sequence[Checklist]:
    """Those that can be put onto a ticket, by name."""
    return db.session.scalars(
        select(Checklist).where(Checklist.retired_at.is_(None)).order_by(Checklist.name)
    ).all()


def _described(checklist: Checklist) -> dict[str, Any]:
    return {
        "Name": checklist.name,
        "Tasks": as_typed(checklist.items),
        "In use": "no" if checklist.retired_at else "yes",
    }


def _tell(checklist: Checklist, old: dict[str, Any], by: Person | None) -> None:
    changes = differences(old, _described(checklist))
    if changes:
        announce(
            ChecklistChanged(about=checklist, by=by, name=f"Checklist {checklist.name}", changes=changes)
        )
