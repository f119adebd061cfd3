"""Who did not come, noted by the timetable once their time is over; the host can put it right afterwards."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from ... import clock, jobs, scheduler
from ...database import db
from ...errors import Refusal
from ..attending import record_no_show
from ..models import Booking, BookingState, Clinic, Slot
from .models import DropIn
from .queue import leave_queue

LOOK_BACK = timedelta(days=14)
"""What was over longer ago stays as it is: a service that stood still for weeks says nothing of who came."""
AT_A_TIME = 200


@jobs.handles("clinics.no_shows")
def note_who_did_not_come(_payload: dict[str, Any]) -> None:
    """Late after downtime, but once: a booking that was put right is no longer merely confirmed."""
    now = clock.now()
    over = db.session.execute(
        select(Booking, Slot.ends_at, Clinic.late_minutes)
        .join(Booking.slot)
        .join(Slot.clinic)
        .where(
            Booking.state == BookingState.CONFIRMED,
            Slot.ends_at <= now,
            Slot.ends_at > now - LOOK_BACK,
            Clinic.called_off_at.is_(None),
        )
        .order_by(Slot.ends_at, Booking.id)
        .limit(AT_A_TIME)
    ).all()
    for booking, ends_at, late in over:
        if ends_at + timedelta(minutes=late) <= now:
            _unless_settled(booking)
    for drop_in in _still_waiting():
        leave_queue(drop_in, by=None)
    if len(over) == AT_A_TIME:
        jobs.enqueue("clinics.no_shows")


def _unless_settled(booking: Booking) -> None:
    """Somebody may have checked them in, or they cancelled, at this very moment."""
    try:
        with db.session.begin_nested():
            record_no_show(booking, by=None)
    except Refusal:
        db.session.expire(booking)


def _still_waiting() -> list[DropIn]:
    """Those in the queue of a clinic that has been over for hours: nobody called them."""
    long_over = select(DropIn).join(DropIn.clinic).where(DropIn.WAITS)
    found = long_over.where(Clinic.ends_at <= clock.now() - timedelta(hours=6)).limit(AT_A_TIME)
    return list(db.session.scalars(found))


scheduler.every("clinics.no_shows", minutes=5)
