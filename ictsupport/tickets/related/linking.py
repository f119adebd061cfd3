"""Saying what tickets have to do with each other, and taking it back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ..models import Ticket
from .events import TicketsLinked, TicketsUnlinked
from .models import LinkKind, TicketLink


class ToItself(Refusal):
    reason = "{reference} cannot be linked to itself. Name another ticket."


class LinkedAlready(Refusal):
    reason = "{reference} is {kind} {other} already."


class TheOpposite(Refusal):
    reason = (
        "{reference} is {back} {other} already, so it cannot be {kind} it too. Take that link away first."
    )


class HasParent(Refusal):
    reason = "{reference} is a child of {parent} already. Take that link away first."


class OtherAudience(Refusal):
    reason = "{parent} is confidential and {reference} is not, so it cannot be its parent."


class InACircle(Refusal):
    reason = "{parent} is itself below {reference}, so it cannot be its parent."


def link(ticket: Ticket, kind: LinkKind, other: Ticket, *, by: Person | None) -> TicketLink:
    """Say that the ticket is something (`kind`) to the other one: link(outage, LinkKind.PARENT, report, by=person).

    Whoever may open only one of the two sees nothing of the link. A ticket has
    one parent at most, which is confidential only if it is, no ticket is above itself,
    and none both one thing to another and the opposite.
    """
    if ticket.id == other.id:
        raise ToItself(reference=ticket.reference)
    if kind is LinkKind.RELATED and other.id < ticket.id:
        ticket, other = other, ticket
    db.session.flush()
    locked = {ticket.id, other.id} | ({_top_of(ticket.id)} if kind is LinkKind.PARENT else set())
    take_turns(locked)
    if link_between(ticket, kind, other) is not None:
        raise LinkedAlready(reference=ticket.reference, kind=kind.value, other=other.reference)
    if kind is LinkKind.PARENT:
        _make_room_for_parent(ticket, other, by)
    elif kind is not LinkKind.RELATED and link_between(other, kind, ticket) is not None:
        raise TheOpposite(reference=ticket.reference, back=kind.back, other=other.reference, kind=kind.value)
    row = written(ticket, kind, other, by, clock.now())
    announce(
        TicketsLinked(about=ticket, by=by, version=ticket.version, other=other, link=kind.value, at=row.at)
    )
    return row


def unlink(row: TicketLink, *, by: Person | None) -> None:
    """Take a link away."""
    ticket, other = db.session.get_one(Ticket, row.ticket_id), db.session.get_one(Ticket, row.other_id)
    db.session.delete(row)
    announce(TicketsUnlinked(about=ticket, by=by, version=ticket.version, other=other, link=row.kind.value))


def link_between(ticket: Ticket, kind: LinkKind, other: Ticket) -> TicketLink | None:
    return db.session.scalars(
        select(TicketLink).where(
            TicketLink.ticket_id == ticket.id, TicketLink.kind == kind, TicketLink.other_id == other.id
        )
    ).first()


def _to_parent(child_id: int) -> TicketLink | None:
    return db.session.scalars(
        select(TicketLink).where(TicketLink.other_id == child_id, TicketLink.kind == LinkKind.PARENT)
    ).first()


def parent_id_of(ticket_id: int) -> int | None:
    """The ticket above this one."""
    return db.session.scalar(
        select(TicketLink.ticket_id).where(
            TicketLink.other_id == ticket_id, TicketLink.kind == LinkKind.PARENT
        )
    )


def take_turns(ticket_ids: Iterable[int]) -> None:
    """Wait for the turn of several tickets at once, always in the same order, and read them afresh."""
    db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(set(ticket_ids)))
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def written(
    ticket: Ticket,
    kind: LinkKind,
    other: Ticket,
    by: Person | None,
    at: datetime,
    message_id: int | None = None,
) -> TicketLink:
    """The row of a link that may be there."""
    row = TicketLink(
        ticket_id=ticket.id,
        kind=kind,
        other_id=other.id,
        at=at,
        by_id=by.id if by is not None else None,
        message_id=message_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _make_room_for_parent(parent: Ticket, child: Ticket, by: Person | None) -> None:
    """A parent that has become confidential since, while the child has not, gives way: to refuse would name it."""
    if parent.confidential and not child.confidential:
        raise OtherAudience(reference=child.reference, parent=parent.reference)
    above = _to_parent(child.id)
    if above is not None:
        its = db.session.get_one(Ticket, above.ticket_id)
        if child.confidential or not its.confidential:
            raise HasParent(reference=child.reference, parent=its.reference)
        unlink(above, by=by)
    if _top_of(parent.id) == child.id:
        raise InACircle(parent=parent.reference, reference=child.reference)


def _top_of(ticket_id: int) -> int:
    """The ticket above all others above this one: itself if there is none.

    A new child has nothing above it, so locking it and this top keeps any two
    links that would close a circle apart.
    """
    while (above := parent_id_of(ticket_id)) is not None:
        ticket_id = above
    return ticket_id


def links_of(ticket: Ticket) -> list[TicketLink]:
    """All links of the ticket, whichever side of them it is."""
    return list(
        db.session.scalars(
            select(TicketLink)
            .where(or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id))
            .order_by(TicketLink.id)
        )
    )
