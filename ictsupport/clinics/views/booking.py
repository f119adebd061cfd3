"""Pages for those who book: a time, a topic, *Book*; and afterwards move, cancel, or keep it in a calendar."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import me, members_acted_for
from ...people.models import DelegateScope, Person, Site
from .. import access
from ..booking import Overlapping, SlotFull, TooManyBookings, book_slot, move_booking
from ..calling_off import cancel_booking, coming_to
from ..day.bringing import bring
from ..day.dropping_in import turns_of, waits_at
from ..day.queries import brought_among, to_bring
from ..forms import BookingForm, device_name
from ..invitations import PUBLISH, calendar_text
from ..models import Clinic, Slot
from ..queries import (
    PAGE,
    Offer,
    bookings_to_come,
    free_times,
    hosts_something,
    next_clinics,
    other_times,
    past_bookings,
    people_to_book_for,
    sites_with_clinics,
)
from ..reminding.queries import reminders_of
from ..still_possible import booking_closed, still_possible
from ..unhosted import away_from
from ..waiting.queries import list_of, waits_of
from .door import bp, for_whom, number, own_booking


class NoSuchSlot(Refusal):
    reason = "That time is not offered. Choose one of those shown."


@bp.get("")
def index() -> ResponseReturnValue:
    """The next clinics for the person, each with the times that are free."""
    person, site, after = for_whom(), request.args.get("site", ""), _moment(request.args.get("after", ""))
    offers = next_clinics(person, site_id=number(site) if site else None, after=after, limit=PAGE + 1)
    waits, bookings = waits_of([person.id]), bookings_to_come([person.id])
    return render_template(
        "clinics/index.html",
        person=person,
        offers=offers[:PAGE],
        later=offers[PAGE - 1].clinic.starts_at if len(offers) > PAGE else None,
        sites=sites_with_clinics(person) if site or after or len(offers) > PAGE else _sites_of(offers),
        site=site,
        bookings=bookings,
        waits=waits,
        turns=turns_of([person.id]),
        on_now=waits_at([offer.clinic for offer in offers[:PAGE]]),
        waited_for={turn.clinic.id for each in waits for turn in each.turns}
        | {each.slot.clinic_id for each in bookings}
        | {each.entry.booking.slot.clinic_id for each in waits if each.entry.booking is not None},
        runs=access.plans_clinics(me()) or (not me().is_member and hosts_something(me())),
        acted_for=_acted_for(),
        books_for_others=access.books_for_others(me()),
    )


@bp.get("/<int:clinic_id>")
def clinic(clinic_id: int) -> ResponseReturnValue:
    """One clinic: where it is, who hosts it, and every time that is free."""
    person = for_whom()
    site = joinedload(Clinic.site)
    found = db.one_or_404(access.visible_clinics(me()).where(Clinic.id == clinic_id).options(site))
    running = access.runs(me(), found)
    return render_template(
        "clinics/clinic.html",
        clinic=found,
        person=person,
        times=[] if found.is_called_off else free_times(found, person, all_to_come=running),
        running=running,
        away=away_from(found) if running and found.unhosted else [],
        booked=coming_to(found) if running and found.unhosted else 0,
        turns=turns_of([person.id]),
        on_now=waits_at([found]).get(found.id),
        plans=running and access.plans_clinics(me()),
        waiting=list_of(found) if running else [],
        can_wait=not found.is_called_off
        and not found.unhosted
        and access.may_come(person, found)
        and found.starts_at > clock.now(),
    )


@bp.get("/for")
def for_somebody() -> ResponseReturnValue:
    """Whom to book for: those somebody may book for, found by name."""
    query = " ".join(request.args.get("q", "")[:200].split())
    people = people_to_book_for(me(), query)
    return render_template("clinics/for.html", query=query, people=people)


@bp.route("/slots/<int:slot_id>/booking", methods=["GET", "POST"])
@once
def book(slot_id: int) -> ResponseReturnValue:
    """A topic and *Book*: everything else is filled in or may be left out."""
    person = for_whom()
    slot = db.one_or_404(
        access.visible_slots(me())
        .where(Slot.id == slot_id)
        .options(joinedload(Slot.clinic).joinedload(Clinic.site))
    )
    if request.method == "GET" and (why := booking_closed(slot, me())):
        others = other_times(slot, person)
        return render_template(
            "clinics/closed.html", slot=slot, clinic=slot.clinic, person=person, why=why, others=others
        )
    bring_it = request.args.get("ticket", "")[:40]
    form = BookingForm.open(person, slot.clinic.topics, to_bring(me(), person), bring_it)
    if form.validate_on_submit():
        try:
            booking = book_slot(
                slot,
                person,
                by=me(),
                topic=form.chosen_topic,
                details=form.details.data or "",
                device=form.chosen_device,
                access_needs=form.access_needs.data or "",
            )
            if form.chosen_ticket is not None:
                bring(form.chosen_ticket, booking, by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            booked = isinstance(refusal, TooManyBookings | Overlapping)
            others = [] if isinstance(refusal, TooManyBookings) else other_times(slot, person)
            full = isinstance(refusal, SlotFull) and not free_times(slot.clinic, person)
            return _ask(form, slot, person, others=others, full=full, booked=booked), 409
        whose = "Your time is" if person.id == me().id else f"The time is now {person.name}’s: it is"
        return done(
            url_for(".booking", booking_id=booking.id), f"{whose} booked. A confirmation is on its way."
        )
    return _ask(form, slot, person)


def _ask(
    form: BookingForm,
    slot: Slot,
    person: Person,
    others: list[tuple[Clinic, Slot]] | None = None,
    full: bool = False,
    booked: bool = False,
) -> str:
    return render_template(
        "clinics/book.html",
        form=form,
        slot=slot,
        person=person,
        others=others or [],
        full=full,
        booked=booked,
    )


@bp.get("/mine")
def mine() -> ResponseReturnValue:
    """What the person has booked, to come and before; and what is to come for those they act for."""
    acted_for = [person.id for person in _acted_for()]
    people = [me().id, *acted_for]
    to_come, waits = bookings_to_come(people), waits_of(people)
    return render_template(
        "clinics/mine.html",
        to_come=to_come,
        turns=turns_of(people),
        waits=waits,
        past=past_bookings(me()),
    )


@bp.get("/bookings/<int:booking_id>")
def booking(booking_id: int) -> ResponseReturnValue:
    """One booking, and what can be done with it."""
    found = own_booking(booking_id)
    return render_template(
        "clinics/booking.html",
        booking=found,
        device=device_name(found.device) if found.device else "",
        running=access.runs(me(), found.slot.clinic),
        brought=brought_among([found.id], me()).get(found.id, []),
        reminders=reminders_of(found) if found.is_to_come else [],
        possible=still_possible(found, me()),
    )


@bp.get("/bookings/<int:booking_id>/calendar.ics")
def calendar(booking_id: int) -> ResponseReturnValue:
    """The booking for a calendar that the invitation did not reach."""
    found = own_booking(booking_id)
    answer = Response(calendar_text(found, PUBLISH), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="clinic-{found.id}.ics"'
    return answer


@bp.route("/bookings/<int:booking_id>/time", methods=["GET", "POST"])
@once
def move(booking_id: int) -> ResponseReturnValue:
    """Another time for the booking: one press moves it."""
    found = own_booking(booking_id)
    form, status = Form(), 200
    if form.validate_on_submit():
        try:
            move_booking(found, _chosen_slot(), by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            return done(
                url_for(".booking", booking_id=found.id), "The booking is moved. We have sent an update."
            )
    possible = still_possible(found, me())
    offers = [] if possible.moving else next_clinics(found.person, limit=PAGE)
    return render_template(
        "clinics/move.html", form=form, booking=found, offers=offers, possible=possible
    ), status


def _chosen_slot() -> Slot:
    """The time that was pressed, if the person may see it."""
    key = whole(request.form.get("slot"))
    slot = db.session.scalar(access.visible_slots(me()).where(Slot.id == key)) if key else None
    if slot is None:
        raise NoSuchSlot
    return slot


@bp.route("/bookings/<int:booking_id>/cancellation", methods=["GET", "POST"])
@once
def cancel(booking_id: int) -> ResponseReturnValue:
    """Give the time to somebody else."""
    found = own_booking(booking_id)
    form, status = Form(), 200
    if form.validate_on_submit():
        try:
            cancel_booking(found, by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            return done(url_for(".booking", booking_id=found.id), "The booking is cancelled.")
    possible = still_possible(found, me())
    return render_template("clinics/cancel.html", form=form, booking=found, possible=possible), status


def _acted_for() -> list[Person]:
    """The members for whom the person may book by a grant of theirs."""
    granted = Person.id.in_(members_acted_for(me(), DelegateScope.BOOK))
    here = or_(Person.left_on.is_(None), Person.left_on >= clock.now().date())
    return list(db.session.scalars(select(Person).where(granted, here).order_by(Person.sort_name)))


def _sites_of(offers: Sequence[Offer]) -> list[Site]:
    """Where the clinics are, each site once, by name."""
    return sorted({offer.clinic.site for offer in offers}, key=lambda site: site.name)


def _moment(typed: str) -> datetime | None:
    """Where the page before ended; anything that is no moment begins at the beginning."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
