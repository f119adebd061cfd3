"""Who may see and do what with tickets.

The requester, and delegates as far as their grant goes, see a ticket in plain
words; people it affects and people who watch it may read it; the desk sees all
that its roles reach. A confidential ticket is for its requester, a delegate
with that scope, and those of the desk who are cleared for its queue.
Administering the service shows nobody a ticket.
"""

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union_all

from ..database import aside, db
from ..journal import announce
from ..people.access import DESK, members_acted_for, within_reach
from ..people.models import DelegateScope, Person, Role
from ..statements import put_together
from .events import TicketRead
from .merges import stays
from .models import (
    Attachment,
    Message,
    MessageKind,
    Ticket,
    TicketType,
    queue_clearance,
    ticket_affected,
    ticket_watchers,
)

RAISES_FOR_MEMBERS = (Role.DEMOCRATIC_SERVICES, Role.CLINIC_HOST)


def is_desk(person: Person) -> bool:
    """Whether the person works tickets at all."""
    return person.has_role(*DESK)


@put_together
def visible_tickets(person: Person) -> Select[Ticket]:
    """The tickets somebody may open."""
    own = Ticket.id.in_(_own_ids(person))
    if not is_desk(person):
        return select(Ticket).where(own)
    return select(Ticket).where(or_(workable(person), own))


@put_together
def workable(person: Person) -> ColumnElement[bool]:
    """SQL: the tickets that the person, as one of the desk, may work on."""
    cleared = select(queue_clearance.c.queue_id).where(queue_clearance.c.person_id == person.id)
    return and_(
        within_reach(Ticket, person, *DESK),
        or_(Ticket.confidential.is_(False), Ticket.queue_id.in_(cleared)),
    )


def nameable(person: Person) -> ColumnElement[bool]:
    """SQL: the tickets on which somebody may put something without reading them: for whoever is not cleared, none that is
    confidential is there."""
    return or_(Ticket.confidential.is_(False), workable(person))


@put_together
def own_tickets(person: Person) -> Select[Ticket]:
    """What somebody asked for themself, or sees as a delegate, as affected or watching: not as one of the desk."""
    return select(Ticket).where(Ticket.id.in_(_own_ids(person)), Ticket.ticket_type != TicketType.PROBLEM)


@put_together
def _own_ids(person: Person) -> Select[int]:
    """SQL: the ids of tickets that are somebody's own in one way or another, each way by its own index."""
    acted_for = select(Ticket.id).where(
        Ticket.requester_id.in_(members_acted_for(person, DelegateScope.VIEW)),
        or_(
            Ticket.confidential.is_(False),
            Ticket.requester_id.in_(members_acted_for(person, DelegateScope.CONFIDENTIAL)),
        ),
    )
    ways = [select(Ticket.id).where(Ticket.requester_id == person.id), acted_for]
    for table in (ticket_watchers, ticket_affected):
        ways.append(
            select(Ticket.id)
            .join(table, table.c.ticket_id == Ticket.id)
            .where(table.c.person_id == person.id, Ticket.confidential.is_(False))
        )
    return select(union_all(*ways).subquery().c.id)


def may_see(person: Person, ticket: Ticket) -> bool:
    return bool(
        db.session.scalar(select(exists(visible_tickets(person).where(Ticket.id == ticket.id).subquery())))
    )


def may_work(person: Person, ticket: Ticket) -> bool:
    """Whether the person may triage, answer, hold and resolve the ticket as one of the desk."""
    if not person.is_active or not reaches(person, ticket):
        return False
    return not ticket.confidential or is_cleared(person, ticket.queue_id)


def reaches(person: Person, ticket: Ticket) -> bool:
    """Whether the person's roles of the desk cover the ticket's council; a shared ticket is for all of the desk."""
    return person.has_role(*DESK) if ticket.is_shared else person.has_role_for(ticket.council_id, *DESK)


def is_cleared(person: Person, queue_id: int) -> bool:
    """Whether the person may open the confidential tickets of the queue."""
    row = queue_clearance.c
    found = select(row.queue_id).where(row.queue_id == queue_id, row.person_id == person.id)
    return db.session.execute(found).first() is not None


def acts_for(person: Person, ticket: Ticket) -> bool:
    """Whether the person speaks for the requester of the ticket by a grant in force."""
    if person.id == ticket.requester_id:
        return False
    scopes = [DelegateScope.RAISE, DelegateScope.VIEW]
    if ticket.confidential:
        scopes.append(DelegateScope.CONFIDENTIAL)
    return may_act_for(person, ticket.requester_id, *scopes)


def for_whom(person: Person | None, ticket: Ticket) -> Person | None:
    """In whose name somebody acts on a ticket: the requester's, unless they are the requester or one of the desk."""
    if person is None or person.id == ticket.requester_id or may_work(person, ticket):
        return None
    return ticket.requester


def may_act_for(person: Person, member_id: int, *scopes: DelegateScope) -> bool:
    """Whether the person has grants in force to do all this for the member."""
    granted = [Person.id.in_(members_acted_for(person, scope)) for scope in scopes]
    return db.session.scalar(select(Person.id).where(Person.id == member_id, *granted)) is not None


def may_reply(person: Person, ticket: Ticket) -> bool:
    """Whether what the person writes goes into the ticket: the requester's side, or the desk's."""
    return person.id == ticket.requester_id or may_work(person, ticket) or acts_for(person, ticket)


def may_cancel(person: Person, ticket: Ticket) -> bool:
    return may_reply(person, ticket)


def may_raise_for(person: Person, requester: Person) -> bool:
    """Whether the person may ask for help in the other's name."""
    if person.id == requester.id or is_desk(person):
        return True
    if (seat := requester.seat) is not None and person.has_role_for(seat.council_id, *RAISES_FOR_MEMBERS):
        return True
    return may_act_for(person, requester.id, DelegateScope.RAISE)


def visible_messages(person: Person, ticket: Ticket) -> Select[Message]:
    """What was said on a ticket: all of it for those who work it, the public replies for everybody else.

    While a ticket is merged, whoever asked on it reads what the desk replies
    on the survivor, and what they wrote to it themselves: nobody's but theirs.
    """
    if may_work(person, ticket):
        return select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)
    own = and_(Message.ticket_id == ticket.id, Message.via_id.is_(None))
    return (
        select(Message)
        .where(Message.kind == MessageKind.REPLY, or_(own, Message.via_id == ticket.id, *_elsewhere(ticket)))
        .order_by(Message.id)
    )


def _elsewhere(ticket: Ticket) -> list[ColumnElement[bool]]:
    """SQL: the desk's replies on each ticket that stood for this one, from when on and as long as it did."""
    return [
        and_(
            Message.ticket_id == stay.survivor_id,
            Message.from_requester.is_(False),
            Message.at >= stay.since,
            *([Message.at < stay.until] if stay.until else []),
        )
        for stay in stays(ticket)
    ]


def visible_attachments(person: Person, ticket: Ticket) -> Select[Attachment]:
    """The files of a ticket; internal ones only for those who work it."""
    if may_work(person, ticket):
        return select(Attachment).where(Attachment.ticket_id == ticket.id).order_by(Attachment.id)
    read = visible_messages(person, ticket).with_only_columns(Message.id).order_by(None)
    its_own = and_(Attachment.ticket_id == ticket.id, Attachment.message_id.is_(None))
    return (
        select(Attachment)
        .where(Attachment.internal.is_(False), or_(its_own, Attachment.message_id.in_(read)))
        .order_by(Attachment.id)
    )


def note_reading(ticket: Ticket, by: Person) -> None:
    """Keep a record that a confidential ticket was opened by somebody other than its requester."""
    if ticket.confidential and by.id != ticket.requester_id:
        aside(lambda: _write_reading(ticket.id, by.id))


def _write_reading(ticket_id: int, person_id: int) -> None:
    ticket, person = db.session.get_one(Ticket, ticket_id), db.session.get_one(Person, person_id)
    announce(TicketRead(about=ticket, by=person))
