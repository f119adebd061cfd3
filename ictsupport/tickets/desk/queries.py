"""What the desk's page of one ticket shows besides its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    false,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Load, joinedload

from ...database import db
from ...devices.models import Device
from ...people.access import DESK
from ...people.models import Council, Grant, Person
from ...statements import put_together
from ...systems.models import System
from ...unchanged import until_changed
from ..access import workable
from ..approvals.queries import KIND as APPROVALS
from ..approvals.queries import named_approvals
from ..models import Queue, Ticket, ticket_systems
from ..tasks.models import Task
from .models import Macro, SavedReply, Tag, ticket_tags
from .sharing import offered
from .timeline import COUNCILS, DEVICES, PEOPLE, QUEUES, SYSTEMS, TAGS, Names

OTHERS = 8
Choices = list[tuple[str, str]]
PREPARED: dict[str, Any] = {"macro": Macro, "saved_reply": SavedReply}
KINDS = (PEOPLE, QUEUES, SYSTEMS, TAGS, *PREPARED, APPROVALS)


def ticket_to_show(reference: str, person: Person) -> Ticket | None:
    """The ticket with everything about it, if the person works it; for showing only.

    Those in it may be who is signed in, so they stay whole.
    """
    return db.session.scalars(_whole(person), {"reference": reference}).unique().first()


@put_together
def _whole(person: Person) -> Select[Any]:
    return (
        select(Ticket)
        .where(Ticket.reference == bindparam("reference"), workable(person))
        .options(
            joinedload(Ticket.requester).joinedload(Person.employer),
            joinedload(Ticket.opened_by),
            joinedload(Ticket.assignee),
            joinedload(Ticket.queue),
            joinedload(Ticket.device),
            joinedload(Ticket.council),
            joinedload(Ticket.follows).load_only(Ticket.reference),
            joinedload(Ticket.mailed),
            joinedload(Ticket.clocks),
            joinedload(Ticket.tasks).joinedload(Task.assignee),
            Load(Ticket).raiseload("*"),
        )
    )


def open_tickets_of(requester_id: int, person: Person) -> Sequence[Any]:
    return db.session.execute(
        select(Ticket.reference, Ticket.subject, Ticket.status, Ticket.opened_at)
        .where(Ticket.requester_id == requester_id, Ticket.OPEN, workable(person))
        .order_by(Ticket.id.desc())
        .limit(OTHERS)
    ).all()


@dataclass(frozen=True)
class Register:
    """Names by kind and id, and whom and where a ticket can be given to."""

    names: Names
    agents: Choices
    queues: Choices
    systems: Choices
    """Those that the ticket concerns, by the name in their address."""
    tags: Choices
    """Those on the ticket."""
    macros: Choices
    replies: Choices
    """What is prepared for the person on the ticket's queue."""
    approvals: Choices
    """What was asked about the ticket, each by how it stands."""


def register(
    ticket: Ticket | None = None,
    mentioned: frozenset[tuple[str, int]] = frozenset(),
    person: Person | None = None,
) -> Register:
    """The names of what is mentioned, the desk's agents and queues, the ticket's systems, tags and approvals, and what
    the person has prepared for it, in one statement.

    Systems and tags come this way because SQLite would read their whole table to
    join it to one ticket.
    """

    given: dict[str, Any] = {
        kind: [key for each, key in mentioned if each == kind] for kind in (PEOPLE, SYSTEMS, TAGS, DEVICES)
    }
    if ticket is not None:
        given |= {"ticket": ticket.id, "queue_of_ticket": ticket.queue_id}
    names: dict[tuple[str, int], str] = {}
    found: dict[str, Choices] = {kind: [] for kind in KINDS}
    asked = _registered(person if ticket is not None else None)
    for kind, key, name, choice, slug in db.session.execute(asked, {"ticket": 0} | given):
        names[kind, key] = name
        if choice:
            found[kind].append((slug or str(key), name))
    return Register(names, *(found[kind] for kind in KINDS))


@put_together
def _registered(person: Person | None) -> Select[Any]:
    """With a person also what is prepared for them on the queue of the ticket."""

    def mentioned(model: type[Any], kind: str) -> ColumnElement[bool]:
        return cast(ColumnElement[bool], model.id.in_(bindparam(kind, expanding=True)))

    ticket_id: BindParameter[int] = bindparam("ticket")
    desk = Person.id.in_(select(Grant.person_id).where(Grant.role.in_(DESK), Grant.ended_at.is_(None)))
    works = desk & Person.left_on.is_(None)
    concerned = System.id.in_(
        select(ticket_systems.c.system_id).where(ticket_systems.c.ticket_id == ticket_id)
    )
    tagged = Tag.id.in_(select(ticket_tags.c.tag_id).where(ticket_tags.c.ticket_id == ticket_id))
    rows = union_all(
        _named(PEOPLE, Person, works).where(or_(works, mentioned(Person, PEOPLE))),
        _named(QUEUES, Queue, Queue.closed_on.is_(None)),
        _named(COUNCILS, Council, false()),
        _named(SYSTEMS, System, concerned, System.slug).where(or_(concerned, mentioned(System, SYSTEMS))),
        _named(TAGS, Tag, tagged).where(or_(tagged, mentioned(Tag, TAGS))),
        _named(DEVICES, Device, false(), called=Device.asset_tag).where(mentioned(Device, DEVICES)),
        *(
            _named(kind, model, true()).where(offered(model, person, bindparam("queue_of_ticket")))
            for kind, model in PREPARED.items()
            if person is not None
        ),
        named_approvals(ticket_id),
    ).subquery()
    return select(rows).order_by(rows.c.name)


def _named(kind: str, model: type[Any], choice: Any, slug: Any = None, called: Any = None) -> Select[Any]:
    return select(
        literal(kind).label("kind"),
        model.id.label("id"),
        (model.name if called is None else called).label("name"),
        choice.label("choice"),
        (literal("") if slug is None else slug).label("slug"),
    )


def councils() -> Choices:
    rows = db.session.execute(select(Council.id, Council.name).order_by(Council.name))
    return [("", "All councils"), *((str(key), name) for key, name in rows)]


@until_changed(System)
def systems() -> Choices:
    rows = db.session.execute(select(System.id, System.name).order_by(System.name))
    return [(str(key), name) for key, name in rows]
