"""Who may see the figures, and of which councils."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, true

from ..people.access import reach
from ..people.models import Person, Role
from .models import SHARED

READERS = (
    Role.MANAGER,
    Role.REPORT_AUTHOR,
    Role.SYSTEMS_LEAD,
    Role.FIGURES_READER,
    Role.ADMINISTRATOR,
)
"""Those who see load. They see counts of every ticket, confidential ones too, and open only those they may."""


def councils_read(person: Person) -> set[int] | None:
    """The councils whose figures somebody may read, with the shared work beside them; None for all."""
    return reach(person, *READERS)


def of_councils(column: ColumnElement[int], councils: Collection[int] | None) -> ColumnElement[bool]:
    """SQL: facts of these councils and of shared work."""
    return true() if councils is None else column.in_({SHARED, *councils})
