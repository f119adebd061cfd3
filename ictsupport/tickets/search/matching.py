"""What is looked for, in the words of each database's full-text index.

SQLite keeps an external-content FTS5 table beside the documents; PostgreSQL a
text vector on them, in which what is public is weighted A and B, the rest C.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, column, func, literal_column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

from ...database import dialect_name
from ...statements import shape_of
from .words import Term, Wanted

PUBLIC_COLUMNS = "title public"
fts = table("search_fts", column("rowid"))
FTS: ColumnElement[Any] = literal_column("search_fts")
VECTOR: ColumnElement[Any] = literal_column("search_doc.search_fts_words", TSVECTOR)
PUBLIC: ColumnElement[Any] = literal_column("ts_filter(search_doc.search_fts_words, '{a,b}')", TSVECTOR)
ENGLISH: ColumnElement[Any] = literal_column(
    "'english'::regconfig"
)  # a constant, so that queries are read once


def said(wanted: Wanted) -> dict[str, str]:
    """What was typed, as the parameters of statements about it: one that is kept is asked with the next one's words."""
    if dialect_name() == "sqlite":
        return {_parameter(within): _expression(wanted, within) for within in ("", PUBLIC_COLUMNS, "title")}
    return {name: words for term_name, term in _named(wanted) for name, words in _said(term_name, term)}


@shape_of.register
def _shape(wanted: Wanted) -> Hashable:
    """All of it but the words."""
    return tuple((name, *(key for key, _ in _said(name, term)), term.prefix) for name, term in _named(wanted))


def fts5_match(wanted: Wanted, within: str = "") -> ColumnElement[bool]:
    """An FTS5 expression, in all columns or within some. Terms are letters and digits in quotes, so nothing typed can become syntax."""
    return FTS.op("MATCH")(bindparam(_parameter(within), _expression(wanted, within), Text))


def _parameter(within: str) -> str:
    return "_".join(("match", *within.split()))


def _expression(wanted: Wanted, within: str) -> str:
    expression = " AND ".join(_fts5(term) for term in wanted.terms)
    if wanted.without:
        expression = f"({expression}) NOT ({' OR '.join(_fts5(term) for term in wanted.without)})"
    columns = f"{{{within}}} : " if within else ""
    return f"{columns}({expression})"


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
    first, *others = [_tsquery_of(name, term) for name, term in _named(wanted)]
    for query in others:
        first = first.op("&&")(query)
    return first


def _named(wanted: Wanted) -> Iterator[tuple[str, Term]]:
    """Each term with the name of its parameters."""
    for n, term in enumerate(wanted.terms):
        yield f"term_{n}", term
    for n, term in enumerate(wanted.without):
        yield f"without_{n}", term


def _said(name: str, term: Term) -> Iterator[tuple[str, str]]:
    """The parameters of a term: its words; how the last of them begins; what will do instead."""
    whole = term.words[:-1] if term.prefix else term.words
    if whole:
        yield name, " ".join(whole)
    if term.prefix:
        yield f"{name}_begins", f"{term.words[-1]}:*"
    for n, word in enumerate(term.instead):
        yield f"{name}_instead_{n}", word


def _tsquery_of(name: str, term: Term) -> ColumnElement[Any]:
    """The words as PostgreSQL stems them; what begins with a prefix needs its own function."""
    lexemes = {key: _lexemes(key, words) for key, words in _said(name, term)}
    typed = [lexemes.pop(key) for key in (name, f"{name}_begins") if key in lexemes]
    query = func.tsquery_phrase(*typed) if len(typed) > 1 else typed[0]
    for instead in lexemes.values():
        query = query.op("||")(instead)
    query = query.self_group() if term.instead else query
    return func.tsquery_not(query) if term.excluded else query


def _lexemes(name: str, words: str) -> ColumnElement[Any]:
    read = func.to_tsquery if name.endswith("_begins") else func.phraseto_tsquery
    return read(ENGLISH, bindparam(name, words, Text))
