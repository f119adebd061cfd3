"""Tickets found by words, on either database, in one statement that also says who may see them.

Rows come ranked: words in the subject count most. A very common word would
have everything ranked, so only its newest matches are, and the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    not_,
    select,
    true,
    union_all,
)

from ...database import db, dialect_name, planned_afresh
from ...people.models import Person
from ...statements import put_together
from ..access import is_desk, own_tickets, workable
from ..models import Ticket
from ..together import settle
from .marking import Hit, marked
from .matching import FTS, PUBLIC, PUBLIC_COLUMNS, VECTOR, fts, fts5_match, said, tsquery, vectors_match
from .models import SearchDoc
from .words import Wanted

RANKED = 2_000
"""How many matches are put in order; of more than these, the newest."""

RECENT = 12_000
"""How many of the newest tickets are looked at first."""

PER_PAGE = 25
COUNTED = 1_000

TITLE_WEIGHT = 8.0

AFTER_MATCHING: ColumnElement[int] = literal_column("+search_fts.rowid", Integer)
"""The id of what matches, for a condition that is to be looked at afterwards.

SQLite would else begin the full-text search anew for each of somebody's
tickets: of 266, for a word in a fifth of 100,000, 14 ms instead of 3.
"""


@dataclass(frozen=True)
class Found:
    """A page of what was found, and how much there is."""

    hits: Sequence[Hit]
    count: int
    ranks_newest_only: bool

    @property
    def counted(self) -> str:
        return f"{COUNTED:,}+" if self.count > COUNTED else f"{self.count:,}"


def find(wanted: Wanted, person: Person, *conditions: ColumnElement[bool], page: int = 1) -> Found:
    """The tickets the person may see that hold what is wanted, best first.

    Notes are searched only where the person may read them: a requester never
    learns from a search what the desk wrote to itself.
    """
    settle()
    best = _best_narrowed(wanted, person, *conditions) if conditions else _best(wanted, person)
    with planned_afresh():  # for rare words and for common ones it goes different ways
        rows = db.session.execute(best, {**said(wanted), "passed_over": (page - 1) * PER_PAGE}).all()
    hits = marked(wanted, [row.id for row in rows if row.notes], notes=True)
    hits |= marked(wanted, [row.id for row in rows if not row.notes], notes=False)
    total = rows[0].total if rows else 0
    return Found([hits[row.id] for row in rows if row.id in hits], total, total >= RANKED)


@put_together
def _best(wanted: Wanted, person: Person) -> Select[Any]:
    return _best_narrowed(wanted, person)


def _best_narrowed(wanted: Wanted, person: Person, *conditions: ColumnElement[bool]) -> Select[Any]:
    """SQL: a page of what is found, and of how many it is one."""
    candidates = _candidates(wanted, person, *conditions).subquery()
    return (
        select(candidates.c.id, candidates.c.notes, func.count().over().label("total"))
        .order_by(candidates.c.rank, candidates.c.id.desc())
        .limit(PER_PAGE)
        .offset(bindparam("passed_over"))
    )


def newest(
    wanted: Wanted, person: Person, *conditions: ColumnElement[bool], most: int | None = None
) -> list[int]:
    """The newest tickets of the desk that hold what is wanted, for lists with an order of their own.

    At most RANKED of them, or fewer if so asked.
    """
    most = RANKED if most is None else most
    settle()
    if dialect_name() == "postgresql":
        found = _newest_by_postgresql(wanted, workable(person), *conditions, most=most)
        with planned_afresh():
            return list(db.session.scalars(found))
    held = select(fts.c.rowid).join(Ticket, Ticket.id == fts.c.rowid)
    held = held.where(fts5_match(wanted), workable(person), *conditions)
    return list(db.session.scalars(held.order_by(fts.c.rowid.desc()).limit(most)))


def own_newest(wanted: Wanted, person: Person, most: int = PER_PAGE) -> list[int]:
    """The newest of what somebody may see as their own, by what is public of it."""
    settle()
    own = _own(person)
    if dialect_name() == "sqlite":
        held = select(fts.c.rowid).where(fts5_match(wanted, within=PUBLIC_COLUMNS), AFTER_MATCHING.in_(own))
        held = held.order_by(fts.c.rowid.desc())
    else:
        held = select(SearchDoc.ticket_id).where(*vectors_match(wanted, notes=False))
        held = held.where(SearchDoc.ticket_id.in_(own)).order_by(SearchDoc.ticket_id.desc())
    return list(db.session.scalars(held.limit(most)))


def narrowing(
    wanted: Wanted, person: Person, *conditions: ColumnElement[bool], few: bool = False
) -> ColumnElement[bool]:
    """SQL: the tickets of the desk that hold what is wanted; with `few` the conditions leave few to look at."""
    if few and dialect_name() == "postgresql":
        return holds(wanted)
    return Ticket.id.in_(newest(wanted, person, *conditions))


def holds(wanted: Wanted) -> ColumnElement[bool]:
    """SQL: whether a ticket holds what is wanted, notes included: ask only together with who may see it."""
    settle()
    if dialect_name() == "sqlite":
        return Ticket.id.in_(select(fts.c.rowid).where(fts5_match(wanted)))
    held = select(VECTOR.op("@@")(tsquery(wanted))).where(SearchDoc.ticket_id == Ticket.id)
    return held.correlate(Ticket).scalar_subquery()


def _own(person: Person) -> Select[int]:
    """SQL: the tickets of which the person may read what is public, and no more."""
    return own_tickets(person).where(not_(workable(person))).with_only_columns(Ticket.id)


def _candidates(wanted: Wanted, person: Person, *conditions: ColumnElement[bool]) -> Any:
    """At most RANKED tickets of the desk, ranked by all their words; then one's own by their public words, newest first."""
    sqlite = dialect_name() == "sqlite"
    own = _own(person).where(*conditions)
    branches = [_own_by_sqlite(wanted, own) if sqlite else _own_by_postgresql(wanted, own)]
    if is_desk(person):
        ranked = _ranked_by_sqlite if sqlite else _ranked_by_postgresql
        branches.append(ranked(wanted, workable(person), *conditions))
    return union_all(*(select(branch.subquery()) for branch in branches))


# SQLite: a full-text table beside the documents.


def _ranked_by_sqlite(wanted: Wanted, *conditions: ColumnElement[bool]) -> Any:
    return (
        select(
            fts.c.rowid.label("id"),
            func.bm25(FTS, TITLE_WEIGHT, 1.0, 1.0).label("rank"),
            true().label("notes"),
        )
        .join(Ticket, Ticket.id == fts.c.rowid)
        .where(fts5_match(wanted), *conditions)
        .order_by(fts.c.rowid.desc())
        .limit(RANKED)
    )


def _own_by_sqlite(wanted: Wanted, own: Select[int]) -> Any:
    """Not weighed: bm25 would count the whole index again for each. Subjects come first."""
    mine = AFTER_MATCHING.in_(own)
    in_title = fts.c.rowid.in_(select(fts.c.rowid).where(fts5_match(wanted, within="title"), mine))
    return (
        select(
            fts.c.rowid.label("id"), case((in_title, -1.0), else_=0.0).label("rank"), false().label("notes")
        )
        .where(fts5_match(wanted, within=PUBLIC_COLUMNS), mine)
        .order_by(fts.c.rowid.desc())
        .limit(RANKED)
    )


# PostgreSQL: a text vector on the documents.


def _ranked_by_postgresql(wanted: Wanted, *conditions: ColumnElement[bool]) -> Any:
    newest = _newest_by_postgresql(wanted, *conditions).subquery()
    rank = -func.ts_rank(VECTOR, tsquery(wanted), 1)
    return select(newest.c.id, rank.label("rank"), true().label("notes")).join(
        SearchDoc, SearchDoc.ticket_id == newest.c.id
    )


def _newest_by_postgresql(
    wanted: Wanted, *conditions: ColumnElement[bool], most: int | None = None
) -> Select[int]:
    """SQL: ids, newest first. The index knows no order, so it is first asked for the newest documents alone.

    Where those hold enough, none of the older ones is read; a common word would else have all of its documents read.
    """
    most = RANKED if most is None else most
    oldest = select(func.max(SearchDoc.ticket_id) - RECENT).scalar_subquery()
    near = _permitted(wanted, SearchDoc.ticket_id > oldest, *conditions, most=most).cte("near")
    enough = select(func.count()).select_from(near).scalar_subquery() >= most
    far = _permitted(wanted, not_(enough), *conditions, most=most).subquery("far")
    both = union_all(select(near.c.id).where(enough), select(far.c.id)).subquery()
    return select(both.c.id).order_by(both.c.id.desc()).limit(most)


def _permitted(
    wanted: Wanted, where: ColumnElement[bool], *conditions: ColumnElement[bool], most: int
) -> Select[int]:
    """SQL: the newest documents that hold what is wanted and whose tickets pass, each ticket looked up by its id."""
    apart: ColumnElement[Any] = literal_column("0")  # an offset keeps the planner from joining otherwise
    held = select(SearchDoc.ticket_id.label("id")).where(*vectors_match(wanted, notes=True), where)
    found = held.order_by(SearchDoc.ticket_id.desc()).offset(apart).subquery()
    passes = select(literal(1)).where(Ticket.id == found.c.id, *conditions).offset(apart).lateral()
    return select(found.c.id).join(passes, true()).order_by(found.c.id.desc()).limit(most)


def _own_by_postgresql(wanted: Wanted, own: Select[int]) -> Any:
    rank = -func.ts_rank(PUBLIC, tsquery(wanted), 1)
    return (
        select(SearchDoc.ticket_id.label("id"), rank.label("rank"), false().label("notes"))
        .where(*vectors_match(wanted, notes=False), SearchDoc.ticket_id.in_(own))
        .order_by(SearchDoc.ticket_id.desc())
        .limit(RANKED)
    )
