"""Whether the service can do its work. Packages above add what only they can judge.

@health.check("mail")
def flows():
    return "ok" or what is wrong, in words
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from .. import clock, jobs, schema
from ..database import db

OVERDUE = timedelta(minutes=10)
NOT_ASKED = "not asked"

Ask = Callable[[], str]
_checks: dict[str, Ask] = {}


def check(name: str) -> Callable[[Ask], Ask]:
    """Have the function asked whether its part is well: "ok", or what is wrong."""

    def register(ask: Ask) -> Ask:
        _checks[name] = ask
        return ask

    return register


def findings() -> dict[str, str]:
    """How each part is; what needs a database that answers, with the right tables, is asked only then."""
    found = dict(zip(("database", "migrations"), standing(), strict=True))
    for name, ask in {"background work": _work, **_checks}.items():
        found[name] = ask() if found["migrations"] == "ok" else NOT_ASKED
    return found


def standing() -> tuple[str, str]:
    """How the database is, and its tables: "ok", or what is wrong."""
    answers = _database()
    return answers, _migrations() if answers == "ok" else NOT_ASKED


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return "does not answer"
    return "ok"


def _migrations() -> str:
    """Whether the tables are those this version of the program expects."""
    try:
        stands = set(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError:
        db.session.rollback()
        return "the database has no tables yet"
    return "ok" if stands == {schema.newest()} else "the database is of another version"


def _work() -> str:
    """Whether jobs are done about when they are due."""
    oldest = db.session.scalar(
        select(func.min(jobs.Job.run_at)).where(jobs.Job.done_at.is_(None), jobs.Job.failed_at.is_(None))
    )
    if oldest is None or clock.now() - oldest < OVERDUE:
        return "ok"
    return "work has been waiting since " + oldest.strftime("%Y-%m-%dT%H:%M:%SZ")
