"""Priority from impact and urgency: the matrix, as each council has it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from .. import clock
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..people.models import Council, Person
from ..people.scopes import Scope, scoped_to
from ..unchanged import until_changed
from .events import MatrixChanged
from .models import Matrix

STANDARD = {
    "1,1": 1, "1,2": 2, "1,3": 3,
    "2,1": 2, "2,2": 3, "2,3": 4,
    "3,1": 3, "3,2": 4, "3,3": 5,
}  # fmt: skip
"""What holds until somebody enters a matrix."""

WORDS = {1: "critical", 2: "high", 3: "moderate", 4: "low", 5: "planning"}


class NotInMatrix(Refusal):
    reason = "Impact and urgency are each 1, 2 or 3."


class BadMatrix(Refusal):
    reason = "Give every combination of impact and urgency a priority from 1 to 5."


def priority_for(impact: int, urgency: int, council_id: int | None, at: datetime | None = None) -> int:
    """The priority by the matrix in force: the council's own before the one for all."""
    cell = f"{impact},{urgency}"
    if cell not in STANDARD:
        raise NotInMatrix
    return int(matrix_for(council_id, at)[cell])


def matrix_for(council_id: int | None, at: datetime | None = None) -> dict[str, int]:
    """The cells of the matrix in force for a council (None: for work that is for all)."""
    moment = at or clock.now()
    return next(
        (
            matrix.cells
            for matrix in _matrices()
            if matrix.effective_from <= moment
            and (matrix.scope is Scope.ALL or matrix.council_id == council_id)
        ),
        STANDARD,
    )


@until_changed(Matrix)
def _matrices() -> Sequence[Any]:
    """Every version there was: a council's own before those for all, the latest first."""
    return db.session.execute(
        select(*Matrix.__table__.columns).order_by(
            Matrix.council_id.is_(None), Matrix.effective_from.desc(), Matrix.id.desc()
        )
    ).all()


def set_matrix(
    cells: dict[str, int],
    council: Council | None,
    *,
    by: Person | None,
    starts_at: datetime | None = None,
) -> Matrix:
    """Take a new version of the matrix into force, for a council or for all, now or from a moment to come.

    Tickets there are stay as they are.
    """
    if set(cells) != set(STANDARD) or not all(priority in WORDS for priority in cells.values()):
        raise BadMatrix
    begins = max(starts_at or clock.now(), clock.now())
    old = matrix_for(council.id if council else None, begins)
    matrix = Matrix(cells=dict(cells), effective_from=begins, **scoped_to(council))
    db.session.add(matrix)
    changes: dict[str, list[Any]] = {
        f"impact {cell[0]}, urgency {cell[2]}": [f"P{old[cell]}", f"P{new}"]
        for cell, new in cells.items()
        if old[cell] != new
    }
    changes["holds from"] = [None, begins.isoformat()]
    name = f"Priorities of {council.short_name if council else 'all councils'}"
    announce(MatrixChanged(about=matrix, name=name, by=by, changes=changes))
    return matrix
