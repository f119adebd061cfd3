"""Who waits at a clinic without a booking, who of them has no account, and what an outcome names besides its words."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model
from ...devices.models import Device
from ...people.models import Person
from ...tickets.models import Ticket
from ..models import Booking, Clinic, ClinicTopic


class DropIn(Model):
    """Somebody who came without a booking: they wait until they are called, or leave. Called, they have a booking."""

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic_topic.id"))
    details: Mapped[str] = mapped_column(Text, default="")
    arrived_at: Mapped[datetime] = mapped_column(default=clock.now)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    called_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), unique=True)

    clinic: Mapped[Clinic] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    topic: Mapped[ClinicTopic | None] = relationship()
    booking: Mapped[Booking | None] = relationship()

    WAITS = text("called_at IS NULL AND left_at IS NULL")
    __table_args__ = (
        CheckConstraint("(called_at IS NULL) = (booking_id IS NULL)", name="called"),
        CheckConstraint("called_at IS NULL OR left_at IS NULL", name="left"),
        Index(
            "uq_drop_in_waits",
            "clinic_id",
            "person_id",
            unique=True,
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
    )

    @property
    def waits(self) -> bool:
        return self.called_at is None and self.left_at is None


class Visitor(Model):
    """Somebody without an account who was helped at a clinic: a name they gave, which nobody has verified.

    `tied_to` is who they turned out to be.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    tied_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tied_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    clinic: Mapped[Clinic] = relationship()
    tied_to: Mapped[Person | None] = relationship(foreign_keys=[tied_to_id])

    __table_args__ = (CheckConstraint("(tied_to_id IS NULL) = (tied_at IS NULL)", name="tied"),)


class OutcomeDetail(Model):
    """What an outcome named besides its words: the device they got and the one they handed back, the next booking."""

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    given_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    back_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), unique=True)

    given: Mapped[Device | None] = relationship(foreign_keys=[given_id])
    back: Mapped[Device | None] = relationship(foreign_keys=[back_id])
    follow_up: Mapped[Booking | None] = relationship(foreign_keys=[follow_up_id])


class BroughtTicket(Model):
    """An open ticket that is dealt with at a clinic. It waits for that, and at one clinic at a time.

    `ended_at` is when it no longer waits for the clinic, `settled_at` when what came of the visit was written on it.
    What is left at home has no row any more.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    brought_at: Mapped[datetime] = mapped_column(default=clock.now)
    brought_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
    ticket: Mapped[Ticket] = relationship()

    LIVE = text("ended_at IS NULL")
    __table_args__ = (
        Index("uq_brought_ticket_live", "ticket_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )
