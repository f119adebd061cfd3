"""Mail that nobody understood, looked at by an administrator and put where it belongs."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import undefer
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ..database import db
from ..errors import Refusal
from ..mail.models import IncomingMessage, IncomingState
from ..pages.forms import Form
from ..pages.presses import done, once
from ..people.access import allow, me
from ..people.models import Person, Role
from ..people.picking import SomebodyField
from ..tickets.access import nameable
from ..tickets.by_email.bringing import in_words
from ..tickets.by_email.filing import SeenTo, file_as_ticket, letter_of, put_on_ticket
from ..tickets.by_email.whose import sender_of
from ..tickets.models import Ticket
from .post_office import bp


class NewRequestForm(Form):
    requester = SomebodyField(
        "Whose request is it?",
        [InputRequired("Enter a name")],
        what="The name",
    )


class OnTicketForm(Form):
    reference = StringField(
        "Its reference",
        [InputRequired("Enter the reference of the ticket"), Length(max=20)],
    )


@bp.get("/incoming/<int:incoming_id>")
@allow(Role.ADMINISTRATOR)
def one_incoming(incoming_id: int) -> ResponseReturnValue:
    """What it says, as far as it can be read, and where it can go."""
    return _page(_to_file(incoming_id))


@bp.route("/incoming/<int:incoming_id>/request", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def filing(incoming_id: int) -> ResponseReturnValue:
    incoming, form = _to_file(incoming_id), NewRequestForm()
    if form.validate_on_submit():
        try:
            ticket = file_as_ticket(incoming, db.session.get_one(Person, int(form.requester.data)), by=me())
        except Refusal as refusal:
            return _again(incoming_id, form, refusal)
        said = f"It is request {ticket.reference} of {ticket.requester.name} now, who has been told."
        return done(url_for(".incoming"), said)
    return _page(incoming, form if form.is_submitted() else None)


@bp.route("/incoming/<int:incoming_id>/note", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def attaching(incoming_id: int) -> ResponseReturnValue:
    incoming, form = _to_file(incoming_id), OnTicketForm()
    if form.validate_on_submit():
        reference = (form.reference.data or "").strip()
        named = select(Ticket).where(func.upper(Ticket.reference) == reference.upper(), nameable(me()))
        ticket = db.session.scalar(named)
        try:
            if ticket is None:
                raise NoSuchTicket(reference=reference)
            landed = put_on_ticket(incoming, ticket, by=me())
        except Refusal as refusal:
            return _again(incoming_id, form, refusal)
        return done(url_for(".incoming"), f"The helpdesk reads it on {landed.reference} now.")
    return _page(incoming, form if form.is_submitted() else None)


class NoSuchTicket(Refusal):
    reason = "There is no ticket {reference}. Check the reference."


def _to_file(incoming_id: int) -> IncomingMessage:
    """A message that nobody understood, with all of it."""
    states = (IncomingState.NOT_UNDERSTOOD, IncomingState.PUT_AWAY)
    wanted = select(IncomingMessage).where(
        IncomingMessage.id == incoming_id,
        IncomingMessage.state.in_(states),
        IncomingMessage.raw.is_not(None),
    )
    found: IncomingMessage = db.one_or_404(wanted.options(undefer(IncomingMessage.raw)))
    return found


def _again(incoming_id: int, form: Form, refusal: Refusal) -> ResponseReturnValue:
    """The page once more, with the reason; but where somebody else has seen to it meanwhile, the list."""
    db.session.rollback()
    if isinstance(refusal, SeenTo):
        return done(url_for(".incoming"), str(refusal))
    form.form_errors.append(str(refusal))
    return _page(_to_file(incoming_id), form)


def _page(incoming: IncomingMessage, form: Form | None = None) -> ResponseReturnValue:
    letter = letter_of(incoming)
    known = sender_of(letter)
    new = form if isinstance(form, NewRequestForm) else NewRequestForm(formdata=None)
    if form is None and known is not None and known.is_active:
        new = NewRequestForm(formdata=None, data={"requester": str(known.id)})
    page = render_template(
        "home/one_incoming.html",
        incoming=incoming,
        letter=letter,
        warning=in_words(letter.sender_fails),
        new=new,
        on_ticket=form if isinstance(form, OnTicketForm) else OnTicketForm(formdata=None),
        form=form,
        states=IncomingState,
    )
    return make_response(page, 200 if form is None else 422)
