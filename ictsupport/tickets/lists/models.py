"""What people of the desk keep of their lists: views saved under a name, and how they like lists to look."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model
from ...people.models import Person
from ..models import Queue


class SavedView(Model):
    """A list somebody comes back to: filters and order as an address holds them, and columns.

    With a queue it is shared: its people see it as well.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(Text)
    columns: Mapped[list[Any]] = mapped_column(default=list)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[Person] = relationship()
    queue: Mapped[Queue | None] = relationship()

    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    @property
    def key(self) -> str:
        """What an address calls it."""
        return key_of(self.id)


class ListPreference(Model):
    """How somebody likes lists: columns by view (under "" for all others), small rows, and the view to begin with."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    compact: Mapped[bool] = mapped_column(default=False)
    first_view: Mapped[str] = mapped_column(String(30), default="")


class BulkRun(Model):
    """One act upon many tickets: what was asked, of which tickets as they were seen, and what became of each.

    `chosen` holds [ticket's id, its version as seen] each, `fields` what was
    typed, `outcomes` [ticket's id, "changed", "same" or "refused", why].
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(30))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    fields: Mapped[dict[str, Any]]
    chosen: Mapped[list[Any]]
    outcomes: Mapped[list[Any]] = mapped_column(default=list)
    came_from: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime | None]
    by: Mapped[Person] = relationship()


def key_of(view_id: int) -> str:
    return f"saved-{view_id}"
