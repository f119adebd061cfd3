"""When people are reminded of a booking, and what became of each reminder."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ..models import Booking


class ClinicReminderRule(Model):
    """When people are reminded: at a wall time so many days before, or so many minutes of elapsed time before."""

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int | None]
    wall: Mapped[time | None]
    minutes: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint(
            "(minutes IS NULL AND days IS NOT NULL AND wall IS NOT NULL)"
            " OR (minutes IS NOT NULL AND days IS NULL AND wall IS NULL)",
            name="one_way",
        ),
        CheckConstraint("days BETWEEN 0 AND 28", name="days"),
        CheckConstraint("minutes BETWEEN 5 AND 2880", name="minutes"),
    )


class ClinicReminder(Model):
    """A word to somebody before their time comes: one for each booking and rule, which moves with the booking.

    It is scheduled until it is sent or missed; `missed_why` says why nothing was sent.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("clinic_reminder_rule.id"), index=True)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    missed_why: Mapped[str] = mapped_column(String(60), default="", server_default="")
    booking: Mapped[Booking] = relationship()
    rule: Mapped[ClinicReminderRule] = relationship()

    SCHEDULED = text("sent_at IS NULL AND missed_at IS NULL")
    __table_args__ = (
        UniqueConstraint("booking_id", "rule_id"),
        CheckConstraint("sent_at IS NULL OR missed_at IS NULL", name="one_end"),
        Index("ix_clinic_reminder_due", "due_at", sqlite_where=SCHEDULED, postgresql_where=SCHEDULED),
    )

    @property
    def state(self) -> str:
        if self.sent_at:
            return "sent"
        return "missed" if self.missed_at else "scheduled"
