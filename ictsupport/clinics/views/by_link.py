"""A booking by the link in its mail, without signing in: moved or cancelled. Opening it changes nothing: scanners do."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...database import db
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import public
from .. import access
from ..booking import move_booking
from ..calling_off import cancel_booking
from ..links import booking_named
from ..models import Booking, Clinic, Slot
from ..queries import PAGE, next_clinics
from ..still_possible import still_possible
from .booking import NoSuchSlot
from .door import bp


@bp.route("/yours/<token>", methods=["GET", "POST"])
@public
@once
def by_link(token: str) -> ResponseReturnValue:
    """What is booked, and the times it can be moved to; of what it is about the page says nothing."""
    booking = _named(token)
    form, status = Form(), 200
    if form.validate_on_submit():
        try:
            return done(url_for(".by_link", token=token), _act(booking))
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
    possible = still_possible(booking, booking.person)
    may_move = booking.is_to_come and not possible.moving
    offers = next_clinics(booking.person, limit=PAGE) if may_move else []
    return render_template(
        "clinics/by_link.html", form=form, booking=booking, offers=offers, possible=possible
    ), status


def _named(token: str) -> Booking:
    key = booking_named(token)
    where = joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site)
    found = select(Booking).where(Booking.id == key).options(where, joinedload(Booking.person))
    booking = db.session.scalar(found) if key is not None else None
    if booking is None or booking.person.gone_at is not None:
        abort(404)
    return booking


def _act(booking: Booking) -> str:
    """As the person themself, whose mail it is: their rules and cut-offs hold."""
    if request.form.get("answer") == "cancel":
        cancel_booking(booking, by=booking.person)
        return "The booking is cancelled. Thank you for telling us."
    key = whole(request.form.get("slot"))
    slots = access.visible_slots(booking.person).where(Slot.id == key)
    slot = db.session.scalar(slots) if key is not None else None
    if slot is None:
        raise NoSuchSlot
    move_booking(booking, slot, by=booking.person)
    return "The booking is moved. We have sent an update."
