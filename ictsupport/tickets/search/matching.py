"""What is looked for, in the words of each database's full-text index.

SQLite keeps an external-content FTS5 table beside the documents; PostgreSQL a
text vector on them, in which what is public is weighted A and B, the rest C.
"""

from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, column, func, literal_column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

from .words import Term, Wanted

PUBLIC_COLUMNS = "title public"
fts = table("search_fts", column("rowid"))
FTS: ColumnElement[Any] = literal_column("search_fts")
VECTOR: ColumnElement[Any] = literal_column("search_doc.search_fts_words", TSVECTOR)
PUBLIC: ColumnElement[Any] = literal_column("ts_filter(search_doc.search_fts_words, '{a,b}')", TSVECTOR)
ENGLISH: ColumnElement[Any] = literal_column(
    "'english'::regconfig"
)  # a constant, so that queries are read once


def fts5_match(wanted: Wanted, within: str = "") -> ColumnElement[bool]:
    """An FTS5 expression, in all columns or within some. Terms are letters and digits in quotes, so nothing typed can become syntax."""
    expression = " AND ".join(_fts5(term) for term in wanted.terms)
    if wanted.without:
        expression = f"({expression}) NOT ({' OR '.join(_fts5(term) for term in wanted.without)})"
    columns = f"{{{within}}} : " if within else ""
    return FTS.op("MATCH")(bindparam(None, f"{columns}({expression})", Text))


def _fts5(term: Term) -> str:
    typed = _quoted(*term.words) + ("*" if term.prefix else "")
    either = [typed, *map(_quoted, term.instead)]
    return f"({' OR '.join(either)})" if term.instead else typed


def _quoted(*words: str) -> str:
    return '"' + " ".join(words) + '"'


def vectors_match(wanted: Wanted, notes: bool) -> list[ColumnElement[bool]]:
    """The index finds by all words; where only the public ones count, those are then looked at alone."""
    if notes:
        return [VECTOR.op("@@")(tsquery(wanted))]
    return [VECTOR.op("@@")(tsquery(Wanted(wanted.terms))), PUBLIC.op("@@")(tsquery(wanted))]


def tsquery(wanted: Wanted) -> ColumnElement[Any]:
    query = _tsquery_of(wanted.terms[0])
    for term in wanted.terms[1:]:
        query = query.op("&&")(_tsquery_of(term))
    for term in wanted.without:
        query = query.op("&&")(func.tsquery_not(_tsquery_of(term)))
    return query


def _tsquery_of(term: Term) -> ColumnElement[Any]:
    query = _as_typed(term)
    for word in term.instead:
        query = query.op("||")(func.phraseto_tsquery(ENGLISH, word))
    return query.self_group() if term.instead else query


def _as_typed(term: Term) -> ColumnElement[Any]:
    """The words as PostgreSQL stems them; what begins with a prefix needs its own function."""
    if term.prefix:
        begins = [func.to_tsquery(ENGLISH, f"{term.words[-1]}:*")]
        if term.words[:-1]:
            begins.insert(0, func.phraseto_tsquery(ENGLISH, " ".join(term.words[:-1])))
        return func.tsquery_phrase(*begins) if len(begins) > 1 else begins[0]
    return func.phraseto_tsquery(ENGLISH, " ".join(term.words))
