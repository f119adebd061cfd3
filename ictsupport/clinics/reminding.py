"""A word the day before: one row for each booking, which moves with it, survives downtime, and is sent once."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from .. import clock, jobs, scheduler
from ..database import db
from ..journal import announce, on
from .emails import remind
from .events import BookingCancelled, BookingMoved, Reminded, SlotBooked
from .models import Booking, BookingReminder, BookingState, Slot
from .planning import instant

DAY_BEFORE = "day before"
SENT_AT = time(9)
"""Wall time at which reminders go out."""


@on(SlotBooked, BookingMoved)
def set_reminder(event: SlotBooked | BookingMoved) -> None:
    """Due at nine the day before; none for somebody who books later than that: they have just been told."""
    booking = event.about
    reminder = _reminder_of(booking)
    due_at = due_before(booking.slot)
    if due_at <= clock.now():
        if reminder is not None and reminder.sent_at is None:
            reminder.missed_at = clock.now()
        return
    if reminder is None:
        reminder = BookingReminder(booking_id=booking.id, rule=DAY_BEFORE)
        db.session.add(reminder)
    reminder.due_at, reminder.sent_at, reminder.missed_at = due_at, None, None
    db.session.flush()


@on(BookingCancelled)
def drop_reminder(event: BookingCancelled) -> None:
    reminder = _reminder_of(event.about)
    if reminder is not None and reminder.sent_at is None:
        reminder.missed_at = clock.now()


def due_before(slot: Slot) -> datetime:
    clinic = slot.clinic
    local = slot.starts_at.astimezone(ZoneInfo(clinic.zone))
    return instant(local.date() - timedelta(days=1), SENT_AT, clinic.zone)


@jobs.handles("clinics.remind")
def send_due(_payload: dict[str, Any]) -> None:
    """Send what is due, once; what is past, cancelled or held already is marked as missed."""
    due = (
        select(BookingReminder)
        .where(BookingReminder.SCHEDULED, BookingReminder.due_at <= clock.now())
        .order_by(BookingReminder.due_at)
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    for reminder in db.session.scalars(due).all():
        booking = reminder.booking
        if booking.state is BookingState.CONFIRMED and not booking.slot.has_passed:
            reminder.sent_at = clock.now()
            remind(booking)
            announce(Reminded(about=booking, person=booking.person, clinic=booking.slot.clinic))
        else:
            reminder.missed_at = clock.now()


def _reminder_of(booking: Booking) -> BookingReminder | None:
    return db.session.scalar(
        select(BookingReminder).where(
            BookingReminder.booking_id == booking.id, BookingReminder.rule == DAY_BEFORE
        )
    )


scheduler.every("clinics.remind", minutes=5)
