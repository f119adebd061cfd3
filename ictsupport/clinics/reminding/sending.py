"""Sending what is due: once, late after downtime where it is still of use, never for what is past or cancelled.

The booking is locked before its reminders are read, so that it is not moved or
cancelled meanwhile; letter and mark are written in the transaction that
finishes the job. A worker that is killed has written neither.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from ... import clock, jobs, scheduler
from ...database import db
from ...journal import announce
from ..emails import remind
from ..events import Reminded
from ..models import Booking, BookingState, Clinic, Slot
from .arranging import CANCELLED, miss
from .models import ClinicReminder

AT_ONCE = 200
OVERTAKEN = "a later one was due as well"
PAST = "the time had come"
NOT_COMING = "there was nothing left to remind them of"
NO_ADDRESS = "we have no e-mail address of theirs"


@jobs.handles("clinics.remind")
def send_due(_payload: dict[str, Any]) -> None:
    """Send what is due. Of several that are due for one booking (after downtime) only the latest goes out."""
    due = _due_bookings()
    reminders = _due_reminders(_locked(due))
    for _, group in groupby(reminders, key=lambda each: each.booking_id):
        *earlier, latest = group
        for reminder in earlier:
            miss(reminder, OVERTAKEN)
        _send(latest)
    if reminders and len(due) == AT_ONCE:
        jobs.enqueue("clinics.remind")


def _send(reminder: ClinicReminder) -> None:
    booking = reminder.booking
    if booking.slot.has_passed:
        miss(reminder, PAST)
    elif booking.state is not BookingState.CONFIRMED:
        miss(reminder, NOT_COMING if booking.is_live else CANCELLED)
    elif not remind(booking):
        miss(reminder, NO_ADDRESS)
    else:
        reminder.sent_at = clock.now()
        announce(Reminded(about=booking, person=booking.person, clinic=booking.slot.clinic))


def _due_bookings() -> Sequence[int]:
    """Those of a clinic that is being called off wait: that may still be undone."""
    now = clock.now()
    return db.session.scalars(
        select(ClinicReminder.booking_id)
        .join(ClinicReminder.booking)
        .join(Booking.slot)
        .join(Slot.clinic)
        .where(
            ClinicReminder.SCHEDULED,
            ClinicReminder.due_at <= now,
            or_(Clinic.called_off_at.is_(None), Slot.starts_at <= now),
        )
        .order_by(ClinicReminder.due_at, ClinicReminder.id)
        .limit(AT_ONCE)
    ).all()


def _locked(booking_ids: Sequence[int]) -> list[int]:
    """Those of the bookings that nobody else has in hand; the others are for the next time."""
    ids = select(Booking.id).where(Booking.id.in_(booking_ids)).order_by(Booking.id)
    return list(db.session.scalars(ids.with_for_update(skip_locked=True, key_share=True)))


def _due_reminders(booking_ids: Sequence[int]) -> Sequence[ClinicReminder]:
    return db.session.scalars(
        select(ClinicReminder)
        .join(ClinicReminder.booking)
        .join(Booking.slot)
        .join(Slot.clinic)
        .where(
            ClinicReminder.booking_id.in_(booking_ids),
            ClinicReminder.SCHEDULED,
            ClinicReminder.due_at <= clock.now(),
            or_(Clinic.called_off_at.is_(None), Slot.starts_at <= clock.now()),
        )
        .order_by(ClinicReminder.booking_id, ClinicReminder.due_at, ClinicReminder.id)
        .options(
            contains_eager(ClinicReminder.booking).options(
                contains_eager(Booking.slot).contains_eager(Slot.clinic).joinedload(Clinic.site),
                joinedload(Booking.person),
                joinedload(Booking.topic),
            )
        )
        .execution_options(populate_existing=True)
    ).all()


scheduler.every("clinics.remind", minutes=5)
