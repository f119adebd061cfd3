"""How much somebody is given at most, and which queues ask for skill."""

from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.access import reach
from ...people.models import Person, Role
from ...people.rota.access import may_run_rota_of
from ...people.rota.patterns import NotManaged
from ..models import Queue
from .events import CapChanged, QueueSkillChanged
from .models import Cap, SkilledQueue


class NotYourQueue(Refusal):
    reason = "Only a manager for all councils can say what a queue asks for."


def set_cap(person: Person, most: int | None, *, by: Person) -> None:
    """The person is given so many tickets at most; None: as many as everybody."""
    if not may_run_rota_of(by, person):
        raise NotManaged(name=person.name)
    lock(person)
    cap = db.session.get(Cap, person.id)
    if (cap.most if cap is not None else None) == most:
        return
    if cap is not None:
        db.session.delete(cap)
        db.session.flush()
    if most is not None:
        db.session.add(Cap(person_id=person.id, most=most))
    announce(CapChanged(about=person, most=most, by=by))


def may_set_skill(person: Person) -> bool:
    return person.has_role(Role.MANAGER) and reach(person, Role.MANAGER) is None


def ask_for_skill(queue: Queue, asks: bool, *, by: Person) -> None:
    """Tickets of the queue are only for those who know their system, or for everybody in the team."""
    if not may_set_skill(by):
        raise NotYourQueue
    lock(queue)
    row = db.session.get(SkilledQueue, queue.id)
    if asks == (row is not None):
        return
    if row is not None:
        db.session.delete(row)
    else:
        db.session.add(SkilledQueue(queue_id=queue.id))
    announce(QueueSkillChanged(about=queue, asks=asks, by=by))
