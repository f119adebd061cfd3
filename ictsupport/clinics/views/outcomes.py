"""The page on which a host records what came of a visit."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...mail.outbox import written
from ...pages.presses import done, once
from ...people.access import me
from ..attending import record_outcome
from ..day.forms import OutcomeForm
from ..day.outcomes import detail_of
from ..day.queries import brought_among, outcomes_before
from ..emails import WHAT_WE_DID, what_we_did
from ..forms import device_name
from ..models import Booking, Outcome
from .door import booking_to_run, bp


class NoLetter(Refusal):
    reason = "They hear of it from the ticket, so no letter of its own is sent. Press Save."


@bp.route("/bookings/<int:booking_id>/outcome", methods=["GET", "POST"])
@once
def outcome(booking_id: int) -> ResponseReturnValue:
    """What came of it, in one step; a ticket is filled in with all that is known."""
    booking = booking_to_run(booking_id)
    brought = brought_among([booking.id], me()).get(booking.id, [])
    form = OutcomeForm.open(booking, brought, me())
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                if request.form.get("letter"):
                    return _page(form, booking, letter=_letter(form, booking))
                record_outcome(
                    booking,
                    Outcome[form.outcome.data],
                    by=me(),
                    note=form.note.data or "",
                    subject=form.subject.data or "",
                    besides=form.besides(booking),
                    resolving=form.resolved,
                    tell=form.tells,
                    seen=form.recorded.data or "",
                )
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            return _page(form, booking), 409
        return _recorded(booking)
    return _page(form, booking)


def _page(form: OutcomeForm, booking: Booking, letter: tuple[str, str] | None = None) -> str:
    details: dict[str, Any] = {"before": [], "detail": None, "brought": form.brought}
    if booking.outcome is not None:
        named = booking.outcome in (Outcome.SWAPPED, Outcome.FOLLOW_UP)
        details |= {
            "before": outcomes_before(booking),
            "detail": detail_of(booking) if named else None,
            "told": form.was_told,
        }
    device = device_name(booking.device) if booking.device else ""
    return render_template(
        "clinics/outcome.html", form=form, booking=booking, device=device, letter=letter, **details
    )


def _letter(form: OutcomeForm, booking: Booking) -> tuple[str, str]:
    """The message as it would be sent."""
    if Outcome[form.outcome.data] is Outcome.TICKET or form.resolved:
        raise NoLetter
    besides = form.besides(booking)
    said = what_we_did(
        booking, form.note.data or "", besides.given, besides.back, next_slot=besides.next_slot
    )
    return written(booking.person, WHAT_WE_DID, **said)


def _recorded(booking: Booking) -> ResponseReturnValue:
    detail = detail_of(booking)
    said = f"Recorded for {booking.person.name}."
    if booking.ticket is not None:
        said += f" Ticket {booking.ticket.reference} is raised."
    elif detail is not None and detail.follow_up is not None:
        said += " The follow-up is booked."
    elif detail is not None and detail.given is not None:
        said += f" {detail.given.label} is lent to them."
    sheet = url_for(".sheet", clinic_id=booking.slot.clinic_id, _anchor=f"booking-{booking.id}")
    return done(sheet, said)
