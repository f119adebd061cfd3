"""Pages for the day: the sheet, who is here, who walked in, and what came of it."""

from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...pages.presses import done, once
from ...people.access import me
from ..attending import (
    check_in,
    record_no_show,
    undo_check_in,
    undo_no_show,
)
from ..day.late import LATENESSES, run_late, still_to_come
from ..day.queries import Queue, brought_among, queue_at
from ..day.sheet import day_sheet
from ..day.visitors import is_stranger
from ..forms import device_name
from ..models import Booking, BookingState
from ..queries import seat_of
from .door import booking_to_run, bp, to_run


@bp.get("/<int:clinic_id>/sheet")
def sheet(clinic_id: int) -> ResponseReturnValue:
    """The day on one page, for the screen and for paper; access needs are printed only when ticked."""
    clinic = to_run(clinic_id)
    rows = day_sheet(clinic)
    today = clock.today(ZoneInfo(clinic.zone))
    free = [row.slot for row in rows if row.booking is None]
    queue = queue_at(clinic, free) if clinic.day <= today else Queue()
    strangers = {row.booking.person_id for row in rows if row.booking and is_stranger(row.booking.person)}
    strangers |= {turn.drop_in.person_id for turn in queue.turns if is_stranger(turn.drop_in.person)}
    return render_template(
        "clinics/sheet.html",
        clinic=clinic,
        rows=rows,
        queue=queue,
        latenesses=LATENESSES,
        strangers=strangers,
        brought=brought_among([row.booking.id for row in rows if row.booking], me()),
        now=clock.now(),
        is_today=today == clinic.day,
        print_needs=bool(request.args.get("needs")),
        device_name=device_name,
        seat_of=seat_of,
    )


@bp.post("/<int:clinic_id>/lateness")
@once
def late(clinic_id: int) -> ResponseReturnValue:
    """The clinic runs late: those still to come are written to, and nobody is moved."""
    clinic, typed = to_run(clinic_id), request.form.get("minutes", "")
    run_late(clinic, int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else -1, by=me())
    unreached = [each.person.name for each in still_to_come(clinic) if not each.person.email]
    said = (
        f"The clinic runs {clinic.late_minutes} minutes late"
        if clinic.late_minutes
        else "The clinic is on time"
    )
    ring = f" Without an e-mail address, so ring them: {', '.join(unreached)}." if unreached else ""
    return done(
        url_for(".sheet", clinic_id=clinic_id),
        f"{said}. Those still to come are told, nobody is moved.{ring}",
    )


def _back(booking: Booking, message: str) -> ResponseReturnValue:
    sheet_of = url_for(".sheet", clinic_id=booking.slot.clinic_id, _anchor=f"booking-{booking.id}")
    return done(sheet_of, message)


@bp.post("/bookings/<int:booking_id>/check-in")
@once
def arrive(booking_id: int) -> ResponseReturnValue:
    booking = check_in(booking_to_run(booking_id), by=me())
    return _back(booking, f"{booking.person.name} is checked in.")


@bp.post("/bookings/<int:booking_id>/check-in/undoing")
@once
def not_arrived(booking_id: int) -> ResponseReturnValue:
    booking = undo_check_in(booking_to_run(booking_id), by=me())
    return _back(booking, f"{booking.person.name} is no longer checked in.")


@bp.post("/bookings/<int:booking_id>/no-show")
@once
def missed(booking_id: int) -> ResponseReturnValue:
    booking = record_no_show(booking_to_run(booking_id), by=me())
    return _back(booking, f"Noted that {booking.person.name} did not come.")


@bp.post("/bookings/<int:booking_id>/no-show/undoing")
@once
def not_missed(booking_id: int) -> ResponseReturnValue:
    booking = undo_no_show(booking_to_run(booking_id), by=me())
    was_there = booking.state is BookingState.CHECKED_IN
    said = "was there after all, and is checked in" if was_there else "is expected again"
    return _back(booking, f"{booking.person.name} {said}.")
