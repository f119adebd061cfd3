"""Tickets: what they remember, and the queues, rules and targets they meet."""

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from .. import clock
from ..database import FAR_FUTURE, Model, words
from ..devices.models import Device
from ..people.models import Council, Person, RequesterKind, Team
from ..people.scopes import Scoped, scope_rule
from ..systems.models import System

if TYPE_CHECKING:
    from .desk.models import Tag
    from .targets.models import Clock
    from .tasks.models import Task


class TicketType(enum.Enum):
    INCIDENT = "incident"
    REQUEST = "service request"
    PROBLEM = "problem"


ASKED_FOR = (TicketType.INCIDENT, TicketType.REQUEST)
"""What people ask for. A problem is the desk's own: nobody waits for it, so it has no targets and no mail."""


class Category(enum.Enum):
    """What a status means for the work: is it still to be done?"""

    OPEN = "open"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Status(enum.Enum):
    NEW = "new"
    IN_PROGRESS = "in progress"
    ON_HOLD = "on hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def may_go_to(self) -> tuple["Status", ...]:
        return _ROADS[self]

    @property
    def is_open(self) -> bool:
        """Whether there is still work to do (an on-hold ticket counts)."""
        return self in (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)


_ROADS = {
    Status.NEW: (Status.IN_PROGRESS, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED),
    Status.IN_PROGRESS: (Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED, Status.NEW),
    Status.ON_HOLD: (Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED),
    Status.RESOLVED: (Status.IN_PROGRESS, Status.CLOSED),
    Status.CLOSED: (),
    Status.CANCELLED: (Status.IN_PROGRESS,),
}


class HoldReason(enum.Enum):
    REQUESTER = "awaiting requester"
    SUPPLIER = "awaiting supplier"
    CHANGE = "awaiting change"
    PROBLEM = "awaiting problem"
    APPROVAL = "awaiting approval"
    BOOKED = "booked"

    @property
    def category(self) -> Category:
        return Category.PAUSED if self is HoldReason.REQUESTER else Category.OPEN


class Channel(enum.Enum):
    SELF_SERVICE = "self-service"
    EMAIL = "email"
    PHONE = "phone"
    WALK_IN = "walk-in"
    CLINIC = "clinic"
    MONITORING = "monitoring"
    API = "API"
    IMPORT = "import"

    @property
    def is_in_person(self) -> bool:
        """Whether the person is answered the moment the ticket is opened."""
        return self in (Channel.PHONE, Channel.WALK_IN, Channel.CLINIC)


class Resolution(enum.Enum):
    FIXED = "fixed"
    WORKAROUND = "workaround"
    FULFILLED = "request fulfilled"
    ADVICE = "advice given"
    SUPPLIER = "fixed by supplier"
    CHANGE = "fixed by change"
    NO_FAULT = "no fault found"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled by requester"
    NOT_SUPPORTED = "not supported"


class ContactBy(enum.Enum):
    MAIL = "mail"
    PHONE = "phone"
    TEXT = "text"


class ClockKind(enum.Enum):
    RESPONSE = "response"
    RESOLUTION = "resolution"
    NEEDED_BY = "needed by"


queue_clearance = Table(
    "queue_clearance",
    Model.metadata,
    Column("queue_id", ForeignKey("queue.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)
"""Who may open the confidential tickets of a queue."""


class Queue(Model):
    """The work list of a team."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    is_triage: Mapped[bool] = mapped_column(default=False)
    is_helpdesk: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]
    team: Mapped[Team] = relationship()
    cleared: Mapped[list[Person]] = relationship(secondary=queue_clearance)


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


class MessageKind(enum.Enum):
    REPLY = "reply"
    NOTE = "note"
    CALL = "call"


class CallResult(enum.Enum):
    SPOKE = "spoke"
    LEFT_MESSAGE = "left message"
    NO_ANSWER = "no answer"


class Message(Model):
    """Something said on a ticket: a public reply, an internal note, or what was said on the telephone.

    `via_id` is the merged ticket on which its requester wrote it, when it went
    to the survivor from there: nobody else who asked reads it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[MessageKind] = mapped_column(words(MessageKind))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    for_whom_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_requester: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Channel] = mapped_column(words(Channel))
    at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)
    call_result: Mapped[CallResult | None] = mapped_column(words(CallResult))
    promised_at: Mapped[datetime | None]
    via_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    went_to: Mapped[str | None] = query_expression()
    """The reference of the request that was made of it, where a query asks for that."""
    ticket: Mapped[Ticket] = relationship(back_populates="messages", foreign_keys=[ticket_id])
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    for_whom: Mapped[Person | None] = relationship(foreign_keys=[for_whom_id])
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="message", order_by="Attachment.id")

    VIA = text("via_id IS NOT NULL")
    __table_args__ = (Index("ix_message_via_id", "via_id", sqlite_where=VIA, postgresql_where=VIA),)

    @property
    def is_public(self) -> bool:
        return self.kind is MessageKind.REPLY


class Attachment(Model):
    """A file on a ticket. Its name is only a label: the bytes lie under a random key, outside any served folder."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    internal: Mapped[bool] = mapped_column(default=False)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    ticket: Mapped[Ticket] = relationship(back_populates="attachments")
    message: Mapped[Message | None] = relationship(back_populates="attachments")


class Request(Model):
    """A request being put together, page by page, and not sent yet. Its key makes sending it happen once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    for_whom_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), unique=True)
    ticket: Mapped[Ticket | None] = relationship()


class Matrix(Scoped, Model):
    """Which priority follows from impact and urgency, for a council or for all, from a moment on.

    `cells` maps "impact,urgency" to a priority. A new version never rewrites old tickets.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime]
    cells: Mapped[dict[str, Any]]

    __table_args__ = (scope_rule(),)


class RoutingRule(Model):
    """Sends new tickets to a queue. Rules are asked in order; the first whose every condition holds decides."""

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"))
    ticket_type: Mapped[TicketType | None] = mapped_column(words(TicketType))
    system_id: Mapped[int | None] = mapped_column(ForeignKey("system.id"))
    council_id: Mapped[int | None] = mapped_column(ForeignKey("council.id"))
    requester_kind: Mapped[RequesterKind | None] = mapped_column(words(RequesterKind))
    channel: Mapped[Channel | None] = mapped_column(words(Channel))
    words_: Mapped[str] = mapped_column("words", String(300), default="")
    queue: Mapped[Queue] = relationship()
    system: Mapped[System | None] = relationship()
    council: Mapped[Council | None] = relationship()

    __table_args__ = (UniqueConstraint("position"),)
