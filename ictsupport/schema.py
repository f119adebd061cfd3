"""The tables of this version of the program: making them, and what comparing them with the models has to know.

What changes tables is loaded only where they are changed: it is a tenth of what
a server would hold in memory, and it never changes any.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app

from .config import bundled
from .database import UTCDateTime, db

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


def upgrade(revision: str = "head") -> None:
    """Bring the tables up to the revision."""
    _migrations().upgrade(revision=revision)


def downgrade(revision: str) -> None:
    """Take the tables back to the revision."""
    _migrations().downgrade(revision=revision)


def tell_current() -> None:
    """Print at which revision the tables are."""
    _migrations().current(verbose=False)


@lru_cache
def newest() -> str:
    """The revision that this version of the program needs. Migrations are numbered."""
    return max(path.name for path in (bundled("migrations") / "versions").glob("[0-9]*.py")).partition("_")[0]


def _migrations() -> Any:
    import flask_migrate

    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, db, directory=str(bundled("migrations")), render_as_batch=True)
    return flask_migrate
