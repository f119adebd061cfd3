"""Tasks of tickets, and checklists from which they are made."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ...people.models import Person
from ..models import Ticket


class Task(Model):
    """One thing to do on a ticket. `needed` ones stand in the way of resolving it until they are done.

    Those `for_managers` stand with every helpdesk manager who may open the
    ticket until one of them takes it, and whether or not the ticket is closed.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    place: Mapped[int]
    what: Mapped[str] = mapped_column(String(200))
    needed: Mapped[bool] = mapped_column(default=False)
    for_managers: Mapped[bool] = mapped_column(default=False, server_default=false())
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    ticket: Mapped[Ticket] = relationship(back_populates="tasks")
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id])

    OPEN = text("done_at IS NULL")
    __table_args__ = (
        CheckConstraint("done_by_id IS NULL OR done_at IS NOT NULL", name="done"),
        Index("ix_task_ticket_id_place", "ticket_id", "place"),
        Index("ix_task_open", "assignee_id", "due_on", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class Checklist(Model):
    """Tasks that belong together, by a name: `items` says of each what is to be done, and whether it is needed."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    items: Mapped[list[Any]]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
