"""Pages for bringing an open request to a clinic, from the request's own page or the desk's."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import me
from ...people.models import Person
from ...tickets.access import note_reading, visible_tickets
from ...tickets.models import Ticket
from .. import access
from ..day.bringing import NotComing, bring, leave_at_home
from ..day.models import BroughtTicket
from ..day.queries import clinic_brought_to, coming
from ..models import Booking
from ..queries import next_clinics
from .door import bp, own_booking

SHOWN = 6


@bp.route("/requests/<reference>", methods=["GET", "POST"])
@once
def bring_request(reference: str) -> ResponseReturnValue:
    """When the request is brought: to a time that is booked, or one of the next that are free."""
    ticket = _to_bring(reference)
    person, form, status = ticket.requester, Form(), 200
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                booking = _chosen(request.form.get("booking", ""))
                bring(ticket, booking, by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            return done(url_for(".booking", booking_id=booking.id), f"{ticket.reference} is on the booking.")
    note_reading(ticket, me())
    return render_template(
        "clinics/bring.html",
        form=form,
        ticket=ticket,
        person=person,
        already=clinic_brought_to(ticket),
        bookings=coming(person),
        offers=next_clinics(person, limit=SHOWN),
    ), status


@bp.post("/bookings/<int:booking_id>/requests/<reference>/removal")
@once
def leave_request(booking_id: int, reference: str) -> ResponseReturnValue:
    """The request is not brought after all, and goes on without the clinic. Twice is once."""
    booking = own_booking(booking_id)
    ticket: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    brought = db.session.scalar(
        db.select(BroughtTicket).where(
            BroughtTicket.booking_id == booking.id, BroughtTicket.ticket_id == ticket.id, BroughtTicket.LIVE
        )
    )
    if brought is not None:
        leave_at_home(brought, by=me())
    return done(url_for(".booking", booking_id=booking.id), f"{ticket.reference} is off the booking.")


def _chosen(typed: str) -> Booking:
    """The booking that was pressed."""
    key = whole(typed)
    if key is None:
        raise NotComing
    return own_booking(key)


def _to_bring(reference: str) -> Ticket:
    """An open request that the person may bring, of somebody for whom they may book."""
    ticket: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    db.one_or_404(access.tickets_to_bring(me(), ticket.requester).where(Ticket.id == ticket.id))
    if ticket.requester_id != me().id:
        db.one_or_404(access.bookable_people(me()).where(Person.id == ticket.requester_id))
    return ticket
