"""What managers hear of: work that came back to its queues, and queues whose tickets nobody can be given.

By mail once, and at the top of their queue for as long as it is so. Each hears
only of tickets they may open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all

from ...database import db
from ...journal import on
from ...mail import send
from ...pages.filters import plural
from ...people.models import Grant, Person, Role
from ..access import may_work, workable
from ..models import Queue, Status, Ticket
from .events import QueueStands, WorkHandedBack
from .models import HandBack, HandedBack, StandingTicket, Standstill

DEAL_OUT, HAND_BACKS = "tickets.deal_out", "tickets.hand_backs"


@dataclass(frozen=True)
class Notice:
    """A line above a manager's queue, and where it leads."""

    text: str
    leads_to: str
    """The name of its page."""
    name: str
    """The queue or the person."""
    count: int


@on(WorkHandedBack)
def tell_of_hand_back(event: WorkHandedBack) -> None:
    for manager, count in _concerned(event.tickets):
        if manager.id != event.person.id:
            send(
                to=manager,
                template="tickets/handed_back",
                about=event.about,
                person=event.person,
                count=count,
                why=event.about.why,
            )


@on(QueueStands)
def tell_of_standstill(event: QueueStands) -> None:
    if not event.tell:
        return
    for manager, count in _concerned(event.tickets):
        send(
            to=manager,
            template="tickets/nobody",
            about=event.about,
            queue=event.queue,
            count=count,
            because=event.about.because,
        )


def _concerned(ticket_ids: Sequence[int]) -> list[tuple[Person, int]]:
    """The managers who may work some of the tickets, and how many each."""
    if not ticket_ids:
        return []
    tickets = db.session.scalars(select(Ticket).where(Ticket.id.in_(ticket_ids))).all()
    managers = db.session.scalars(
        select(Person)
        .where(
            Person.gone_at.is_(None),
            Person.id.in_(
                select(Grant.person_id).where(Grant.role == Role.MANAGER, Grant.ended_at.is_(None))
            ),
        )
        .order_by(Person.id)
    ).all()
    counted = ((manager, sum(may_work(manager, ticket) for ticket in tickets)) for manager in managers)
    return [(manager, count) for manager, count in counted if count]


def notices_for(person: Person) -> list[Notice]:
    """What a manager should know before anything else; in one statement, and none for anybody else."""
    if not person.has_role(Role.MANAGER):
        return []
    waits = (Ticket.OPEN, Ticket.assignee_id.is_(None), workable(person))
    rows = union_all(
        select(literal("stands").label("kind"), Queue.name.label("name"), func.count().label("count"))
        .select_from(Standstill)
        .join(StandingTicket, StandingTicket.standstill_id == Standstill.id)
        .join(Ticket, Ticket.id == StandingTicket.ticket_id)
        .join(Queue, Queue.id == Standstill.queue_id)
        .where(Standstill.LIVE, *waits, Ticket.status != Status.ON_HOLD)
        .group_by(Queue.name),
        select(literal("back"), Person.name, func.count())
        .select_from(HandBack)
        .join(HandedBack, HandedBack.hand_back_id == HandBack.id)
        .join(Ticket, Ticket.id == HandedBack.ticket_id)
        .join(Person, Person.id == HandBack.person_id)
        .where(*waits)
        .group_by(Person.name),
    )
    return [_notice(*row) for row in db.session.execute(rows)]


def _notice(kind: str, name: str, count: int) -> Notice:
    tickets = plural(count, "ticket")
    if kind == "stands":
        return Notice(f"{name}: {tickets} that nobody can be given just now", DEAL_OUT, name, count)
    return Notice(f"{tickets} handed back by {name} to deal out", HAND_BACKS, name, count)


def in_short(notices: Sequence[Notice]) -> list[str]:
    """The same in one breath each: what nobody can be given, and what was handed back."""
    said = []
    for leads_to, words in ((DEAL_OUT, "nobody can be given"), (HAND_BACKS, "handed back")):
        about = [notice for notice in notices if notice.leads_to == leads_to]
        if about:
            names = ", ".join(notice.name for notice in about)
            said.append(f"{plural(sum(notice.count for notice in about), 'ticket')} {words}: {names}")
    return said
