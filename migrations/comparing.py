"""What autogenerate must know of our types and of tables made by hand."""

from typing import Any

import sqlalchemy as sa

from ictsupport.database import UTCDateTime

SEARCH_TABLES = ("search_fts", "search_trigram")
"""SQLite's full-text tables and the shadow tables behind them are made by hand, not by models."""


def include_object(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (kind == "table" and (name or "").startswith(SEARCH_TABLES))


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
