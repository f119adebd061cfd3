"""The reminders of a booking, for its page."""

from collections.abc import Sequence

from sqlalchemy import select

from ...database import db
from ..models import Booking
from .models import ClinicReminder


def reminders_of(booking: Booking) -> Sequence[ClinicReminder]:
    """The earliest first. One statement."""
    return db.session.scalars(
        select(ClinicReminder)
        .where(ClinicReminder.booking_id == booking.id)
        .order_by(ClinicReminder.due_at, ClinicReminder.id)
    ).all()
