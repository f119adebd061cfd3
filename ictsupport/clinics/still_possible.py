"""What can still be booked, and done with a booking, for the pages: they say so before anything is pressed. The verbs decide."""

from dataclasses import dataclass
from datetime import timedelta

from .. import clock
from ..people.models import Person
from . import access
from .booking import (
    ClinicCalledOff,
    NobodyThere,
    NotYetBookable,
    SlotPassed,
    TooLateToBook,
    TooLateToMove,
    in_words,
)
from .calling_off import TooLateToCancel, cancelling_closed
from .models import Booking, Slot

OVER = "Its time has come, so it can no longer be moved or cancelled."


@dataclass(frozen=True)
class StillPossible:
    """Why a booking cannot be moved or cancelled any more, in words; empty where it can."""

    moving: str = ""
    cancelling: str = ""


def still_possible(booking: Booking, by: Person) -> StillPossible:
    """For somebody who looks at a booking that is to come. No statement as long as nothing has closed."""
    clinic = booking.slot.clinic
    closes = booking.slot.starts_at - timedelta(minutes=clinic.move_until_minutes)
    late = [clock.now() > closes, cancelling_closed(booking)]
    if not any(late) or access.runs(by, clinic):
        return StillPossible()
    if booking.slot.has_passed:
        return StillPossible(OVER, OVER)
    return StillPossible(
        str(TooLateToMove(before=in_words(clinic.move_until_minutes))) if late[0] else "",
        str(TooLateToCancel(before=in_words(clinic.cancel_until_minutes))) if late[1] else "",
    )


def booking_closed(slot: Slot, by: Person) -> str:
    """Why nobody can book the time, in words; empty where they can. No statement as long as booking is open."""
    clinic = slot.clinic
    if clinic.is_called_off or slot.withdrawn_at is not None:
        return str(ClinicCalledOff())
    early = clinic.bookable_from is not None and clinic.bookable_from > clock.now()
    if (
        not early
        and not clinic.unhosted
        and clock.now() <= slot.starts_at - timedelta(minutes=clinic.book_until_minutes)
    ):
        return ""
    if access.runs(by, clinic):
        return str(SlotPassed()) if slot.ends_at <= clock.now() else ""
    if clinic.unhosted:
        return str(NobodyThere())
    if early:
        return str(NotYetBookable())
    if slot.has_passed:
        return str(SlotPassed())
    return str(TooLateToBook(before=in_words(clinic.book_until_minutes)))
