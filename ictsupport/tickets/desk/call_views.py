"""The call form: who is calling, what they wait for already, and their ticket in one press. Several can be open at once."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from ...database import db
from ...devices.models import Device
from ...devices.queries import devices_of
from ...errors import Refusal
from ...pages.forms import clean
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person
from ...people.queries import who
from ...systems.models import System
from ..access import may_work
from ..blueprint import bp
from ..calls import keeping
from ..calls.knowing import facts_about
from ..calls.promised import promised_by
from ..models import Channel, Resolution, Ticket, TicketType
from ..request_types.filling import fields_for
from ..request_types.models import Proof, TypeForm
from ..request_types.offering import Filled, form_now, form_of, types_for
from ..request_types.questions import Kind, read
from . import calling
from . import queries as desk_queries
from .forms import CallForm, moment_of

NOT_TYPED = ("csrf_token", "once", "then")


@bp.get("/tickets/call")
@allow(*DESK)
def call() -> ResponseReturnValue:
    """Find who is calling; the calls that are open, and the call backs that are promised."""
    typed = clean(request.args.get("who", "")).strip()[:200]
    found = calling.callers(typed, me())
    if len(found) == 1:
        return redirect(url_for("tickets.call_of", person_id=found[0].value))
    return render_template(
        "tickets/call.html",
        typed=typed,
        found=found,
        open_calls=keeping.open_calls(me()),
        promised=promised_by(me()),
    )


@bp.route("/tickets/call/<int:person_id>", methods=["GET", "POST"])
@allow(*DESK)
@once
def call_of(person_id: int) -> ResponseReturnValue:
    """The caller, what they wait for, and the form, with what was typed of it before."""
    caller = calling.caller_to_show(person_id, me()) or abort(404)
    devices = functools.cache(lambda: devices_of(caller))
    form = _form(caller, devices)
    if request.method == "POST" and form.then.data == "keep":
        keeping.keep(me(), caller, _typed())
        return done(url_for("tickets.call"), f"The call from {caller.name} is kept open.")
    showing = form.is_submitted() and form.then.data == "questions"
    if not showing and form.validate_on_submit():
        try:
            ticket = _log(caller, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            keeping.let_go(me(), caller)
            ended = " and resolved" if form.resolves else ""
            here = url_for("tickets.ticket", reference=ticket.reference)
            if not may_work(me(), ticket):
                whose = f"It is confidential: those cleared for {ticket.queue.name} read it from here on."
                return done(url_for("tickets.call"), f"{ticket.reference} is logged{ended}. {whose}")
            return done(here, f"{ticket.reference} is logged{ended}.")
    form.device.choices = _offered(devices())
    page = render_template(
        "tickets/call_of.html",
        caller=caller,
        who=who(caller),
        devices=devices(),
        waiting=desk_queries.open_tickets_of(caller.id, me()),
        facts=facts_about(caller, me()),
        open_calls=keeping.open_calls(me()),
        form=form,
    )
    return make_response(page, 422 if form.is_submitted() and not showing else 200)


@bp.get("/tickets/call/<int:person_id>/questions")
@allow(*DESK)
def call_questions(person_id: int) -> ResponseReturnValue:
    """The questions of a request type alone, for the call form to put in where the type is chosen."""
    caller = calling.caller_to_show(person_id, me()) or abort(404)
    version = form_now(whole(request.args.get("type")) or 0)
    form = _asking(version, lambda: devices_of(caller))(formdata=None)
    return render_template("tickets/call_questions.html", form=form, caller=caller, version=version)


@bp.post("/tickets/call/<int:person_id>/typed")
@allow(*DESK)
def call_typed(person_id: int) -> ResponseReturnValue:
    """Keep what is being typed. Without @once: saving twice is saving, and the form's key is for logging it."""
    caller = calling.caller_to_show(person_id, me()) or abort(404)
    keeping.keep(me(), caller, _typed())
    db.session.commit()
    return "", 204


@bp.post("/tickets/call/<int:person_id>/removal")
@allow(*DESK)
@once
def call_removal(person_id: int) -> ResponseReturnValue:
    """There is nothing to log."""
    caller = calling.caller_to_show(person_id, me()) or abort(404)
    keeping.let_go(me(), caller)
    return done(url_for("tickets.call"), f"The call from {caller.name} is thrown away.")


Held = Callable[[], Sequence[Device]]
"""What the caller has: asked of the database only where it matters."""


def _form(caller: Person, devices: Held) -> CallForm:
    """The form as it was sent, or as it was left."""
    kept = keeping.open_call(me(), caller) if request.method == "GET" else None
    left = MultiDict(
        [(name, value) for name, values in (kept.typed if kept else {}).items() for value in values]
    )
    version = _version_in(request.form if request.method == "POST" else left)
    kind = _asking(version, devices)
    form = kind(formdata=left) if left else kind()
    form.version = version
    form.systems.choices = dict(desk_queries.systems())
    form.device.choices = _offered(devices() if form.device.data else ())
    types = types_for(caller, every=True)
    form.request_type.choices = {"": "None of these"} | {str(each.id): each.name for each in types}
    return form


def _offered(devices: Sequence[Device]) -> dict[str, str]:
    return {"": "None of these"} | {str(each.id): each.label for each in devices}


def _typed() -> dict[str, list[str]]:
    """What stands in the form, as it was typed."""
    known = {
        name for field in CallForm() for name in (field.name, *(f"{field.name}-{part}" for part in PARTS))
    }
    version = _version_in(request.form)
    for each in read(version.questions) if version is not None else ():
        known |= {each.name, *(f"{each.name}-{part}" for part in PARTS)}
    return {
        name: [clean(value) for value in values]
        for name, values in request.form.lists()
        if name in {*known, "questions"} and name not in NOT_TYPED
    }


PARTS = ("day", "month", "year", "choice")
"""What some fields are made of."""


def _version_in(sent: MultiDict[str, str]) -> TypeForm | None:
    """The version of the questions that stands in the form, or is to be shown in it."""
    wanted = whole(sent.get("request_type"))
    if not wanted:
        return None
    shown = form_of(whole(sent.get("questions")) or 0)
    if shown is not None and shown.type_id == wanted:
        return shown
    showing = request.method == "GET" or sent.get("then") == "questions"
    return form_now(wanted) if showing else None


def _asking(version: TypeForm | None, devices: Held) -> type[CallForm]:
    """The form with the questions of that version among its fields."""
    if version is None:
        return CallForm
    asked = {each.kind for each in read(version.questions)}
    systems = db.session.scalars(select(System).order_by(System.name)).all() if Kind.SYSTEM in asked else []
    held = devices() if Kind.DEVICE in asked else []
    return type("CallForm", (CallForm,), fields_for(version, systems=systems, devices=held))


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
        "confidential": form.confidential.data,
    }
    version = form.version or (form_now(int(form.request_type.data)) if form.request_type.data else None)
    if version is not None:
        given |= {"filled": Filled(version, form.told()), "category": version.type.name}
    ending = calling.Ending(
        resolution=Resolution(form.resolution.data) if form.resolves else None,
        notes=form.notes.data or "",
        promised_at=form.promised,
        proof=Proof(form.proof.data) if form.proof.data else None,
        proof_detail=form.proof_detail.data or "",
    )
    return calling.take_call(caller, by=me(), ending=ending, **given)
