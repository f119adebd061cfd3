"""A booking by the link in its mail, without signing in: moved, cancelled, or once it is over another one booked.

Opening it changes nothing: scanners do.
"""

from datetime import timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...devices.queries import devices_of
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import public
from .. import access
from ..booking import book_slot, move_booking
from ..calling_off import cancel_booking
from ..links import booking_named, token_of
from ..models import Booking, Clinic, Slot
from ..queries import PAGE, next_clinics
from ..still_possible import still_possible
from .booking import NoSuchSlot
from .door import bp

BOOKS_AGAIN_FOR = timedelta(days=60)
"""For so long after its time another one can be booked by the link of a booking."""


class LinkTooOld(Refusal):
    reason = "This link is too old to book by. Sign in to book another time, or ring us."


@bp.route("/yours/<token>", methods=["GET", "POST"])
@public
@once
def by_link(token: str) -> ResponseReturnValue:
    """What is booked, and the times it can be moved to or booked again at; of what it is about the page says nothing."""
    booking = _named(token)
    form, status = Form(), 200
    if form.validate_on_submit():
        try:
            return done(*_act(booking, url_for(".by_link", token=token)))
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
    possible = still_possible(booking, booking.person)
    may_move = booking.is_to_come and not possible.moving
    offers = next_clinics(booking.person, limit=PAGE) if may_move or _books_again(booking) else []
    return render_template(
        "clinics/by_link.html", form=form, booking=booking, offers=offers, possible=possible
    ), status


def _books_again(booking: Booking) -> bool:
    """Whether the booking is over, and not for so long that the mail may be in anybody's hands."""
    return not booking.is_to_come and clock.now() < booking.slot.ends_at + BOOKS_AGAIN_FOR


def _named(token: str) -> Booking:
    key = booking_named(token)
    where = joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site)
    found = select(Booking).where(Booking.id == key).options(where, joinedload(Booking.person))
    booking = db.session.scalar(found) if key is not None else None
    if booking is None or booking.person.gone_at is not None:
        abort(404)
    return booking


def _act(booking: Booking, here: str) -> tuple[str, str]:
    """As the person themself, whose mail it is: their rules and cut-offs hold. Says where they are led, and what was done."""
    if request.form.get("answer") == "cancel":
        cancel_booking(booking, by=booking.person)
        return here, "The booking is cancelled. Thank you for telling us."
    key = whole(request.form.get("slot"))
    slots = access.visible_slots(booking.person).where(Slot.id == key)
    slot = db.session.scalar(slots) if key is not None else None
    if slot is None:
        raise NoSuchSlot
    if booking.is_to_come:
        move_booking(booking, slot, by=booking.person)
        return here, "The booking is moved. We have sent an update."
    again = url_for(".by_link", token=token_of(_again(booking, slot)))
    return again, "It is booked. We have sent a confirmation."


def _again(booking: Booking, slot: Slot) -> Booking:
    """Another time for the same person, about the same, where the clinic helps with it."""
    if not _books_again(booking):
        raise LinkTooOld
    return book_slot(
        slot,
        booking.person,
        by=booking.person,
        topic=booking.topic if booking.topic in slot.clinic.topics else None,
        device=booking.device if booking.device in devices_of(booking.person) else None,
        access_needs=booking.access_needs,
    )
