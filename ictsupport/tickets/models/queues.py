"""Queues, and what sends a new ticket to one and gives it its priority."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model, words
from ...people.models import Council, Person, RequesterKind, Team
from ...people.scopes import Scoped, scope_rule
from ...systems.models import System
from .kinds import Channel, TicketType

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
