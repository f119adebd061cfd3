"""The lists that pages for requesters show."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import (
    Load,
    aliased,
    contains_eager,
    joinedload,
    raiseload,
    selectinload,
    with_expression,
)

from ... import clock
from ...config import settings
from ...database import db
from ...pages.fields import Found
from ...pages.numbers import whole
from ...people.access import members_acted_for, reach
from ...people.models import DelegateScope, Person, Term
from ...people.queries import SHOWN, as_found, found_in
from ...systems.models import System, SystemLeg, Use
from ..access import RAISES_FOR_MEMBERS, own_tickets, visible_messages
from ..models import Attachment, HoldReason, Message, Request, Status, Ticket
from ..related.models import TicketLink

A_PAGE = 25
MOST_OPEN = 100


@cache
def _standing() -> Any:
    """SQL: the ticket that stands for a merged one."""
    return aliased(Ticket)


def open_requests(person: Person, limit: int = MOST_OPEN) -> Sequence[Ticket]:
    """What is still to be done of what somebody asked for, newest first."""
    still = (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD, Status.RESOLVED)
    return db.session.scalars(
        _shown(own_tickets(person)).where(_status().in_(still)).order_by(Ticket.id.desc()).limit(limit)
    ).all()


def finished_requests(person: Person, before: int | None = None) -> tuple[Sequence[Ticket], int | None]:
    """What is finished, newest first, a page of it; with it the id to go on before, if there is more."""
    tickets = _shown(own_tickets(person)).where(_status().in_((Status.CLOSED, Status.CANCELLED)))
    if before is not None:
        tickets = tickets.where(Ticket.id < before)
    rows = db.session.scalars(tickets.order_by(Ticket.id.desc()).limit(A_PAGE + 1)).all()
    return rows[:A_PAGE], (rows[A_PAGE - 1].id if len(rows) > A_PAGE else None)


def waiting_for_answer(person: Person) -> Sequence[Ticket]:
    """What waits for the requester: a question to answer, or whether it works now."""
    return db.session.scalars(
        _shown(own_tickets(person))
        .where(
            or_(
                case((_standing().id.is_not(None), _standing().hold_reason), else_=Ticket.hold_reason)
                == HoldReason.REQUESTER,
                _status() == Status.RESOLVED,
            )
        )
        .order_by(Ticket.id.desc())
        .limit(10)
    ).all()


def conversation(person: Person, ticket: Ticket) -> Sequence[Message]:
    """What was said on a ticket as far as the person may read it, with who said it, the files, and where it went."""
    return db.session.scalars(
        visible_messages(person, ticket).options(
            with_expression(Message.went_to, _went_to(ticket)),
            joinedload(Message.author),
            joinedload(Message.for_whom),
            joinedload(Message.mailed),
            selectinload(Message.attachments).raiseload("*"),
            Load(Message).raiseload("*"),
        )
    ).all()


def _went_to(ticket: Ticket) -> Any:
    """SQL: the last request of the same person that was made of a message, if whoever reads this may know of it."""
    made = aliased(Ticket)
    return (
        select(made.reference)
        .join(TicketLink, TicketLink.ticket_id == made.id)
        .where(
            TicketLink.other_id == ticket.id,
            TicketLink.message_id == Message.id,
            made.requester_id == ticket.requester_id,
            *([] if ticket.confidential else [made.confidential.is_(False)]),
        )
        .order_by(TicketLink.id.desc())
        .limit(1)
        .correlate(Message)
        .scalar_subquery()
    )


def files_of_description(ticket: Ticket) -> Sequence[Attachment]:
    """The files that came with the ticket itself."""
    return db.session.scalars(
        select(Attachment)
        .where(
            Attachment.ticket_id == ticket.id, Attachment.message_id.is_(None), Attachment.internal.is_(False)
        )
        .order_by(Attachment.id)
        .options(raiseload("*"))
    ).all()


def unsent_requests(person: Person) -> Sequence[Request]:
    """What somebody began to ask and has not sent, newest first."""
    return db.session.scalars(
        select(Request)
        .where(Request.person_id == person.id, Request.ticket_id.is_(None))
        .order_by(Request.updated_at.desc())
        .limit(5)
        .options(raiseload("*"))
    ).all()


UNSENT = "unsent"


def first_unsent(person: Person) -> Select[Any]:
    """SQL: the same, as the first page names it beside what else waits for somebody."""
    return (
        select(
            literal(UNSENT).label("kind"),
            Request.key.label("key"),
            Request.answers["subject"].as_string().label("what"),
            literal("").label("whose"),
            Request.updated_at.label("at"),
        )
        .where(Request.person_id == person.id, Request.ticket_id.is_(None))
        .order_by(Request.updated_at.desc())
        .limit(5)
    )


def members_to_raise_for(person: Person) -> Sequence[Person]:
    """The members in whose name the person may ask for help."""
    return db.session.scalars(
        select(Person)
        .where(Person.id.in_(members_acted_for(person, DelegateScope.RAISE)))
        .order_by(Person.sort_name)
    ).all()


def whom(person: Person, asked: Request | None) -> Person:
    """Whom a request is for."""
    if asked is None or asked.for_whom_id is None or asked.for_whom_id == person.id:
        return person
    return db.session.get_one(Person, asked.for_whom_id)


def members_found(person: Person, typed: str) -> list[Found]:
    """Members whom somebody may mean by what they typed, among those they raise requests for."""
    if not typed.strip():
        return []
    rows = db.session.scalars(
        found_in(_members_in_reach(person), typed.strip()[:200])
        .options(*SHOWN, raiseload("*"))
        .order_by(Person.sort_name, Person.id)
        .limit(10)
    )
    return [as_found(row) for row in rows]


def member_found(person: Person, value: str) -> Found | None:
    """The member with that id, if the person raises requests for them."""
    if (key := whole(value)) is None:
        return None
    row = db.session.scalar(_members_in_reach(person).where(Person.id == key).options(*SHOWN))
    return as_found(row) if row is not None else None


def _members_in_reach(person: Person) -> Select[Person]:
    """Those in office today at the councils for which the person raises requests for members."""
    today = clock.now().date()
    seats = select(Term.person_id).where(
        Term.starts_on <= today, or_(Term.ends_on.is_(None), Term.ends_on >= today)
    )
    if not person.has_role(*RAISES_FOR_MEMBERS):
        return select(Person).where(false())
    councils = reach(person, *RAISES_FOR_MEMBERS)
    if councils is not None:
        seats = seats.where(Term.council_id.in_(councils))
    return select(Person).where(Person.id.in_(seats), Person.gone_at.is_(None))


def systems_to_choose(council_id: int | None) -> Sequence[System]:
    """The systems that somebody of a council can have trouble with, by name."""
    today = clock.today(settings().zone)
    systems = select(System).where(or_(System.retired_on.is_(None), System.retired_on > today))
    if council_id is not None:
        without = System.legs.any(and_(SystemLeg.council_id == council_id, SystemLeg.use == Use.NONE))
        systems = systems.where(~without)
    return db.session.scalars(systems.order_by(System.name).options(raiseload("*"))).all()


def reports_today(system_id: int, council_id: int | None, but: Person) -> tuple[int, datetime | None]:
    """How many others reported something about the system since this morning, and since when."""
    zone = settings().zone
    now = clock.now().astimezone(zone)
    morning = now.replace(hour=0, minute=0, second=0, microsecond=0)
    reports = (
        select(Ticket.requester_id, Ticket.opened_at)
        .join(Ticket.systems)
        .where(
            System.id == system_id,
            Ticket.opened_at >= morning,
            Ticket.requester_id != but.id,
            Ticket.confidential.is_(False),
        )
        .limit(500)
    )
    if council_id is not None:
        reports = reports.where(or_(Ticket.council_id == council_id, Ticket.council_id.is_(None)))
    rows = db.session.execute(reports).all()
    return len({row.requester_id for row in rows}), min((row.opened_at for row in rows), default=None)


def _status() -> Any:
    """SQL: how a request stands, to whoever asked."""
    return func.coalesce(_standing().status, Ticket.status)


def _shown(tickets: Select[Ticket]) -> Select[Ticket]:
    """With what a row shows: whose it is and who has it. Those may be who is signed in, so they stay whole.

    A merged one is shown as the ticket stands that it is merged into.
    """
    return tickets.outerjoin(_standing(), _standing().id == Ticket.merged_into_id).options(
        contains_eager(Ticket.merged_into.of_type(_standing())).raiseload("*"),
        joinedload(Ticket.requester),
        joinedload(Ticket.assignee),
        joinedload(Ticket.queue),
        Load(Ticket).raiseload("*"),
    )
