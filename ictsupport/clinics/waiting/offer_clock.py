"""Until when an offer stands: some working hours, and never past the moment at which booking closes.

**At short notice**: when not a working minute is left before booking closes
(a Friday evening for a Monday morning), nobody could be asked after the first
one anyway, so the offer stands until booking closes. With less than ten
minutes left none is made: the place goes to whoever books it first.
"""

from datetime import datetime, timedelta

from ... import clock
from ...config import settings
from ...hours import NeverOpen
from ...people.calendars import NoCalendar, calendar_for
from ..models import Clinic, Slot

LEAST = timedelta(minutes=10)


def cut_off(slot: Slot, clinic: Clinic) -> datetime:
    """The last moment at which the slot can be booked."""
    return slot.starts_at - timedelta(minutes=clinic.book_until_minutes)


def offered_until(slot: Slot, clinic: Clinic) -> datetime | None:
    """Until when an offer of the slot that is made now stands; None when it is too late to make one."""
    now = clock.now()
    return None if cut_off(slot, clinic) - now < LEAST else stands_until(slot, clinic, now)


def stands_until(slot: Slot, clinic: Clinic, since: datetime) -> datetime:
    """Until when an offer of the slot stands that was made at that moment."""
    closes, length = cut_off(slot, clinic), timedelta(hours=settings().clinic_offer_hours)
    try:
        return min(calendar_for(clinic.council_id).add(since, length), closes)
    except NoCalendar:
        return min(since + length, closes)
    except NeverOpen:
        return closes
