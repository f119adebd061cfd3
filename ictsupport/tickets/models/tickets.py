"""The ticket, how it stood, and which others it stands for."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import FAR_FUTURE, Model, words
from ...devices.models import Device
from ...people.models import Person, RequesterKind
from ...people.scopes import Scoped, scope_rule
from ...systems.models import System
from .kinds import Channel, ClockKind, ContactBy, HoldReason, Resolution, Status, TicketType
from .queues import Queue

if TYPE_CHECKING:
    from ..by_email.models import Mailed
    from ..desk.models import Tag
    from ..targets.models import Clock
    from ..tasks.models import Task
    from .messages import Attachment, Message


ticket_systems = Table(
    "ticket_system",
    Model.metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("system_id", ForeignKey("system.id"), primary_key=True),
    Index("ix_ticket_system_system_id_ticket_id", "system_id", "ticket_id"),
)

ticket_watchers = Table(
    "ticket_watcher",
    Model.metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)

ticket_affected = Table(
    "ticket_affected",
    Model.metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)


OPEN_LISTS = {
    "opened": ("opened_at", "id"),
    "updated": ("updated_at", "id"),
    "priority": ("priority", "due_sort", "id"),
    "needed": ("needed_by", "id"),
    "load": ("assignee_id", "hold_reason", "confidential", "queue_id", "scope", "council_id"),
    "counts": (
        "status", "assignee_id", "requester_kind", "due_sort", "past_target_at", "confidential", "queue_id",
        "scope", "council_id", "resolved_at", "closed_at", "updated_at", "hold_until", "priority", "channel",
        "ticket_type", "opened_at", "needed_by", "hold_reason", "merged_into_id", "id",
    ),
}  # fmt: skip
"""The orders of work lists, and all that their views and what somebody has on their hands are counted from."""


def over_open_work(is_open: TextClause) -> list[Index]:
    """An index over open tickets for each of these."""
    return [
        Index(f"ix_ticket_open_{name}", *columns, sqlite_where=is_open, postgresql_where=is_open)
        for name, columns in OPEN_LISTS.items()
    ]


class Ticket(Scoped, Model):
    """Somebody's request for help, until it is given. Scoped to the council the work is for.

    Like the kind of requester, `request_type_id` is copied when it is raised. `due_sort`, `due_kind` and `past_target_at` repeat what the ticket's clocks
    say, and `merged_into_id` what its merges say (the last ticket of the
    chain), so that work lists need no join; `rebuild` proves they agree.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    source_reference: Mapped[str | None] = mapped_column(String(60), unique=True)
    ticket_type: Mapped[TicketType] = mapped_column(words(TicketType))
    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    requester_kind: Mapped[RequesterKind] = mapped_column(words(RequesterKind))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(words(Channel))
    category: Mapped[str] = mapped_column(String(80), default="")
    request_type_id: Mapped[int | None] = mapped_column(ForeignKey("request_type.id"))
    contact_by: Mapped[ContactBy] = mapped_column(words(ContactBy), default=ContactBy.MAIL)
    contact_number: Mapped[str] = mapped_column(String(40), default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)

    impact: Mapped[int]
    urgency: Mapped[int]
    priority: Mapped[int]
    priority_override_reason: Mapped[str | None] = mapped_column(String(300))
    priority_override_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    status: Mapped[Status] = mapped_column(words(Status), default=Status.NEW)
    hold_reason: Mapped[HoldReason | None] = mapped_column(words(HoldReason))
    hold_until: Mapped[date | None]
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"), index=True)
    routed_because: Mapped[str] = mapped_column(String(300), default="")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    supplier_reference: Mapped[str] = mapped_column(String(80), default="")

    resolution: Mapped[Resolution | None] = mapped_column(words(Resolution))
    resolution_notes: Mapped[str] = mapped_column(Text, default="")
    minutes_spent: Mapped[int] = mapped_column(default=0)
    first_responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopen_count: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]

    needed_by: Mapped[datetime | None]
    needed_for: Mapped[str] = mapped_column(String(120), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    due_sort: Mapped[datetime] = mapped_column(default=FAR_FUTURE)
    due_kind: Mapped[ClockKind | None] = mapped_column(words(ClockKind))
    past_target_at: Mapped[datetime | None]
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))

    requester: Mapped[Person] = relationship(foreign_keys=[requester_id])
    opened_by: Mapped[Person | None] = relationship(foreign_keys=[opened_by_id])
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])
    queue: Mapped[Queue] = relationship()
    device: Mapped[Device | None] = relationship()
    systems: Mapped[list[System]] = relationship(secondary=ticket_systems, order_by=System.name)
    tags: Mapped[list["Tag"]] = relationship(secondary="ticket_tag", order_by="Tag.name")
    watchers: Mapped[list[Person]] = relationship(secondary=ticket_watchers)
    affected: Mapped[list[Person]] = relationship(secondary=ticket_affected)
    messages: Mapped[list["Message"]] = relationship(
        back_populates="ticket", order_by="Message.id", foreign_keys="Message.ticket_id"
    )
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="ticket", order_by="Attachment.id")
    clocks: Mapped[list["Clock"]] = relationship(back_populates="ticket", order_by="Clock.id")
    tasks: Mapped[list["Task"]] = relationship(back_populates="ticket", order_by="Task.place, Task.id")
    mailed: Mapped["Mailed | None"] = relationship(
        primaryjoin="and_(Mailed.ticket_id == Ticket.id, Mailed.message_id.is_(None))", viewonly=True
    )
    """The mail it was raised by."""
    follows: Mapped["Ticket | None"] = relationship(remote_side=[id], foreign_keys=[follows_id])
    merged_into: Mapped["Ticket | None"] = relationship(remote_side=[id], foreign_keys=[merged_into_id])

    OPEN = text("resolved_at IS NULL AND closed_at IS NULL AND merged_into_id IS NULL")
    MERGED = text("merged_into_id IS NOT NULL")
    RESOLVED = text("resolved_at IS NOT NULL")
    __table_args__ = (
        scope_rule(),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority"),
        CheckConstraint("impact BETWEEN 1 AND 3 AND urgency BETWEEN 1 AND 3", name="matrix"),
        CheckConstraint("(status = 'on hold') = (hold_reason IS NOT NULL)", name="hold"),
        Index("ix_ticket_open_due", "due_sort", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_ticket_open_queue", "queue_id", "due_sort", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "ix_ticket_open_assignee",
            "assignee_id",
            "due_sort",
            "id",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_ticket_opened_at_id", "opened_at", "id"),
        Index("ix_ticket_updated_at_id", "updated_at", "id"),
        # Only of what is resolved: SQLite would else take this one to find what is open.
        Index("ix_ticket_resolved_at", "resolved_at", sqlite_where=RESOLVED, postgresql_where=RESOLVED),
        Index("ix_ticket_merged_into_id", "merged_into_id", sqlite_where=MERGED, postgresql_where=MERGED),
        *over_open_work(OPEN),
    )

    @property
    def is_open(self) -> bool:
        """Whether there is still work to do here: not on a ticket that another stands for."""
        return self.status.is_open and self.merged_into_id is None

    @property
    def standing(self) -> "Ticket":
        """The ticket that says how this one stands: the one it is merged into, or itself."""
        return self.merged_into or self

    @property
    def is_past_target(self) -> bool:
        return self.is_open and self.past_target_at is not None


class TicketPeriod(Model):
    """How a ticket stood for a while: status, hold reason, queue, assignee. Append-only; only the end is filled in.

    The backlog of any date is read from here.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    status: Mapped[Status] = mapped_column(words(Status))
    hold_reason: Mapped[HoldReason | None] = mapped_column(words(HoldReason))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship()

    LAST = text("ends_at IS NULL")
    __table_args__ = (
        Index("uq_ticket_period_last", "ticket_id", unique=True, sqlite_where=LAST, postgresql_where=LAST),
        Index("ix_ticket_period_starts_at_ends_at", "starts_at", "ends_at"),
    )


class Merge(Model):
    """Two tickets about the same thing: the merged one points to the survivor until it is undone."""

    id: Mapped[int] = mapped_column(primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]

    LIVE = text("undone_at IS NULL")
    __table_args__ = (
        CheckConstraint("survivor_id <> merged_id", name="two_tickets"),
        Index("uq_merge_live", "merged_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )
