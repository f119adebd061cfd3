"""What was found, with its words marked: safe to show, whatever was written there."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, bindparam, func, select

from ...database import db, dialect_name
from ...statements import put_together
from .matching import ENGLISH, FTS, PUBLIC_COLUMNS, fts, fts5_match, said, tsquery
from .models import SearchDoc
from .words import Wanted, folded, readable

START, STOP = "\x02", "\x03"
"""Mark what was found until the text has been escaped; indexable text never holds them."""

_MARKED = re.compile("<mark>(.*?)</mark>")
SNIPPET_WORDS = 24
LONGEST_MARKED = 20_000


@dataclass(frozen=True)
class Hit:
    """A ticket that was found, with the words marked."""

    ticket_id: int
    title: Markup
    snippet: Markup
    from_notes: bool


def marked(wanted: Wanted, ids: Sequence[int], *, notes: bool) -> dict[int, Hit]:
    """The tickets with what was found in them marked; of their notes only if asked."""
    if not ids:
        return {}
    statement = _marked_by_sqlite if dialect_name() == "sqlite" else _marked_by_postgresql
    return {
        row.id: _hit(row.id, row.title, row.public, row.internal if notes else "")
        for row in db.session.execute(statement(wanted, notes), {**said(wanted), "ids": ids})
    }


def _hit(ticket_id: int, title: str, public: str, internal: str) -> Hit:
    from_notes = START not in public and START in internal
    return Hit(ticket_id, mark(title), mark(internal if from_notes else public), from_notes)


def mark(text: str) -> Markup:
    """The text escaped, with what was found between <mark> and </mark>."""
    safe = str(escape(readable(text)))
    return Markup(safe.replace(START, "<mark>").replace(STOP, "</mark>"))  # noqa: S704  (escaped above)


def words_marked(hits: Sequence[Hit], most: int = 3) -> list[str]:
    """The words that were found, as they stand in the tickets, the most frequent first."""
    marked = (word for hit in hits for word in _MARKED.findall(f"{hit.title} {hit.snippet}"))
    return [word for word, _ in Counter(map(folded, marked)).most_common(most)]


@put_together
def _marked_by_sqlite(wanted: Wanted, notes: bool) -> Any:
    def snippet(column_number: int) -> ColumnElement[Any]:
        return func.snippet(FTS, column_number, START, STOP, "…", SNIPPET_WORDS)

    return select(
        fts.c.rowid.label("id"),
        func.highlight(FTS, 0, START, STOP).label("title"),
        snippet(1).label("public"),
        snippet(2).label("internal"),
    ).where(
        fts5_match(wanted, within="" if notes else PUBLIC_COLUMNS),
        fts.c.rowid.in_(bindparam("ids", expanding=True)),
    )


@put_together
def _marked_by_postgresql(wanted: Wanted, _notes: bool) -> Any:
    query = tsquery(wanted)
    marks = f'StartSel="{START}", StopSel="{STOP}"'
    short = f"{marks}, MinWords={SNIPPET_WORDS // 2}, MaxWords={SNIPPET_WORDS}, MaxFragments=1"

    def headline(text: Any, options: str) -> ColumnElement[Any]:
        return func.ts_headline(ENGLISH, func.substr(text, 1, LONGEST_MARKED), query, options)

    return select(
        SearchDoc.ticket_id.label("id"),
        headline(SearchDoc.title, f"{marks}, HighlightAll=true").label("title"),
        headline(SearchDoc.public, short).label("public"),
        headline(SearchDoc.internal, short).label("internal"),
    ).where(SearchDoc.ticket_id.in_(bindparam("ids", expanding=True)))
