"""Who waits for which clinics, what became of it; and clinics that are being called off."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model, words
from ...devices.models import Device
from ...people.models import Person
from ..models import Booking, Clinic, ClinicTopic


class WaitingState(enum.Enum):
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_live(self) -> bool:
        return self in (WaitingState.WAITING, WaitingState.OFFERED)


class WaitingEntry(Model):
    """Somebody who waits for the first free place at any of some clinics.

    An offer is a booking in state offered, named by `booking_id`: it holds the
    place. `lost_booking_id` is the booking that a called-off clinic took from them.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[WaitingState] = mapped_column(words(WaitingState), default=WaitingState.WAITING)
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    joined_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic_topic.id"))
    details: Mapped[str] = mapped_column(Text, default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    access_needs: Mapped[str] = mapped_column(String(500), default="")
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), unique=True)
    lost_booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), unique=True)
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    joined_by: Mapped[Person] = relationship(foreign_keys=[joined_by_id])
    topic: Mapped[ClinicTopic | None] = relationship()
    device: Mapped[Device | None] = relationship()
    booking: Mapped[Booking | None] = relationship(foreign_keys=[booking_id])
    lost_booking: Mapped[Booking | None] = relationship(foreign_keys=[lost_booking_id])
    places: Mapped[list["WaitingPlace"]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="WaitingPlace.clinic_id"
    )

    LIVE = text("state IN ('waiting', 'offered')")
    __table_args__ = (
        CheckConstraint("state <> 'offered' OR booking_id IS NOT NULL", name="offered"),
        CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended"),
        Index("ix_waiting_entry_live", "state", sqlite_where=LIVE, postgresql_where=LIVE),
    )


class Rank(enum.IntEnum):
    """Who comes first on a list: whoever lost a place to a clinic that was called off; then by when they joined."""

    HEAD = 0
    JOINED = 1


class WaitingPlace(Model):
    """A clinic that an entry waits for, and what decides its turn there."""

    entry_id: Mapped[int] = mapped_column(ForeignKey("waiting_entry.id"), primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(default=Rank.JOINED)
    since: Mapped[datetime] = mapped_column(default=clock.now)
    entry: Mapped[WaitingEntry] = relationship(back_populates="places")
    clinic: Mapped[Clinic] = relationship()


class CallingOff(Model):
    """A clinic that is called off: until `due_at` it can be undone, then everybody is placed anew and written to."""

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    clinic: Mapped[Clinic] = relationship()

    __table_args__ = (UniqueConstraint("clinic_id"),)


class CallToMake(Model):
    """Somebody to be rung about a booking that was called off, and whether that was done."""

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    why: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    booking: Mapped[Booking] = relationship()
    done_by: Mapped[Person | None] = relationship()
