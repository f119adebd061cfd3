"""Tickets that read alike, for an agent beside a ticket.

The words of a subject that are in few tickets tell most. They are looked for
first; only where all of its words are common must a ticket hold all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, literal_column, select

from ...database import db, dialect_name
from ...people.models import Person
from ..access import workable
from ..models import Ticket
from ..parts import beside
from . import spelling
from .finding import TITLE_WEIGHT
from .matching import ENGLISH, FTS, VECTOR, fts
from .models import SearchDoc, Spelling

SHOWN = 5
MOST_WORDS = 8
USUAL = 1_000
"""Words are looked for, the rarest first, while they are in no more tickets than this together."""

LOOKED_AT = 200


@dataclass(frozen=True)
class Alike:
    """Tickets that read like this one, the likest first."""

    tickets: Sequence[Any]
    template: str = "tickets/similar.html"


@beside
def similar_tickets(ticket: Ticket, person: Person) -> Alike | None:
    """What is like the ticket among those the person works, and how it was resolved."""
    found = alike(ticket, person)
    return Alike(found) if found else None


def alike(ticket: Ticket, person: Person) -> Sequence[Any]:
    """The tickets most like this one among those the person may work on; not those merged into it."""
    words = sorted(spelling.vocabulary(ticket.subject))[:MOST_WORDS]
    if not words:
        return []
    find = _like_by_sqlite if dialect_name() == "sqlite" else _like_by_postgresql
    other = and_(Ticket.id != ticket.id, func.coalesce(Ticket.merged_into_id, 0) != ticket.id)
    near = find(words, other, workable(person)).subquery()
    return db.session.execute(
        select(Ticket.reference, Ticket.subject, Ticket.status, Ticket.resolution, Ticket.resolution_notes)
        .join(near, near.c.id == Ticket.id)
        .order_by(near.c.rank, Ticket.id.desc())
        .limit(SHOWN)
    ).all()


def _expression(words: Sequence[str], either: str, every: str, quote: str) -> Any:
    """SQL: the expression for the full-text index, from those of the words that are rare, or else from all of them."""
    known = (
        select(Spelling.word, func.max(Spelling.tickets).label("tickets"))
        .where(Spelling.key.in_(words), Spelling.key == Spelling.word)
        .group_by(Spelling.word)
        .subquery()
    )
    so_far = func.sum(known.c.tickets).over(order_by=(known.c.tickets, known.c.word))
    rarest = select(known.c.word, so_far.label("so_far")).subquery()
    join = func.group_concat if dialect_name() == "sqlite" else func.string_agg
    quoted = literal(quote) + rarest.c.word + literal(quote)
    rare = select(join(quoted, either)).where(rarest.c.so_far <= USUAL).scalar_subquery()
    return func.coalesce(rare, every.join(f"{quote}{word}{quote}" for word in words))


def _like_by_sqlite(words: Sequence[str], *conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(fts.c.rowid.label("id"), func.bm25(FTS, TITLE_WEIGHT, 1.0, 1.0).label("rank"))
        .join(Ticket, Ticket.id == fts.c.rowid)
        .where(FTS.op("MATCH")(_expression(words, " OR ", " AND ", '"')), *conditions)
        .order_by(fts.c.rowid.desc())
        .limit(LOOKED_AT)
    )


def _like_by_postgresql(words: Sequence[str], *conditions: ColumnElement[bool]) -> Select[Any]:
    query = select(func.to_tsquery(ENGLISH, _expression(words, " | ", " & ", ""))).scalar_subquery()
    newest = (
        select(SearchDoc.ticket_id, VECTOR.label("words"))
        .join(Ticket, Ticket.id == SearchDoc.ticket_id)
        .where(VECTOR.op("@@")(query), *conditions)
        .order_by(SearchDoc.ticket_id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    rank = -func.ts_rank(newest.c.words, query, literal_column("1"))
    return select(newest.c.ticket_id.label("id"), rank.label("rank"))
