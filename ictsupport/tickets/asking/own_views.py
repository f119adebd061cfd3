"""The pages of whoever asked for help: their requests, and one of them in plain words."""

import io

from flask import abort, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import me
from ..access import may_reply, note_reading, visible_attachments, visible_tickets
from ..attachments import ACCEPTED
from ..blueprint import bp
from ..file_store import FilesAway, content_of
from ..models import Attachment, Status, Ticket
from ..parts import parts_of
from ..replying import reply as reply_to
from ..resolving import cancel, close
from . import own_queries as queries
from .own_forms import CancelForm, ReplyForm, StillWrongForm
from .telling import STATES, told


def my_requests(before: str = "") -> ResponseReturnValue:
    """What somebody asked for: open, then finished a page at a time."""
    person = me()
    last = whole(before)
    finished, more = queries.finished_requests(person, last)
    return render_template(
        "tickets/my_requests.html",
        still_open=queries.open_requests(person) if last is None else [],
        finished=finished,
        more=more,
        first=last is None,
        unsent=queries.unsent_requests(person) if last is None else [],
        states=STATES,
    )


def request_page(ticket: Ticket, form: Form | None = None) -> ResponseReturnValue:
    """One request: how it stands, what was said, and what can be done. `form` is one that has to be corrected."""
    person = me()
    page = render_template(
        "tickets/request.html",
        ticket=ticket,
        told=told(ticket),
        messages=queries.conversation(person, ticket),
        files=queries.files_of_description(ticket),
        may_write=may_reply(person, ticket),
        may_cancel=ticket.is_open and Status.CANCELLED in ticket.status.may_go_to,
        accepted=ACCEPTED,
        reply_form=form if isinstance(form, ReplyForm) else ReplyForm(formdata=None),
        wrong_form=form if isinstance(form, StillWrongForm) else StillWrongForm(formdata=None),
        cancel_form=form if isinstance(form, CancelForm) else CancelForm(formdata=None),
        form=form,
        parts=parts_of(ticket, person),
    )
    return make_response(page, 200 if form is None else 422)


def reply(reference: str) -> ResponseReturnValue:
    ticket, form = _to_write_on(reference), ReplyForm()
    if form.validate_on_submit():
        try:
            landed = reply_to(ticket, form.body.data or "", by=me(), files=form.files.data or [])
        except Refusal as refusal:
            return _again(reference, form, refusal)
        said = "Your message has been sent."
        if landed.follows_id == ticket.id:
            said = f"That request is finished, so we opened a new one: {landed.reference}."
        return done(_address_after(ticket, landed), said)
    return request_page(ticket, form)


@bp.post("/tickets/<reference>/closing")
@once
def closing(reference: str) -> ResponseReturnValue:
    """It works now."""
    ticket = _to_write_on(reference)
    close(ticket, by=me())
    return done(url_for("tickets.ticket", reference=reference), "Thank you. We have closed your request.")


def reopening(reference: str) -> ResponseReturnValue:
    """Still not working: what is wrong goes to whoever had it."""
    ticket, form = _to_write_on(reference), StillWrongForm()
    if request.method == "GET":
        return request_page(ticket)
    if form.validate_on_submit():
        try:
            landed = reply_to(ticket, form.wrong.data or "", by=me())
        except Refusal as refusal:
            return _again(reference, form, refusal)
        return done(_address_after(ticket, landed), "We are sorry. We are looking at it again.")
    return request_page(ticket, form)


def cancellation(reference: str) -> ResponseReturnValue:
    ticket, form = _to_write_on(reference), CancelForm()
    if request.method == "GET":
        return request_page(ticket)
    if form.validate_on_submit():
        try:
            cancel(ticket, by=me(), reason=form.why.data or "")
        except Refusal as refusal:
            return _again(reference, form, refusal)
        return done(url_for("tickets.ticket", reference=reference), "Your request is cancelled.")
    return request_page(ticket, form)


@bp.get("/tickets/<reference>/files/<int:file_id>")
def file(reference: str, file_id: int) -> ResponseReturnValue:
    """A file, always as a download: nothing that came in is ever shown as a page of ours."""
    person = me()
    ticket: Ticket = db.one_or_404(visible_tickets(person).where(Ticket.reference == reference))
    found: Attachment = db.one_or_404(visible_attachments(person, ticket).where(Attachment.id == file_id))
    note_reading(ticket, person)
    return download(found)


def download(attachment: Attachment) -> ResponseReturnValue:
    """The answer that hands a file over."""
    try:
        content = content_of(attachment.key)
    except FileNotFoundError:
        abort(404)
    except FilesAway:
        abort(503)
    response = send_file(
        io.BytesIO(content),
        mimetype=attachment.content_type,
        as_attachment=True,
        download_name=attachment.name,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _address_after(ticket: Ticket, landed: Ticket) -> str:
    """Where to go on after a reply: to a new request that follows, but never to somebody else's that stands for one's own."""
    shown = landed if landed.follows_id == ticket.id else ticket
    return url_for("tickets.ticket", reference=shown.reference)


def _to_write_on(reference: str) -> Ticket:
    """The ticket, for those whose words go into it; for those who may only read it, forbidden."""
    ticket: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    if not may_reply(me(), ticket):
        abort(403)
    return ticket


def _again(reference: str, form: Form, refusal: Refusal) -> ResponseReturnValue:
    """The page once more with the reason on it; nothing of the attempt is kept but what was typed."""
    db.session.rollback()
    form.form_errors.append(str(refusal))
    ticket: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    return request_page(ticket, form)
