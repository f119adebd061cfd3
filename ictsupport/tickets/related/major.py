"""One trouble that many report: their tickets hang below one, and hear of it together.

Everybody hears in their own ticket, as a public reply, and sees nobody else's.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, contains_eager

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ...unchanged import until_changed
from ..access import workable
from ..models import Resolution, Ticket, TicketType, ticket_systems
from ..raising import council_of
from ..replying import reply
from ..resolving import resolve
from ..search import finding
from ..search import words as search_words
from ..texts import line, prose
from ..versions import take_turn
from .events import AllTold, MajorIncidentDeclared, MajorIncidentEnded
from .linking import link, unlink
from .models import LinkKind, MajorIncident, TicketLink

MOST = 200


class Confidential(Refusal):
    reason = (
        "{reference} is confidential, and everybody would read of it. Declare it on a ticket that is not."
    )


class NotOpen(Refusal):
    reason = "{reference} is not open. Reopen it first."


class NobodyTold(Refusal):
    reason = "No open ticket hangs below {reference}, so nobody would be told. Attach some first."


class NoParent(Refusal):
    reason = "{reference} does not hang below another ticket."


def declare(ticket: Ticket, words: str, *, by: Person | None) -> MajorIncident:
    """Let everybody it may concern know; declaring it again changes the words."""
    now = take_turn(ticket)
    words = line(words, what="What everybody reads", limit=300, needed=True)
    if ticket.confidential:
        raise Confidential(reference=ticket.reference)
    if not ticket.is_open:
        raise NotOpen(reference=ticket.reference)
    incident = incident_of(ticket)
    if incident is None:
        by_id = by.id if by is not None else None
        incident = MajorIncident(ticket_id=ticket.id, words_=words, declared_at=now, by_id=by_id)
        db.session.add(incident)
    incident.words_ = words
    announce(MajorIncidentDeclared(about=ticket, by=by, version=ticket.version, words=words))
    return incident


def stand_down(ticket: Ticket, *, by: Person | None) -> None:
    """It is no major incident any more; what hangs below it stays there."""
    incident = incident_of(ticket)
    if incident is not None:
        incident.ended_at = clock.now()
        announce(MajorIncidentEnded(about=ticket, by=by, version=ticket.version))


def incident_of(ticket: Ticket) -> MajorIncident | None:
    return db.session.scalars(
        select(MajorIncident).where(MajorIncident.ticket_id == ticket.id, MajorIncident.OPEN)
    ).first()


@until_changed(MajorIncident)
def _is_any_open() -> bool:
    """On nearly every day there is none, and no page needs to look."""
    return db.session.scalar(select(MajorIncident.id).where(MajorIncident.OPEN).limit(1)) is not None


def open_incidents(person: Person, *, desk: bool) -> Sequence[MajorIncident]:
    """The major incidents that concern somebody: of the councils whose tickets they work, or their own."""
    if not _is_any_open():
        return []
    incidents = (
        select(MajorIncident)
        .join(Ticket, Ticket.id == MajorIncident.ticket_id)
        .where(MajorIncident.OPEN, Ticket.OPEN, Ticket.confidential.is_(False))
        .order_by(MajorIncident.id)
        .options(contains_eager(MajorIncident.ticket).raiseload("*"))
    )
    if desk:
        return db.session.scalars(incidents.where(workable(person)).limit(5)).all()
    council = council_of(person)
    own = Ticket.council_id == (council.id if council is not None else None)
    return db.session.scalars(incidents.where(or_(Ticket.council_id.is_(None), own)).limit(5)).all()


def children_of(ticket: Ticket, person: Person, *, only_open: bool = False) -> Sequence[Ticket]:
    """The tickets below this one, as far as the person works on them, oldest first.

    Where it has become confidential, only those that are so too: nothing said of it goes to the others.
    """
    below = select(Ticket).where(Ticket.id.in_(_ids_below(ticket)), workable(person)).order_by(Ticket.id)
    if ticket.confidential:
        below = below.where(Ticket.confidential)
    return db.session.scalars(below.where(Ticket.OPEN) if only_open else below).all()


def matching(
    ticket: Ticket, person: Person, *, typed: str = "", system_id: int | None = None
) -> Sequence[Ticket]:
    """Open tickets that may be about the same: they hold the words, or name the system; none that hangs below another."""
    above = aliased(Ticket)
    has_parent = (
        select(TicketLink.other_id)
        .join(above, above.id == TicketLink.ticket_id)
        .where(TicketLink.kind == LinkKind.PARENT, above.confidential.in_((False, ticket.confidential)))
    )
    conditions: list[Any] = [
        Ticket.OPEN,
        Ticket.ticket_type != TicketType.PROBLEM,
        Ticket.id != ticket.id,
        Ticket.id.not_in(_ids_below(ticket) if _is_problem(ticket) else has_parent),
        Ticket.confidential.is_(ticket.confidential),
    ]
    if system_id is not None:
        concerned = select(ticket_systems.c.ticket_id).where(ticket_systems.c.system_id == system_id)
        conditions.append(Ticket.id.in_(concerned))
    if typed:
        conditions.append(Ticket.id.in_(finding.newest(search_words.parse(typed), person, *conditions)))
    return db.session.scalars(
        select(Ticket).where(workable(person), *conditions).order_by(Ticket.id.desc()).limit(MOST)
    ).all()


def attach(ticket: Ticket, children: Iterable[Ticket], *, by: Person | None) -> list[Refusal]:
    """Hang the tickets below this one, or say that it causes them if it is a problem; returns why some could not be."""
    refused = []
    for child in children:
        try:
            with db.session.begin_nested():
                hang(ticket, child, by=by)
        except Refusal as refusal:
            refused.append(refusal)
    return refused


def hang(ticket: Ticket, child: Ticket, *, by: Person | None) -> None:
    """Let the child hear what is told of the ticket, and be resolved with it."""
    if _is_problem(ticket):
        link(child, LinkKind.CAUSED_BY, ticket, by=by)
    else:
        link(ticket, LinkKind.PARENT, child, by=by)


def _is_problem(ticket: Ticket) -> bool:
    return ticket.ticket_type is TicketType.PROBLEM


def _ids_below(ticket: Ticket) -> Select[int]:
    """SQL: the ids of the tickets that hang below this one, or that it causes if it is a problem."""
    if _is_problem(ticket):
        return select(TicketLink.ticket_id).where(
            TicketLink.other_id == ticket.id, TicketLink.kind == LinkKind.CAUSED_BY
        )
    return select(TicketLink.other_id).where(
        TicketLink.ticket_id == ticket.id, TicketLink.kind == LinkKind.PARENT
    )


def tell_all(ticket: Ticket, words: str, *, by: Person) -> int:
    """Write to whoever asked on an open ticket below this one, each in theirs; returns how many tickets that were."""
    words = prose(words, what="The update", needed=True)
    children = children_of(ticket, by, only_open=True)
    if not children:
        raise NobodyTold(reference=ticket.reference)
    for child in children:
        reply(child, words, by=by)
    announce(AllTold(about=ticket, by=by, version=ticket.version, how_many=len(children)))
    return len(children)


def resolve_children(
    ticket: Ticket, chosen: Iterable[int], resolution: Resolution, notes: str, *, by: Person
) -> int:
    """Resolve those of the open tickets below that were chosen, with the same words; returns how many."""
    wanted = set(chosen)
    children = [child for child in children_of(ticket, by, only_open=True) if child.id in wanted]
    for child in children:
        resolve(child, resolution, notes, by=by)
    return len(children)


def opt_out(ticket: Ticket, *, by: Person | None) -> None:
    """This is about something else: take the ticket from below the other."""
    row = db.session.scalars(
        select(TicketLink).where(TicketLink.other_id == ticket.id, TicketLink.kind == LinkKind.PARENT)
    ).first()
    if row is None:
        raise NoParent(reference=ticket.reference)
    unlink(row, by=by)


def known_trouble(ticket: Ticket) -> MajorIncident | None:
    """The major incident a ticket hangs below, unless its own ticket has become confidential."""
    if not _is_any_open():
        return None
    return db.session.scalars(
        select(MajorIncident)
        .join(Ticket, Ticket.id == MajorIncident.ticket_id)
        .join(TicketLink, TicketLink.ticket_id == Ticket.id)
        .where(TicketLink.other_id == ticket.id, TicketLink.kind == LinkKind.PARENT, MajorIncident.OPEN)
        .where(Ticket.confidential.is_(False))
    ).first()
