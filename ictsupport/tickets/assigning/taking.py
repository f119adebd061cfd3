"""Next for me: the most urgent ticket somebody can take, taken so that two who press at once get two different ones."""

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from ... import clock
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...pages.filters import plural
from ...people.models import Membership, Person
from ...systems.models import Skill
from ..access import workable
from ..lists.narrowing import is_needed_today
from ..models import HoldReason, Queue, Status, Ticket, ticket_systems
from ..triage import assign
from .models import Cap, SkilledQueue


class NothingLeft(Refusal):
    reason = (
        "There is nothing left for you to take: everything on the queues of your teams is with somebody, "
        "waits, or asks for a system you do not know."
    )


class HasEnough(Refusal):
    reason = "You have {load}, and {cap} is the most you are given. Finish one first, or ask your manager."


def take_next(person: Person) -> Ticket:
    """Give the person the most urgent ticket that is with nobody and that they can take.

    Pressing it shows that they are here, so neither rota nor absences are
    asked. Their own row is locked first (two windows of one person count
    together); then a ticket that somebody else is just taking is passed over.
    """
    lock(person)
    cap = db.session.scalar(select(Cap.most).where(Cap.person_id == person.id))
    cap = settings().tickets_each if cap is None else cap
    load = len(db.session.scalars(select(Ticket.id).where(_running_of(person)).limit(cap + 1)).all())
    if load >= cap:
        raise HasEnough(load=plural(load, "ticket"), cap=cap)
    while True:
        ticket = db.session.scalars(
            takeable(person).limit(1).with_for_update(of=Ticket, skip_locked=True)
        ).first()
        if ticket is None:
            raise NothingLeft
        if ticket.assignee_id is None:
            break
    assign(ticket, person, by=person)
    return ticket


def takeable(person: Person) -> Select[Ticket]:
    """What nobody has and the person could have, most urgent first: what is needed today, then what is due first."""
    today = clock.now().astimezone(settings().zone).date()
    teams = select(Membership.team_id).where(
        Membership.person_id == person.id,
        Membership.starts_on <= today,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    about = ticket_systems.c.ticket_id == Ticket.id
    known = select(Skill.system_id).where(Skill.person_id == person.id)
    return (
        select(Ticket)
        .where(
            Ticket.OPEN,
            Ticket.assignee_id.is_(None),
            Ticket.status != Status.ON_HOLD,
            Ticket.queue_id.in_(select(Queue.id).where(Queue.team_id.in_(teams))),
            workable(person),
            or_(
                Ticket.queue_id.not_in(select(SkilledQueue.queue_id)),
                ~exists().where(about),
                exists().where(and_(about, ticket_systems.c.system_id.in_(known))),
            ),
        )
        .order_by(is_needed_today().desc(), Ticket.due_sort, Ticket.id)
        .execution_options(populate_existing=True)
    )


def _running_of(person: Person) -> ColumnElement[bool]:
    """SQL: what somebody has whose clocks run."""
    return and_(
        Ticket.OPEN,
        Ticket.assignee_id == person.id,
        or_(Ticket.hold_reason.is_(None), Ticket.hold_reason != HoldReason.REQUESTER),
    )
