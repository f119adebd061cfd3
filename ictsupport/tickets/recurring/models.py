"""What comes again and again, and which times have been made."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model, words
from ...people.models import Person
from ...people.scopes import Scoped, scope_rule
from ...systems.models import System
from ..models import Ticket, TicketType


class RecurringTicket(Scoped, Model):
    """A ticket that is raised by the timetable. `rule` is an RRULE in wall time, `next_at` the instant it is next due."""

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    ticket_type: Mapped[TicketType] = mapped_column(words(TicketType), default=TicketType.REQUEST)
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    system_id: Mapped[int | None] = mapped_column(ForeignKey("system.id"))
    impact: Mapped[int] = mapped_column(default=3)
    urgency: Mapped[int] = mapped_column(default=3)
    rule: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    at: Mapped[time]
    next_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)
    requester: Mapped[Person] = relationship()
    system: Mapped[System | None] = relationship()

    GOING = text("paused_at IS NULL AND next_at IS NOT NULL")
    __table_args__ = (
        scope_rule(),
        CheckConstraint("impact BETWEEN 1 AND 3 AND urgency BETWEEN 1 AND 3", name="matrix"),
        Index("ix_recurring_ticket_next_at", "next_at", sqlite_where=GOING, postgresql_where=GOING),
    )


class MadeTicket(Model):
    """A time that has been made, as the wall's clock had it, and its ticket: once each, the key sees to it."""

    recurring_id: Mapped[int] = mapped_column(ForeignKey("recurring_ticket.id"), primary_key=True)
    wall: Mapped[str] = mapped_column(String(16), primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    ticket: Mapped[Ticket | None] = relationship()
