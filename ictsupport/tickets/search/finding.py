"""Tickets found by words, on either database, in one statement that also says who may see them.

Rows come ranked: words in the subject count most. A very common word would
have everything ranked, so only its newest matches are, and the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    column,
    false,
    func,
    literal,
    literal_column,
    not_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from ...database import db, dialect_name
from ...people.models import Person
from ..access import is_desk, own_tickets, workable
from ..models import Ticket
from .models import SearchDoc
from .words import Term, Wanted, readable

RANKED = 2_000
"""How many matches are put in order; of more than these, the newest."""

PER_PAGE = 25
COUNTED = 1_000

START, STOP = "\x02", "\x03"
"""Mark what was found until the text has been escaped; indexable text never holds them."""

TITLE_WEIGHT = 8.0
SNIPPET_WORDS = 24
LONGEST_MARKED = 20_000

fts = table("search_fts", column("rowid"))
FTS: ColumnElement[Any] = literal_column("search_fts")
VECTOR: ColumnElement[Any] = literal_column("search_doc.search_fts_words", TSVECTOR)
PUBLIC: ColumnElement[Any] = literal_column("ts_filter(search_doc.search_fts_words, '{a,b}')", TSVECTOR)
ENGLISH: ColumnElement[Any] = literal_column(
    "'english'::regconfig"
)  # a constant, so that queries are read once


@dataclass(frozen=True)
class Hit:
    """A ticket that was found, with the words marked."""

    ticket_id: int
    title: Markup
    snippet: Markup
    from_notes: bool


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
    candidates = _candidates(wanted, person, *conditions).subquery()
    rows = db.session.execute(
        select(candidates.c.id, candidates.c.notes, func.count().over().label("total"))
        .order_by(candidates.c.rank, candidates.c.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    marked = _marked(wanted, [row.id for row in rows if row.notes], notes=True)
    marked |= _marked(wanted, [row.id for row in rows if not row.notes], notes=False)
    total = rows[0].total if rows else 0
    return Found([marked[row.id] for row in rows if row.id in marked], total, total >= RANKED)


def newest(wanted: Wanted, person: Person, *conditions: ColumnElement[bool]) -> list[int]:
    """The newest tickets of the desk that hold what is wanted, at most RANKED: for lists with an order of their own."""
    sqlite = dialect_name() == "sqlite"
    found = holding(wanted)
    found = found.join(Ticket, Ticket.id == (fts.c.rowid if sqlite else SearchDoc.ticket_id))
    found = found.where(workable(person), *conditions)
    newest_first = fts.c.rowid.desc() if sqlite else SearchDoc.ticket_id.desc()
    return list(db.session.scalars(found.order_by(newest_first).limit(RANKED)))


def holding(wanted: Wanted) -> Select[int]:
    """SQL: the ids of all tickets that hold what is wanted, notes included: ask only together with who may see them."""
    if dialect_name() == "sqlite":
        return select(fts.c.rowid).where(_fts5_match(wanted, notes=True))
    return select(SearchDoc.ticket_id).where(*_vectors_match(wanted, notes=True))


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


# SQLite: an external-content FTS5 table beside the documents.


def _ranked_by_sqlite(wanted: Wanted, *conditions: ColumnElement[bool]) -> Any:
    return (
        select(
            fts.c.rowid.label("id"),
            func.bm25(FTS, TITLE_WEIGHT, 1.0, 1.0).label("rank"),
            true().label("notes"),
        )
        .join(Ticket, Ticket.id == fts.c.rowid)
        .where(_fts5_match(wanted, notes=True), *conditions)
        .order_by(fts.c.rowid.desc())
        .limit(RANKED)
    )


def _own_by_sqlite(wanted: Wanted, own: Select[int]) -> Any:
    """Looked up ticket by ticket, so not ranked: bm25 would count the whole index again for each."""
    return (
        select(fts.c.rowid.label("id"), literal(0.0).label("rank"), false().label("notes"))
        .where(_fts5_match(wanted, notes=False), fts.c.rowid.in_(own))
        .order_by(fts.c.rowid.desc())
        .limit(RANKED)
    )


def _fts5_match(wanted: Wanted, notes: bool) -> ColumnElement[bool]:
    """An FTS5 expression. Terms are letters and digits in quotes, so nothing typed can become syntax."""
    expression = " AND ".join(_fts5(term) for term in wanted.terms)
    if wanted.without:
        expression = f"({expression}) NOT ({' OR '.join(_fts5(term) for term in wanted.without)})"
    columns = "" if notes else "{title public} : "
    return FTS.op("MATCH")(bindparam(None, f"{columns}({expression})", Text))


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")


# PostgreSQL: a text vector on the documents, in which what is public is weighted A and B, the rest C.


def _ranked_by_postgresql(wanted: Wanted, *conditions: ColumnElement[bool]) -> Any:
    newest = (
        select(SearchDoc.ticket_id, VECTOR.label("words"))
        .join(Ticket, Ticket.id == SearchDoc.ticket_id)
        .where(*_vectors_match(wanted, notes=True), *conditions)
        .order_by(SearchDoc.ticket_id.desc())
        .limit(RANKED)
        .subquery()
    )
    rank = -func.ts_rank(newest.c.words, _tsquery(wanted), 1)
    return select(newest.c.ticket_id.label("id"), rank.label("rank"), true().label("notes"))


def _own_by_postgresql(wanted: Wanted, own: Select[int]) -> Any:
    return (
        select(SearchDoc.ticket_id.label("id"), literal(0.0).label("rank"), false().label("notes"))
        .where(*_vectors_match(wanted, notes=False), SearchDoc.ticket_id.in_(own))
        .order_by(SearchDoc.ticket_id.desc())
        .limit(RANKED)
    )


def _vectors_match(wanted: Wanted, notes: bool) -> list[ColumnElement[bool]]:
    """The index finds by all words; where only the public ones count, those are then looked at alone."""
    if notes:
        return [VECTOR.op("@@")(_tsquery(wanted))]
    return [VECTOR.op("@@")(_tsquery(Wanted(wanted.terms))), PUBLIC.op("@@")(_tsquery(wanted))]


def _tsquery(wanted: Wanted) -> ColumnElement[Any]:
    query = _tsquery_of(wanted.terms[0])
    for term in wanted.terms[1:]:
        query = query.op("&&")(_tsquery_of(term))
    for term in wanted.without:
        query = query.op("&&")(func.tsquery_not(_tsquery_of(term)))
    return query


def _tsquery_of(term: Term) -> ColumnElement[Any]:
    """The words as PostgreSQL stems them; what begins with a prefix needs its own function."""
    if term.prefix:
        begins = [func.to_tsquery(ENGLISH, f"{term.words[-1]}:*")]
        if term.words[:-1]:
            begins.insert(0, func.phraseto_tsquery(ENGLISH, " ".join(term.words[:-1])))
        return func.tsquery_phrase(*begins) if len(begins) > 1 else begins[0]
    return func.phraseto_tsquery(ENGLISH, " ".join(term.words))


# What is shown of a find.


def _marked(wanted: Wanted, ids: Sequence[int], *, notes: bool) -> dict[int, Hit]:
    if not ids:
        return {}
    statement = _marked_by_sqlite if dialect_name() == "sqlite" else _marked_by_postgresql
    return {
        row.id: _hit(row.id, row.title, row.public, row.internal if notes else "")
        for row in db.session.execute(statement(wanted, ids, notes))
    }


def _hit(ticket_id: int, title: str, public: str, internal: str) -> Hit:
    from_notes = START not in public and START in internal
    return Hit(ticket_id, mark(title), mark(internal if from_notes else public), from_notes)


def mark(text: str) -> Markup:
    """The text escaped, with what was found between <mark> and </mark>."""
    safe = str(escape(readable(text)))
    return Markup(safe.replace(START, "<mark>").replace(STOP, "</mark>"))  # noqa: S704  (escaped above)


def _marked_by_sqlite(wanted: Wanted, ids: Sequence[int], notes: bool) -> Any:
    def snippet(column_number: int) -> ColumnElement[Any]:
        return func.snippet(FTS, column_number, START, STOP, "…", SNIPPET_WORDS)

    return select(
        fts.c.rowid.label("id"),
        func.highlight(FTS, 0, START, STOP).label("title"),
        snippet(1).label("public"),
        snippet(2).label("internal"),
    ).where(_fts5_match(wanted, notes), fts.c.rowid.in_(ids))


def _marked_by_postgresql(wanted: Wanted, ids: Sequence[int], _notes: bool) -> Any:
    query = _tsquery(wanted)
    marks = f'StartSel="{START}", StopSel="{STOP}"'
    short = f"{marks}, MinWords={SNIPPET_WORDS // 2}, MaxWords={SNIPPET_WORDS}, MaxFragments=1"

    def headline(text: Any, options: str) -> ColumnElement[Any]:
        return func.ts_headline(ENGLISH, func.substr(text, 1, LONGEST_MARKED), query, options)

    return select(
        SearchDoc.ticket_id.label("id"),
        headline(SearchDoc.title, f"{marks}, HighlightAll=true").label("title"),
        headline(SearchDoc.public, short).label("public"),
        headline(SearchDoc.internal, short).label("internal"),
    ).where(SearchDoc.ticket_id.in_(ids))
