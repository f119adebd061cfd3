"""Pages for calling a clinic off: what would become of everybody, what did, whom to ring, and undoing it in time."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...config import settings
from ...database import db, insert_if_new
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import me
from ..calling_off import call_off_clinic, calling_off_of, undo_calling_off
from ..day.going_home import in_the_queue
from ..forms import ReasonForm
from ..models import Booking
from ..waiting.models import CallToMake
from ..waiting.queries import told_of
from ..waiting.replacing import plan_replacing, waiting_for
from .door import booking_to_run, bp, to_run


@bp.route("/<int:clinic_id>/calling-off", methods=["GET", "POST"])
@once
def call_off(clinic_id: int) -> ResponseReturnValue:
    """One reason; and beneath it who is affected, and what each of them will be told."""
    clinic = to_run(clinic_id)
    form = ReasonForm()
    status = 200
    if form.validate_on_submit():
        try:
            call_off_clinic(clinic, reason=form.reason.data or "", by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            return done(url_for(".called_off", clinic_id=clinic_id), "The clinic is called off.")
    page = render_template(
        "clinics/call_off.html",
        form=form,
        clinic=clinic,
        plans=plan_replacing(clinic),
        waiting=waiting_for(clinic),
        queue=in_the_queue(clinic),
        minutes=settings().clinic_call_off_minutes,
    )
    return page, status


@bp.get("/<int:clinic_id>/called-off")
def called_off(clinic_id: int) -> ResponseReturnValue:
    """What was, or in a few minutes will be, everybody told; and whom to ring."""
    clinic = to_run(clinic_id)
    calling_off = calling_off_of(clinic)
    pending = calling_off is not None and calling_off.done_at is None
    return render_template(
        "clinics/called_off.html",
        clinic=clinic,
        calling_off=calling_off,
        pending=pending,
        plans=plan_replacing(clinic) if pending else [],
        queue=in_the_queue(clinic) if pending else [],
        told=[] if pending else told_of(clinic),
    )


@bp.post("/<int:clinic_id>/calling-off/undoing")
@once
def not_called_off(clinic_id: int) -> ResponseReturnValue:
    """Hold it after all, before anybody was written to."""
    undo_calling_off(to_run(clinic_id), by=me())
    return done(
        url_for(".clinic", clinic_id=clinic_id), "The clinic is held after all. Nobody was written to."
    )


@bp.post("/bookings/<int:booking_id>/call")
@once
def rung(booking_id: int) -> ResponseReturnValue:
    """They were rung. Twice is once."""
    booking: Booking = booking_to_run(booking_id)
    insert_if_new(CallToMake, [{"booking_id": booking.id, "why": "the e-mail to them fails"}])
    call = db.session.get_one(CallToMake, booking.id)
    if call.done_at is None:
        call.done_at, call.done_by_id = clock.now(), me().id
    page = url_for(".called_off", clinic_id=booking.slot.clinic_id)
    return done(page, f"Noted that {booking.person.name} was rung.")
