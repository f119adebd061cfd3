"""Making a new request of something that was said on a ticket: a page that holds it all already."""

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...database import db
from ...errors import Refusal
from ...pages.forms import Form, NotRequired
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person
from ...people.picking import SomebodyField
from ...systems.models import System
from ..blueprint import bp
from ..desk import queries as desk_queries
from ..desk.forms import PROSE, sentence
from ..models import ASKED_FOR, Message, MessageKind, Ticket, TicketType
from ..versions import MergedAway
from ..working import work_on
from . import splitting


class SplitForm(Form):
    made = HiddenField()
    subject = StringField("Subject", [InputRequired("Enter a subject"), Length(max=200)])
    description = TextAreaField("What it is about", [NotRequired(), PROSE])
    requester = SomebodyField(
        "Requester",
        [InputRequired("Enter who asks for it")],
    )
    ticket_type = RadioField("Type", choices={each.value: sentence(each.value) for each in ASKED_FOR})
    systems = SelectMultipleField("Systems concerned", [NotRequired()], coerce=str)
    files = SelectMultipleField("Files to take along", [NotRequired()], coerce=int)
    confidential = BooleanField("Confidential")

    @property
    def seen(self) -> int | None:
        return whole(self.made.data)


@bp.route("/tickets/<reference>/split", methods=["GET", "POST"])
@allow(*DESK)
@once
def split(reference: str) -> ResponseReturnValue:
    """A new request of one message, or of what the ticket was raised with."""
    ticket = work_on(reference)
    message = _message(ticket)
    made, files = splitting.made_of(ticket, message, me()), splitting.files_of(ticket, message)
    form = SplitForm() if request.method == "POST" else _filled(ticket, message)
    form.systems.choices = dict(desk_queries.systems())
    form.files.choices = [(each.id, each.name + (" (internal)" if each.internal else "")) for each in files]
    if not form.is_submitted():
        form.files.data = [each.id for each in files if not each.internal]
    if not files:
        del form.files
    if ticket.confidential:
        del form.confidential
    if ticket.merged_into_id is not None:
        raise MergedAway(reference=reference)
    if form.validate_on_submit():
        try:
            new = _split(ticket, message, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
            made = splitting.made_of(ticket, message, me())
        else:
            here = url_for("tickets.ticket", reference=new.reference)
            return done(here, f"{new.reference} is made of it, and {new.requester.name} is told.")
    form.made.data = str(len(made))
    page = render_template(
        "tickets/related/split.html",
        ticket=ticket,
        message=message,
        form=form,
        made=made,
        is_note=message is not None and message.kind is not MessageKind.REPLY,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _message(ticket: Ticket) -> Message | None:
    """The message that the address names, or None for what the ticket was raised with."""
    typed = request.args.get("message", "")
    if not typed:
        return None
    if (key := whole(typed)) is None:
        abort(404)
    found: Message = db.one_or_404(select(Message).where(Message.id == key, Message.ticket_id == ticket.id))
    return found


def _filled(ticket: Ticket, message: Message | None) -> SplitForm:
    """The form as what was said fills it."""
    return SplitForm(
        data={
            "subject": ticket.subject,
            "description": ticket.description if message is None else message.body,
            "requester": str(splitting.asked_by(ticket, message).id),
            "ticket_type": (ticket.ticket_type if ticket.ticket_type in ASKED_FOR else ASKED_FOR[0]).value,
            "systems": [str(each.id) for each in ticket.systems],
        }
    )


def _split(ticket: Ticket, message: Message | None, form: SplitForm) -> Ticket:
    chosen = [int(key) for key in form.systems.data or []]
    wanted = set(form.files.data or []) if form.files is not None else set()
    return splitting.split(
        ticket,
        message,
        by=me(),
        requester=db.session.get_one(Person, int(form.requester.data)),
        subject=form.subject.data or "",
        description=form.description.data or "",
        ticket_type=TicketType(form.ticket_type.data),
        systems=db.session.scalars(select(System).where(System.id.in_(chosen))).all() if chosen else (),
        files=[each for each in splitting.files_of(ticket, message) if each.id in wanted],
        confidential=bool(form.confidential is not None and form.confidential.data),
        seen=form.seen,
    )
