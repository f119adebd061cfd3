"""The lists of problems that pages show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from ...database import db
from ...people.models import Person
from ...people.scopes import Scope
from ...systems.models import System
from ...unchanged import until_changed
from ..access import workable
from ..models import Ticket, TicketType, ticket_systems
from ..related.models import LinkKind, TicketLink
from .access import countable, visible_problems
from .models import Problem, ProblemState

BESIDE = 3
OFFERED = 15
PUBLISHED = 3

STATES: dict[ProblemState, ColumnElement[bool]] = {
    ProblemState.OPEN: and_(Ticket.OPEN, Problem.known_since.is_(None)),
    ProblemState.KNOWN: and_(Ticket.OPEN, Problem.known_since.is_not(None)),
    ProblemState.SOLVED: or_(
        Ticket.resolved_at.is_not(None), Ticket.closed_at.is_not(None), Ticket.merged_into_id.is_not(None)
    ),
}


@dataclass
class Wish:
    """What a list of problems is narrowed to."""

    states: Sequence[ProblemState] = (ProblemState.OPEN, ProblemState.KNOWN)
    system_id: int | None = None
    mine: bool = False


@dataclass
class Beside:
    """What a row of the list shows besides the problem itself."""

    systems: dict[int, list[str]] = field(default_factory=dict)
    tickets: dict[int, int] = field(default_factory=dict)


def problem_list(person: Person, wish: Wish) -> Select[Problem]:
    """The problems somebody may read about, with what a row shows of the ticket."""
    problems = visible_problems(person).options(
        contains_eager(Problem.ticket).options(
            joinedload(Ticket.assignee).load_only(Person.name).raiseload("*"), raiseload("*")
        )
    )
    if wish.states:
        problems = problems.where(or_(*(STATES[state] for state in wish.states)))
    if wish.system_id is not None:
        problems = problems.where(Ticket.id.in_(_about(wish.system_id)))
    if wish.mine:
        problems = problems.where(Ticket.assignee_id == person.id)
    return problems


def beside_rows(problems: Sequence[Problem], person: Person) -> Beside:
    """Their systems, and how many tickets each causes as far as somebody may know of them: two statements."""
    ids = [each.ticket_id for each in problems]
    found = Beside()
    if not ids:
        return found
    for key, name in db.session.execute(
        select(ticket_systems.c.ticket_id, System.name)
        .join(System, System.id == ticket_systems.c.system_id)
        .where(ticket_systems.c.ticket_id.in_(ids))
        .order_by(System.name)
    ):
        found.systems.setdefault(key, []).append(name)
    counts = (
        select(TicketLink.other_id, func.count())
        .join(Ticket, Ticket.id == TicketLink.ticket_id)
        .where(TicketLink.kind == LinkKind.CAUSED_BY, TicketLink.other_id.in_(ids), countable(person))
        .group_by(TicketLink.other_id)
    )
    found.tickets = {row[0]: row[1] for row in db.session.execute(counts)}
    return found


def problem_called(reference: str, person: Person) -> Problem | None:
    """The problem of that reference, if somebody may read about it."""
    return db.session.scalars(
        visible_problems(person)
        .where(Ticket.reference == reference)
        .options(contains_eager(Problem.ticket).joinedload(Ticket.assignee))
    ).first()


def caused_by(ticket: Ticket, person: Person) -> Sequence[Ticket]:
    """The tickets that the problem causes, as far as somebody works on them."""
    ids = select(TicketLink.ticket_id).where(
        TicketLink.other_id == ticket.id, TicketLink.kind == LinkKind.CAUSED_BY
    )
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(ids), workable(person))
        .order_by(Ticket.id.desc())
        .limit(200)
        .options(raiseload("*"))
    ).all()


def known_errors(ticket: Ticket, person: Person) -> Sequence[Problem]:
    """The open problems with a workaround that may explain the ticket: it is linked to them, or of their system."""
    linked = Ticket.id.in_(
        select(TicketLink.other_id).where(
            TicketLink.ticket_id == ticket.id, TicketLink.kind == LinkKind.CAUSED_BY
        )
    )
    theirs = select(ticket_systems.c.system_id).where(ticket_systems.c.ticket_id == ticket.id)
    alike = Ticket.id.in_(select(ticket_systems.c.ticket_id).where(ticket_systems.c.system_id.in_(theirs)))
    return db.session.scalars(
        select(Problem)
        .join(Ticket, Ticket.id == Problem.ticket_id)
        .where(STATES[ProblemState.KNOWN], workable(person), Ticket.id != ticket.id, or_(linked, alike))
        .order_by(linked.desc(), Problem.known_since.desc(), Ticket.id.desc())
        .limit(BESIDE)
        .options(contains_eager(Problem.ticket).raiseload("*"))
    ).all()


def problems_for(ticket: Ticket, person: Person) -> Sequence[Any]:
    """The open problems that the ticket may be attached to, those of its systems first: (reference, subject)."""
    theirs = select(ticket_systems.c.system_id).where(ticket_systems.c.ticket_id == ticket.id)
    alike = Ticket.id.in_(select(ticket_systems.c.ticket_id).where(ticket_systems.c.system_id.in_(theirs)))
    return db.session.execute(
        select(Ticket.reference, Ticket.subject)
        .where(Ticket.ticket_type == TicketType.PROBLEM, Ticket.OPEN, workable(person))
        .order_by(alike.desc(), Ticket.id.desc())
        .limit(OFFERED)
    ).all()


@until_changed(Problem)
def _is_any_published() -> bool:
    """On most days there is none, and no page needs to look."""
    return db.session.scalar(select(Problem.ticket_id).where(Problem.PUBLISHED).limit(1)) is not None


def published(council_id: int | None) -> Sequence[str]:
    """What people of a council may read of open problems, the newest first."""
    if not _is_any_published():
        return []
    known = select(Problem.published_words).join(Ticket).where(*_is_published(council_id))
    return db.session.scalars(known.order_by(Problem.published_at.desc()).limit(PUBLISHED)).all()


def published_by_system(council_id: int | None) -> Subquery:
    """SQL: the same by system, to be joined to what else is known of one: (system_id, words, at)."""
    return (
        select(
            ticket_systems.c.system_id,
            Problem.published_words.label("words"),
            Problem.published_at.label("at"),
        )
        .join(Ticket, Ticket.id == Problem.ticket_id)
        .join(ticket_systems, ticket_systems.c.ticket_id == Ticket.id)
        .where(*_is_published(council_id))
        .subquery()
    )


def _is_published(council_id: int | None) -> list[Any]:
    whose = or_(Ticket.scope == Scope.ALL, Ticket.council_id == council_id)
    return [Problem.PUBLISHED, Ticket.OPEN, Ticket.confidential.is_(False), whose]


def _about(system_id: int) -> Select[int]:
    return select(ticket_systems.c.ticket_id).where(ticket_systems.c.system_id == system_id)
