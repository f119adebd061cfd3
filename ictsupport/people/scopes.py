"""For one council, or for all: said in a column of its own, never by an empty one."""

import enum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from ..database import words

if TYPE_CHECKING:
    from .models import Council


class Scope(enum.Enum):
    ALL = "all"
    COUNCIL = "council"


SCOPE_RULE = "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)"


def scope_rule() -> CheckConstraint:
    """The constraint every scoped table carries."""
    return CheckConstraint(SCOPE_RULE, name="scope")


class Scoped:
    """A row that is for one council or for all of them ("shared").

    Tables that use this add scope_rule() to their __table_args__.
    """

    scope: Mapped[Scope] = mapped_column(words(Scope, 10))
    council_id: Mapped[int | None] = mapped_column(ForeignKey("council.id"), index=True)

    @declared_attr
    def council(cls) -> Mapped["Council | None"]:
        return relationship(foreign_keys=[cls.council_id])  # type: ignore[list-item]

    @property
    def is_shared(self) -> bool:
        return self.scope is Scope.ALL

    def covers(self, council_id: int | None) -> bool:
        """Whether what this row says holds for the council (None: for all councils together)."""
        return self.scope is Scope.ALL or self.council_id == council_id


def scoped_to(council: "Council | None") -> dict[str, object]:
    """The two columns for a council, or for all when there is none: Ticket(**scoped_to(council))."""
    return {"scope": Scope.COUNCIL, "council": council} if council is not None else {"scope": Scope.ALL}
