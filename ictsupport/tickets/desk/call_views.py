"""The call form: who is calling, what they wait for already, and their ticket in one press."""

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...database import db
from ...devices.models import Device
from ...devices.queries import devices_of
from ...errors import Refusal
from ...pages.forms import clean
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person
from ...people.queries import who
from ...systems.models import System
from ..blueprint import bp
from ..models import Channel, Resolution, Ticket, TicketType
from ..raising import raise_ticket
from . import calling
from . import queries as desk_queries
from .forms import CallForm, moment_of


@bp.get("/tickets/call")
@allow(*DESK)
def call() -> ResponseReturnValue:
    """Find who is calling."""
    typed = clean(request.args.get("who", "")).strip()[:200]
    found = calling.callers(typed, me())
    if len(found) == 1:
        return redirect(url_for("tickets.call_of", person_id=found[0].value))
    return render_template("tickets/call.html", typed=typed, found=found)


@bp.route("/tickets/call/<int:person_id>", methods=["GET", "POST"])
@allow(*DESK)
@once
def call_of(person_id: int) -> ResponseReturnValue:
    """The caller, what they wait for, and the form."""
    caller = calling.caller_to_show(person_id, me()) or abort(404)
    devices = devices_of(caller)
    form = CallForm()
    form.systems.choices = dict(desk_queries.systems())
    form.device.choices = {"": "None of these"} | {str(each.id): each.label for each in devices}
    if form.validate_on_submit():
        try:
            ticket = _log(caller, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            ended = " and resolved" if form.resolves else ""
            here = url_for("tickets.ticket", reference=ticket.reference)
            return done(here, f"{ticket.reference} is logged{ended}.")
    page = render_template(
        "tickets/call_of.html",
        caller=caller,
        who=who(caller),
        devices=devices,
        waiting=desk_queries.open_tickets_of(caller.id, me()),
        form=form,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _log(caller: Person, form: CallForm) -> Ticket:
    chosen = [int(key) for key in form.systems.data or []]
    given: dict[str, Any] = {
        "subject": form.subject.data or "",
        "description": form.description.data or "",
        "channel": Channel(form.channel.data),
        "ticket_type": TicketType(form.ticket_type.data),
        "impact": int(form.impact.data),
        "urgency": int(form.urgency.data),
        "systems": list(db.session.scalars(select(System).where(System.id.in_(chosen)))) if chosen else [],
        "device": db.session.get_one(Device, int(form.device.data)) if form.device.data else None,
        "needed_by": moment_of(form.needed_on.data, form.needed_at.data),
        "needed_for": form.needed_for.data or "",
    }
    if form.resolves:
        resolution = Resolution(form.resolution.data)
        return calling.log_and_resolve(
            caller, by=me(), resolution=resolution, notes=form.notes.data or "", **given
        )
    return raise_ticket(requester=caller, by=me(), **given)
