"""For whom macros and saved replies are there, and who may change them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...errors import Refusal
from ...people.models import Person, Role
from ..models import Queue
from ..texts import line
from .models import Macro, Reach, SavedReply

Shared = TypeVar("Shared", Macro, SavedReply)


class ManagersOnly(Refusal):
    reason = "Only a helpdesk manager can share this. Make it your own instead."


class NameTaken(Refusal):
    reason = "There is one called “{name}” already. Give this one another name."


class ChangedBefore(Refusal):
    reason = "Somebody changed this while you had the page open. Send yours again to let it stand, or go back to see theirs."


class NoQueue(Refusal):
    reason = "Choose the queue on whose tickets it is offered."


def offered(
    kind: type[Shared], person: Person, queue_id: int | BindParameter[int] | None = None
) -> ColumnElement[bool]:
    """SQL: what the person may use; on a ticket of the queue, if one is named."""
    of_queue = kind.queue_id == queue_id if queue_id is not None else kind.reach == Reach.QUEUE
    return and_(kind.retired_at.is_(None), or_(kind.owner_id == person.id, kind.reach == Reach.ALL, of_queue))


def may_change(person: Person, thing: Macro | SavedReply) -> bool:
    """One's own; what is shared only by managers."""
    if thing.reach is Reach.PERSONAL:
        return thing.owner_id == person.id
    return person.has_role(Role.MANAGER)


def listed(kind: type[Shared], person: Person) -> Sequence[Shared]:
    """All that the person may use, by name."""
    rows = select(kind).where(offered(kind, person)).order_by(kind.name, kind.id)
    return db.session.scalars(rows.options(joinedload(kind.queue))).all()


def take_place(
    thing: Macro | SavedReply,
    name: str,
    reach: Reach,
    queue: Queue | None,
    *,
    by: Person,
    seen: int | None = None,
) -> None:
    """Say what it is called and for whom it is there; refuse what is not the person's to say."""
    if reach is not Reach.PERSONAL and not by.has_role(Role.MANAGER):
        raise ManagersOnly
    if reach is Reach.QUEUE and queue is None:
        raise NoQueue
    if seen is not None and thing.version is not None and seen != thing.version:
        raise ChangedBefore
    thing.name = line(name, what="The name", limit=80, needed=True)
    thing.reach = reach
    thing.owner_id = by.id if reach is Reach.PERSONAL else None
    thing.queue = queue if reach is Reach.QUEUE else None
    thing.queue_id = thing.queue.id if thing.queue is not None else None
    _refuse_namesake(thing, by)
    thing.version = (thing.version or 0) + 1


def _refuse_namesake(thing: Macro | SavedReply, by: Person) -> None:
    kind: type[Any] = type(thing)
    with db.session.no_autoflush:
        namesakes = select(kind.id).where(
            offered(kind, by), kind.name == thing.name, kind.reach == thing.reach
        )
        found = [key for key in db.session.scalars(namesakes) if key != thing.id]
    if found:
        raise NameTaken(name=thing.name)


def place_of(thing: Macro | SavedReply) -> dict[str, str]:
    """What it is called and for whom it is there, as the journal tells it; nothing for one that is only being made."""
    if thing.version is None:
        return {}
    where = f", {thing.queue.name}" if thing.queue_id and thing.queue else ""
    retired = {"offered": "no more"} if thing.retired_at else {}
    return {"name": thing.name, "for whom": f"{thing.reach.value}{where}", **retired}


def retire(thing: Macro | SavedReply) -> None:
    """It is offered no more; what was done with it stays."""
    thing.retired_at = clock.now()
