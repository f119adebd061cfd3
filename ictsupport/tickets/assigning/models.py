"""What dealing out the work needs to remember."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model, words
from ...people.models import Person
from ..models import Status


class Cap(Model):
    """How many tickets somebody is given at most, where that is not what everybody is given."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    most: Mapped[int]

    __table_args__ = (CheckConstraint("most BETWEEN 0 AND 999", name="most"),)


class SkilledQueue(Model):
    """A queue whose tickets are for those who know the system they are about."""

    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"), primary_key=True)


class Handover(Model):
    """What happens to somebody's open work when an absence begins: they keep all of it, or what is kept by name."""

    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"), primary_key=True)
    keeps_all: Mapped[bool]


class KeptTicket(Model):
    """A ticket that somebody keeps over an absence, because it is nearly done."""

    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)


class HandBack(Model):
    """Somebody's open work went back to its queues. Once for an absence, however often the timetable looks."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    absence_id: Mapped[int | None] = mapped_column(ForeignKey("absence.id"), unique=True)
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(120))
    person: Mapped[Person] = relationship()


class HandedBack(Model):
    """A ticket that went back."""

    hand_back_id: Mapped[int] = mapped_column(ForeignKey("hand_back.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)


class Standstill(Model):
    """A queue has tickets that nobody can be given. Its manager is told once for each day, not for each ticket."""

    id: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"), index=True)
    since: Mapped[datetime]
    because: Mapped[str] = mapped_column(String(300))
    ended_at: Mapped[datetime | None]

    LIVE = text("ended_at IS NULL")
    __table_args__ = (
        Index("uq_standstill_live", "queue_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )


class StandingTicket(Model):
    """One of the tickets that nobody can be given."""

    standstill_id: Mapped[int] = mapped_column(ForeignKey("standstill.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)


class Deal(Model):
    """Many tickets given out in one press. `refused` keeps which were not, and why."""

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    refused: Mapped[list[Any]] = mapped_column(default=list)
    undone_at: Mapped[datetime | None]
    stayed: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[Person] = relationship()


class Dealt(Model):
    """A ticket given out: to whom, what it was before, and its version then, by which later work is noticed."""

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    was: Mapped[Status] = mapped_column(words(Status))
    version: Mapped[int]
