"""A clinic runs late: everybody is told what to expect, and nobody is moved."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ..attending import refuse_another_day
from ..models import Booking, BookingState, Clinic, Slot
from .events import ClinicRunsLate
from .queue import NotHeld

LATENESSES = (0, 5, 10, 15, 20, 30, 40, 50, 60, 75, 90, 120)
"""By how many minutes a clinic can be said to run late; 0 is on time."""


class NoLateness(Refusal):
    reason = "Choose by how many minutes the clinic runs late."


def run_late(clinic: Clinic, minutes: int, *, by: Person) -> None:
    """Say by how many minutes the clinic runs late, or (0) that it is on time again. Twice is once.

    Those who are still to come are written to. Times and bookings stay as they are.
    """
    lock(clinic)
    refuse_another_day(clinic)
    if clinic.is_called_off:
        raise NotHeld(name="them")
    if minutes not in LATENESSES:
        raise NoLateness
    was = clinic.late_minutes
    if minutes == was:
        return
    clinic.late_minutes = minutes
    clinic.late_since = clock.now() if minutes else None
    announce(ClinicRunsLate(about=clinic, minutes=minutes, was=was, by=by))


def still_to_come(clinic: Clinic) -> Sequence[Booking]:
    """The bookings of those who have not come yet and whose time is not over, soonest first. One statement."""
    return db.session.scalars(
        select(Booking)
        .join(Booking.slot)
        .where(
            Slot.clinic_id == clinic.id,
            Booking.state == BookingState.CONFIRMED,
            Slot.ends_at > clock.now() - clinic.lateness,
        )
        .order_by(Slot.starts_at, Booking.id)
        .options(contains_eager(Booking.slot), joinedload(Booking.person))
    ).all()
