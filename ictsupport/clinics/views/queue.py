"""Pages for those who come without a booking: put into the queue, called, gone; and who a visitor turns out to be."""

from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import me
from ...people.models import Person
from .. import access
from ..day.models import DropIn
from ..day.queue import call, call_next, come_back, join_queue, leave_queue
from ..day.visitors import name_visitor, tie_visitor
from ..forms import WalkInForm, WhoTheyAreForm
from ..models import Booking, Clinic
from ..queries import found_at_the_door
from .door import bp, drop_in_to_run, own_drop_in, to_run, visitor_to_run


@bp.get("/people/here")
def people_here() -> ResponseReturnValue:
    """Those who may stand at the door of a clinic, as suggestions while typing."""
    if not access.runs_any(me()):
        abort(403)
    found = found_at_the_door(me(), request.args.get("q", "")[:200])
    return jsonify(found=[{"value": each.value, "label": each.label} for each in found])


@bp.route("/<int:clinic_id>/walk-ins", methods=["GET", "POST"])
@once
def walked_in(clinic_id: int) -> ResponseReturnValue:
    """Somebody without a booking, with or without an account: into the queue, or helped at once."""
    clinic = to_run(clinic_id)
    form, status = WalkInForm.open(clinic), 200
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                came, message = _take_in(clinic, form)
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            return _back(clinic, came, message)
    return render_template("clinics/walk_in.html", form=form, clinic=clinic), status


def _take_in(clinic: Clinic, form: WalkInForm) -> tuple[Booking | DropIn, str]:
    if form.person.data:
        known = access.people_at_the_door(me()).where(Person.id == int(form.person.data))
        person = db.session.scalars(known).one()
    else:
        person = name_visitor(clinic, form.visitor.data or "", by=me(), phone=form.phone.data or "")
    came = join_queue(
        clinic, person, by=me(), topic=form.topics.get(form.topic.data or ""), details=form.details.data or ""
    )
    if isinstance(came, Booking):
        return came, f"{person.name} had booked, and is checked in."
    if request.form.get("at_once"):
        return call(came, by=me()), f"{person.name} is checked in."
    return came, f"{person.name} is in the queue."


@bp.post("/<int:clinic_id>/queue/next")
@once
def next_in_queue(clinic_id: int) -> ResponseReturnValue:
    clinic = to_run(clinic_id)
    booking = call_next(clinic, by=me())
    return _back(clinic, booking, f"{booking.person.name} is called and checked in.")


@bp.post("/queue/<int:drop_in_id>/calling")
@once
def called(drop_in_id: int) -> ResponseReturnValue:
    drop_in = drop_in_to_run(drop_in_id)
    booking = call(drop_in, by=me())
    return _back(drop_in.clinic, booking, f"{booking.person.name} is called and checked in.")


@bp.post("/queue/<int:drop_in_id>/leaving")
@once
def left_queue(drop_in_id: int) -> ResponseReturnValue:
    drop_in = leave_queue(drop_in_to_run(drop_in_id), by=me())
    return _back(drop_in.clinic, drop_in, f"Noted that {drop_in.person.name} left without being seen.")


@bp.post("/queue/<int:drop_in_id>/leaving/undoing")
@once
def back_in_queue(drop_in_id: int) -> ResponseReturnValue:
    drop_in = come_back(drop_in_to_run(drop_in_id), by=me())
    return _back(drop_in.clinic, drop_in, f"{drop_in.person.name} is in the queue again.")


@bp.post("/queue/<int:drop_in_id>/withdrawal")
@once
def wait_here_no_more(drop_in_id: int) -> ResponseReturnValue:
    """Whoever stands in the queue, or acts for them, says that they cannot wait any longer."""
    drop_in = leave_queue(own_drop_in(drop_in_id), by=me())
    for_me = drop_in.person_id == me().id
    whose: dict[str, Any] = {} if for_me else {"for": drop_in.person_id}
    return done(
        url_for(".index", **whose),
        f"{'You have' if for_me else drop_in.person.name + ' has'} left the queue. "
        "If that was a mistake, tell one of the hosts: the turn is not lost.",
    )


@bp.route("/visitors/<int:person_id>/person", methods=["GET", "POST"])
@once
def who_they_are(person_id: int) -> ResponseReturnValue:
    """A visitor turns out to be somebody we know: their visit is that person's."""
    visitor = visitor_to_run(person_id)
    form, status = WhoTheyAreForm(), 200
    if form.validate_on_submit():
        known = access.people_at_the_door(me()).where(Person.id == int(form.person.data))
        person, name = db.session.scalars(known).one(), visitor.person.name
        try:
            with db.session.begin_nested():
                tie_visitor(visitor, person, by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            sheet = url_for(".sheet", clinic_id=visitor.clinic_id)
            return done(sheet, f"{name} is {person.name}: the visit is theirs now.")
    return render_template("clinics/who_they_are.html", form=form, visitor=visitor), status


def _back(clinic: Clinic, came: Booking | DropIn, message: str) -> ResponseReturnValue:
    anchor = f"booking-{came.id}" if isinstance(came, Booking) else "queue"
    return done(url_for(".sheet", clinic_id=clinic.id, _anchor=anchor), message)
