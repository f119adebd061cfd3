"""Other tickets as the pages of one ticket show them: only those that whoever looks may work on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)

from ...database import db
from ...errors import Refusal
from ...pages.fields import Found
from ...people.models import Person
from ...statements import put_together
from ..access import workable
from ..models import Status, Ticket
from ..outages.models import OutageReport, OutageTicket
from ..search import finding
from ..search import words as search_words
from .models import LinkKind, MajorIncident, TicketLink

MOST_FOUND = 10
SHOWN = 30
MOST_LINKS = 500
MOST_MERGED = 200
MOST_OPEN = 8


@dataclass(frozen=True)
class Linked:
    """One link as seen from a ticket: what the ticket is to the other one."""

    link_id: int
    words: str
    reference: str
    subject: str
    status: Status
    at: datetime


@dataclass(frozen=True)
class Joined:
    """A ticket merged into another, or the one it is merged into."""

    ticket_id: int
    reference: str
    subject: str
    description: str
    status: Status
    requester: str
    opened_at: datetime


@dataclass(frozen=True)
class Company:
    """The other tickets that the page of a ticket names, as far as somebody may work on them.

    `links` are as many as there is room for, of `how_many`.
    """

    links: Sequence[Linked]
    how_many: int
    open_too: Sequence[Any]
    """What else the requester waits for."""
    splits: Mapping[int, Sequence[str]]
    """By the message (0: what it was raised with), the tickets that were made of it."""
    merged: Sequence[Joined]
    survivor: Joined | None
    is_major: bool
    outages: Mapping[int, bool]
    """The outages it stands for (True) or reports, by their id."""


LINK, SPLIT, OPEN_TOO, MERGED, SURVIVOR, MAJOR = "link", "split", "open too", "merged", "survivor", "major"
OUTAGE, REPORTED = "outage", "reported"


def company_of(ticket: Ticket, person: Person) -> Company:
    """All of them in one statement, asked once for a page however many of its parts show some."""
    kept: dict[tuple[int, int], Company] = g.setdefault("company_of_tickets", {})
    key = ticket.id, person.id
    if key not in kept:
        kept[key] = _company(ticket, person)
    return kept[key]


def _company(ticket: Ticket, person: Person) -> Company:
    given = {"ticket": ticket.id, "requester": ticket.requester_id, "survivor": ticket.merged_into_id}
    rows: dict[str, list[Any]] = {
        OUTAGE: [],
        REPORTED: [],
        LINK: [],
        SPLIT: [],
        OPEN_TOO: [],
        MERGED: [],
        SURVIVOR: [],
        MAJOR: [],
    }
    for row in db.session.execute(_near(person), given):
        rows[row.why].append(row)
    links = [_linked(row) for row in (*rows[LINK], *rows[SPLIT])]
    merged, survivors = ([_as_joined(row) for row in rows[why]] for why in (MERGED, SURVIVOR))
    return Company(
        links,
        sum(rows[why][0].how_many for why in (LINK, SPLIT) if rows[why]),
        rows[OPEN_TOO],
        _by_message(rows[SPLIT]),
        merged,
        survivors[0] if survivors else None,
        bool(rows[MAJOR]),
        {row.id: why == OUTAGE for why in (REPORTED, OUTAGE) for row in rows[why]},
    )


@put_together
def _near(person: Person) -> Select[Any]:
    ticket_id: BindParameter[int] = bindparam("ticket")
    survivor = bindparam("survivor", type_=Ticket.id.type)
    incidents = select(MajorIncident.ticket_id).where(
        MajorIncident.ticket_id == ticket_id, MajorIncident.ended_at.is_(None)
    )
    near = union_all(
        _side(ticket_id, away=True),
        _side(ticket_id, away=False),
        _open_too(ticket_id, person),
        _joined(MERGED, Ticket.merged_into_id == ticket_id),
        _joined(MAJOR, Ticket.id.in_(incidents)),
        _outage(OUTAGE, ticket_id, OutageTicket),
        _outage(REPORTED, ticket_id, OutageReport),
        _joined(SURVIVOR, Ticket.id == survivor),
    ).subquery()
    ranked = (
        select(
            near,
            Ticket.reference,
            Ticket.subject,
            Ticket.status,
            Ticket.opened_at,
            case((near.c.why == MERGED, Ticket.description), else_="").label("description"),
            Person.name.label("requester"),
            func.count().over(partition_by=near.c.why).label("how_many"),
            func.row_number()
            .over(partition_by=near.c.why, order_by=(near.c.kind, near.c.away.desc(), near.c.id.desc()))
            .label("place"),
        )
        .join(Ticket, Ticket.id == near.c.far_id)
        .join(Person, Person.id == Ticket.requester_id)
        .where(workable(person))
        .subquery()
    )
    room = case((ranked.c.why == MERGED, MOST_MERGED), else_=SHOWN)
    return select(ranked).where(ranked.c.place <= room).order_by(ranked.c.place)


def _by_message(rows: Sequence[Any]) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in reversed(rows):
        found[row.message_id or 0].append(row.reference)
    return found


def _as_joined(row: Any) -> Joined:
    return Joined(
        row.far_id, row.reference, row.subject, row.description, row.status, row.requester, row.opened_at
    )


def _joined(why: str, which: ColumnElement[bool]) -> Any:
    """The tickets that are one with this."""
    return select(
        literal(why).label("why"),
        Ticket.id,
        null().cast(TicketLink.kind.type).label("kind"),
        Ticket.opened_at.label("at"),
        Ticket.id.label("far_id"),
        literal(True).label("away"),
        null().cast(TicketLink.message_id.type).label("message_id"),
    ).where(which)


def _outage(why: str, ticket_id: Any, model: type[OutageTicket] | type[OutageReport]) -> Any:
    """The outage that the ticket stands for, or reports."""
    return select(
        literal(why).label("why"),
        model.outage_id.label("id"),
        null().cast(TicketLink.kind.type).label("kind"),
        null().cast(TicketLink.at.type).label("at"),
        model.ticket_id.label("far_id"),
        literal(True).label("away"),
        null().cast(TicketLink.message_id.type).label("message_id"),
    ).where(model.ticket_id == ticket_id)


def links_shown(ticket: Ticket, person: Person, limit: int = MOST_LINKS) -> Sequence[Linked]:
    """The links of a ticket, from its own side. A link to a ticket the person may not work on is not among them."""
    both = union_all(_side(ticket.id, away=True), _side(ticket.id, away=False)).subquery()
    rows = db.session.execute(
        select(both, Ticket.reference, Ticket.subject, Ticket.status)
        .join(Ticket, Ticket.id == both.c.far_id)
        .where(workable(person))
        .order_by(both.c.kind, both.c.away.desc(), both.c.id)
        .limit(limit)
    )
    return [_linked(row) for row in rows]


def _linked(row: Any) -> Linked:
    words = row.kind.value if row.away else row.kind.back
    return Linked(row.id, words, row.reference, row.subject, row.status, row.at)


def _side(ticket_id: Any, *, away: bool) -> Any:
    """The links that lead away from the ticket, or to it."""
    near, far = TicketLink.ticket_id, TicketLink.other_id
    if not away:
        near, far = far, near
    went = literal(LINK) if away else case((TicketLink.kind == LinkKind.SPLIT_FROM, SPLIT), else_=LINK)
    return select(
        went.label("why"),
        TicketLink.id,
        TicketLink.kind,
        TicketLink.at,
        far.label("far_id"),
        literal(away).label("away"),
        TicketLink.message_id,
    ).where(near == ticket_id)


def _open_too(ticket_id: Any, person: Person) -> Any:
    """What else the requester waits for, newest first."""
    newest = (
        select(Ticket.id, Ticket.opened_at)
        .where(Ticket.requester_id == bindparam("requester"), Ticket.OPEN, Ticket.id != ticket_id)
        .where(workable(person))
        .order_by(Ticket.id.desc())
        .limit(MOST_OPEN)
        .subquery()
    )
    return select(
        literal(OPEN_TOO).label("why"),
        newest.c.id,
        null().cast(TicketLink.kind.type).label("kind"),
        newest.c.opened_at.label("at"),
        newest.c.id.label("far_id"),
        literal(True).label("away"),
        null().cast(TicketLink.message_id.type).label("message_id"),
    )


def link_to_remove(ticket: Ticket, link_id: int, person: Person) -> TicketLink:
    """One of the ticket's links, if the person may see it (404 for any other)."""
    far = select(Ticket.id).where(workable(person))
    found: TicketLink = db.one_or_404(
        select(TicketLink).where(
            TicketLink.id == link_id,
            (TicketLink.ticket_id == ticket.id) & TicketLink.other_id.in_(far)
            | (TicketLink.other_id == ticket.id) & TicketLink.ticket_id.in_(far),
        )
    )
    return found


def find_tickets(typed: str, person: Person, but: int = 0) -> list[Found]:
    """The tickets somebody may mean: the one with that reference, or else those that hold the words."""
    mine = select(Ticket.reference, Ticket.subject).where(workable(person), Ticket.id != but)
    name = typed.split(":")[0].strip()
    rows = db.session.execute(
        mine.where((Ticket.reference == name.upper()) | (Ticket.source_reference == name))
    ).all()
    if not rows:
        try:
            wanted = search_words.parse(typed)
        except Refusal:
            return []
        ids = finding.newest(wanted, person)[:MOST_FOUND]
        rows = db.session.execute(mine.where(Ticket.id.in_(ids)).order_by(Ticket.id.desc())).all()
    return [Found(row.reference, f"{row.reference}: {row.subject}") for row in rows]


class NoSuchTicket(Refusal):
    reason = "No ticket that you work on is called {reference}. Check the reference."


def ticket_named(reference: str, person: Person) -> Ticket:
    """The ticket with that reference, if the person works on it; refuses any other."""
    reference = reference.strip().upper()
    found = db.session.scalars(select(Ticket).where(Ticket.reference == reference, workable(person))).first()
    if found is None:
        raise NoSuchTicket(reference=reference)
    return found
