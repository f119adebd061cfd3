"""What comparing the tables with the models has to know of our own types, and of tables made by hand."""

from typing import Any

import sqlalchemy as sa

from .database import UTCDateTime

SEARCH = "search_fts"
"""SQLite's full-text table with its shadow tables, and PostgreSQL's text vectors with their indexes, are made by
hand, not by models: they differ."""


def include_object(_thing: Any, name: str | None, _kind: str, _reflected: bool, _other: Any) -> bool:
    return not (name or "").startswith(SEARCH)


def render_item(kind: str, thing: Any, _autogen: Any) -> str | bool:
    """Write our own column types as what they are in the database, so that migrations stand alone."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, sa.Enum):
        return f"sa.String({thing.length})"
    if kind == "type" and isinstance(thing, sa.JSON):
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


def compare_type(_context: Any, _column: Any, _meta: Any, inspected: Any, wanted: Any) -> bool | None:
    if isinstance(wanted, UTCDateTime):
        return not isinstance(inspected, sa.DateTime)
    if isinstance(wanted, sa.Enum):
        return not (isinstance(inspected, sa.String) and inspected.length == wanted.length)
    return None
