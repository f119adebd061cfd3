"""The desk's page of one ticket: its timeline, its side, and the box for what is said."""

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..access import note_reading
from ..attachments import ACCEPTED
from ..blueprint import bp
from ..models import CallResult, MessageKind, Status, Ticket
from ..parts import actions_for, parts_of
from ..related.queries import company_of
from ..replying import log_call, note, reply
from ..working import work_on
from . import queries as desk_queries
from .forms import AssignForm, MessageForm, MoveForm
from .timeline import SHOWN, Past

SAID = {
    MessageKind.REPLY: "Your reply is on its way.",
    MessageKind.NOTE: "Your note has been added.",
    MessageKind.CALL: "The call has been recorded.",
}


def ticket_page(reference: str, form: MessageForm | None = None) -> ResponseReturnValue | None:
    """The page of a ticket for whoever works it; None for anybody else. `form` is one that has to be corrected."""
    person = me()
    ticket = desk_queries.ticket_to_show(reference, person)
    if ticket is None:
        return None
    note_reading(ticket, person)
    past = Past.of(ticket)
    register = desk_queries.register(ticket.id, past.mentioned())
    show = request.args.get("show", "")
    assign, move = AssignForm(formdata=None), MoveForm(formdata=None)
    assign.version.data = move.version.data = str(ticket.version)
    page = render_template(
        "tickets/ticket.html",
        ticket=ticket,
        lines=past.told(register.names, show),
        show=show if show in SHOWN else "",
        systems=register.systems,
        tags=register.tags,
        parts=parts_of(ticket, person),
        actions=actions_for(ticket, person),
        others=company_of(ticket, person).open_too,
        agents=[("", "Nobody"), *register.agents],
        queues=register.queues,
        assign=assign,
        move=move,
        may_go_to=ticket.status.may_go_to,
        statuses=Status,
        form=form,
        message=form or MessageForm(formdata=None),
        accepted=ACCEPTED,
    )
    return make_response(page, 200 if form is None else 422)


@bp.post("/tickets/<reference>/messages")
@allow(*DESK)
@once
def message(reference: str) -> ResponseReturnValue:
    """A reply, a note or a call, as the box on the ticket page says."""
    return write(reference)


def write(reference: str) -> ResponseReturnValue:
    """Put down what the box says, and show the ticket again."""
    ticket, form = work_on(reference), MessageForm()
    if form.validate_on_submit():
        try:
            say(ticket, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            here = url_for("tickets.ticket", reference=reference)
            return done(here, SAID[MessageKind(form.kind.data)])
    return ticket_page(reference, form) or ""


def say(ticket: Ticket, form: MessageForm) -> None:
    """Put down what the form says, as the kind it says."""
    body, files = form.body.data or "", form.files.data or []
    kind = MessageKind(form.kind.data)
    if kind is MessageKind.REPLY:
        reply(ticket, body, by=me(), files=files)
    elif kind is MessageKind.NOTE:
        note(ticket, body, by=me(), files=files)
    else:
        log_call(ticket, body, CallResult(form.result.data), by=me(), promised_at=form.promised)
