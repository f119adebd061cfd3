"""Pages for those who wait: joining the list, answering an offer (also by the link in a mail), leaving."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import SelectMultipleField
from wtforms.validators import Optional

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.presses import done, once
from ...people.access import me, public
from ...people.models import Person
from .. import access
from ..booking import ClinicCalledOff, NobodyThere, SlotPassed
from ..forms import BookingForm
from ..models import Booking, Clinic, Slot
from ..queries import next_clinics, other_times
from ..waiting.joining import StillFree, join, withdraw
from ..waiting.links import offer_named
from ..waiting.models import WaitingEntry, WaitingState
from ..waiting.offering import OfferGone, accept, decline
from ..waiting.queries import visible_entries
from .door import bp, for_whom, own_booking


class WaitingForm(BookingForm):
    """What they need help with, and which other full clinics would do as well."""

    others = SelectMultipleField("Would another of these do as well?", [Optional()])


@bp.route("/<int:clinic_id>/waiting", methods=["GET", "POST"])
@once
def wait(clinic_id: int) -> ResponseReturnValue:
    """Join the waiting list of a full clinic, and of others that would do."""
    person = for_whom()
    clinic = db.one_or_404(
        access.visible_clinics(me()).where(Clinic.id == clinic_id).options(joinedload(Clinic.site))
    )
    if request.method == "GET" and (clinic.is_called_off or clinic.has_passed or clinic.unhosted):
        return _over(clinic, person)
    form: Any = WaitingForm.open(person, clinic.topics)
    offers = next_clinics(person)
    full = {
        str(each.clinic.id): each.clinic for each in offers if not each.times and each.clinic.id != clinic.id
    }
    if full:
        form.others.choices = {key: f"{_day(each)}, {each.venue}" for key, each in full.items()}
    else:
        del form.others
    status, free = 200, any(each.times for each in offers if each.clinic.id == clinic.id)
    if form.validate_on_submit():
        chosen = [full[key] for key in (form.others.data or [])] if full else []
        try:
            join(
                [clinic, *chosen],
                person,
                by=me(),
                topic=form.chosen_topic,
                details=form.details.data or "",
                device=form.chosen_device,
                access_needs=form.access_needs.data or "",
            )
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status, free = 409, isinstance(refusal, StillFree)
        else:
            whose = "You are" if person.id == me().id else f"{person.name} is"
            mine: dict[str, Any] = {} if person.id == me().id else {"for": person.id}
            return done(
                url_for(".index", **mine, _anchor="waiting"),
                f"{whose} on the waiting list. We write as soon as a time comes free.",
            )
    page = render_template(
        "clinics/wait.html",
        form=form,
        clinic=clinic,
        person=person,
        free=free,
        hours=settings().clinic_offer_hours,
    )
    return page, status


def _over(clinic: Clinic, person: Person) -> str:
    """Nobody waits for a clinic that is called off, held or closed: why, and the times nearest to it."""
    why = ClinicCalledOff() if clinic.is_called_off else SlotPassed() if clinic.has_passed else NobodyThere()
    others = other_times(clinic.slots[0], person) if clinic.slots else []
    return render_template(
        "clinics/closed.html", slot=None, clinic=clinic, person=person, why=str(why), others=others
    )


def _day(clinic: Clinic) -> str:
    return f"{clinic.day:%A} {clinic.day.day} {clinic.day:%B}"


@bp.post("/waiting/<int:entry_id>/withdrawal")
@once
def wait_no_more(entry_id: int) -> ResponseReturnValue:
    """Leave the waiting list."""
    entry = db.one_or_404(visible_entries(me()).where(WaitingEntry.id == entry_id))
    withdraw(entry, by=me())
    mine: dict[str, Any] = {} if entry.person_id == me().id else {"for": entry.person_id}
    return done(url_for(".index", **mine), "Taken off the waiting list.")


@bp.route("/bookings/<int:booking_id>/offer", methods=["GET", "POST"])
@once
def booking_offer(booking_id: int) -> ResponseReturnValue:
    """Take the time that is held, or pass it on."""
    booking = own_booking(booking_id)
    entry = db.one_or_404(select(WaitingEntry).where(WaitingEntry.booking_id == booking.id))
    return _answer(entry, me(), url_for(".booking", booking_id=booking.id), signed_in=True)


@bp.route("/offers/<token>", methods=["GET", "POST"])
@public
@once
def offer(token: str) -> ResponseReturnValue:
    """The same by the link in a mail, without signing in. Opening it changes nothing: mail scanners open links."""
    named = offer_named(token)
    if named is None:
        abort(404)
    slot = (
        joinedload(WaitingEntry.booking)
        .joinedload(Booking.slot)
        .joinedload(Slot.clinic)
        .joinedload(Clinic.site)
    )
    entry = db.session.scalar(
        select(WaitingEntry).where(WaitingEntry.id == named[0]).options(joinedload(WaitingEntry.person), slot)
    )
    if entry is None or entry.booking_id != named[1]:
        abort(404)
    return _answer(entry, entry.person, url_for(".offer", token=token), signed_in=False)


def _answer(entry: WaitingEntry, by: Person, after: str, *, signed_in: bool) -> ResponseReturnValue:
    form, status = Form(), 200
    if form.validate_on_submit():
        try:
            return done(after, _act(entry, by))
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
    page = render_template(
        "clinics/offer.html",
        form=form,
        entry=entry,
        booking=entry.booking,
        signed_in=signed_in,
        is_open=entry.state is WaitingState.OFFERED,
    )
    return page, status


def _act(entry: WaitingEntry, by: Person) -> str:
    answer = request.form.get("answer")
    if answer == "accept":
        accept(entry, by=by)
        return "The time is booked. A confirmation is on its way."
    if answer == "decline":
        decline(entry, by=by)
        return "Thank you. The time goes to the next in line."
    raise OfferGone
