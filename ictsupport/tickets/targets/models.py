"""Policies and their targets, and the clocks that tickets run against them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model, words
from ...people.models import RequesterKind
from ...people.scopes import Scoped, scope_rule
from ..models import ClockKind, Ticket, TicketType
from ..request_types.models import RequestType
from .clocks import Stage, Unit


class Policy(Scoped, Model):
    """The targets of some tickets: of a request type or all, of a council or all, of a kind of requester or all,
    of a type or all.

    `targets` maps a priority to {"response": [amount, unit], "resolution": [amount, unit]}.
    `pauses` lists the hold reasons during which the clocks stand still. `steps` lists what
    happens before and after a target runs out (see steps.py). Unless it `applies_to_open`,
    clocks that had their target before it began keep that.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    ticket_type: Mapped[TicketType | None] = mapped_column(words(TicketType))
    requester_kind: Mapped[RequesterKind | None] = mapped_column(words(RequesterKind))
    request_type_id: Mapped[int | None] = mapped_column(ForeignKey("request_type.id"), index=True)
    targets: Mapped[dict[str, Any]]
    pauses: Mapped[list[Any]]
    steps: Mapped[list[Any]] = mapped_column(default=list)
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    applies_to_open: Mapped[bool] = mapped_column(default=True, server_default=true())
    request_type: Mapped[RequestType | None] = relationship()

    __table_args__ = (scope_rule(),)


class Clock(Model):
    """How a ticket stands against one of its targets. Derived from its clock events, and only from them."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[ClockKind] = mapped_column(words(ClockKind))
    round: Mapped[int] = mapped_column(default=1)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    amount: Mapped[int]
    unit: Mapped[Unit] = mapped_column(words(Unit))
    stage: Mapped[Stage] = mapped_column(words(Stage))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    breaches_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    elapsed_seconds: Mapped[int] = mapped_column(default=0)
    elapsed_microdays: Mapped[int] = mapped_column(default=0)
    paused_seconds: Mapped[int] = mapped_column(default=0)
    ticket: Mapped[Ticket] = relationship(back_populates="clocks")

    RUNNING = text("stage = 'running'")
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "round"),
        Index("ix_clock_breaches", "breaches_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_clock_stopped", "kind", "stopped_at"),
    )


class ClockEvent(Model):
    """One thing that happened to a clock. Append-only; everything on Clock follows from these.

    `event` is one of started, paused, resumed, stopped, cancelled, policy changed,
    calendar changed. Starting, and a change of policy, carry the target and calendar.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[ClockKind] = mapped_column(words(ClockKind))
    round: Mapped[int] = mapped_column(default=1)
    event: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(120))
    amount: Mapped[int | None]
    unit: Mapped[Unit | None] = mapped_column(words(Unit))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    wall_due_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_clock_event_clock", "ticket_id", "kind", "round", "id"),)


class ClockStep(Model):
    """A step before or after a target runs out: when it is due (empty while paused), and when it was taken."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[ClockKind] = mapped_column(words(ClockKind))
    round: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]

    PENDING = text("taken_at IS NULL")
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "round", "name"),
        Index("ix_clock_step_pending", "at", sqlite_where=PENDING, postgresql_where=PENDING),
    )
