"""Request types, the versions of their forms, what was answered, and who was checked to be who they say."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model, words
from ...people.models import Person
from ...systems.models import System
from ..models import Queue, Ticket, TicketType


class Audience(enum.Enum):
    """Whom a request type is offered to."""

    EVERYBODY = "everybody"
    MEMBERS = "members"
    STAFF = "staff"


class RequestType(Model):
    """Something people commonly ask for, with the questions that go with it. What it is called may change, its slug stays.

    `draft` holds questions that somebody is changing and has not taken into use.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    hint: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int]
    audience: Mapped[Audience] = mapped_column(words(Audience), default=Audience.EVERYBODY)
    ticket_type: Mapped[TicketType | None] = mapped_column(words(TicketType))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"))
    system_id: Mapped[int | None] = mapped_column(ForeignKey("system.id"))
    impact: Mapped[int | None]
    identity_check: Mapped[bool] = mapped_column(default=False)
    checklist: Mapped[str] = mapped_column(String(120), default="")
    draft: Mapped[list[Any] | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    queue: Mapped[Queue | None] = relationship()
    system: Mapped[System | None] = relationship()
    forms: Mapped[list["TypeForm"]] = relationship(back_populates="type", order_by="TypeForm.number")

    __table_args__ = (CheckConstraint("impact BETWEEN 1 AND 3", name="impact"),)

    @property
    def form(self) -> "TypeForm":
        """The version of the form that is asked now."""
        return self.forms[-1]


class TypeForm(Model):
    """A version of the questions of a request type. Never changed: a change makes the next version."""

    id: Mapped[int] = mapped_column(primary_key=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"))
    number: Mapped[int]
    questions: Mapped[list[Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    type: Mapped[RequestType] = relationship(back_populates="forms")
    made_by: Mapped[Person | None] = relationship()

    __table_args__ = (UniqueConstraint("type_id", "number"),)


class FilledForm(Model):
    """What was answered when a ticket was raised: [{key, label, value, words}], with the version that asked it."""

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("type_form.id"), index=True)
    answers: Mapped[list[Any]]
    form: Mapped[TypeForm] = relationship()
    ticket: Mapped[Ticket] = relationship()


class Proof(enum.Enum):
    """How somebody was checked to be who they say they are."""

    RANG = "rang the number held"
    MANAGER = "manager confirmed"
    SEEN = "seen in person"


class IdentityCheck(Model):
    """Somebody of the desk has checked who the requester of a ticket is. Append-only."""

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    proof: Mapped[Proof] = mapped_column(words(Proof))
    detail: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by: Mapped[Person] = relationship()
