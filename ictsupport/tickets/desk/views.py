"""The desk's page of one ticket: its timeline, its side, and the box for what is said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..access import note_reading
from ..approvals.queries import standing
from ..attachments import ACCEPTED
from ..blueprint import bp
from ..models import Status, Ticket, TicketType
from ..parts import actions_for, beside_of, parts_of
from ..related.queries import company_of
from ..working import work_on
from . import queries as desk_queries
from .acts import refused
from .box import HOLD, RESOLVE, send, thens
from .drafting import drop_draft
from .forms import AssignForm, MessageForm, MoveForm
from .looking import company_at
from .timeline import SHOWN, Past


def ticket_page(
    reference: str, form: MessageForm | None = None, conflicts: list[Any] | None = None
) -> ResponseReturnValue | None:
    """The page of a ticket for whoever works it; None for anybody else. `form` is what is in the box, if not a draft."""
    person = me()
    ticket = desk_queries.ticket_to_show(reference, person)
    if ticket is None:
        return None
    note_reading(ticket, person)
    show, before = request.args.get("show", ""), _moment(request.args.get("before", ""))
    show = show if show in SHOWN else ""
    others = company_of(ticket, person)
    past = Past.of(ticket, person, before, show, others.merged, others.splits)
    register = desk_queries.register(ticket, past.mentioned(), person)
    company = company_at(ticket.id, person)
    assign, move = AssignForm(formdata=None), MoveForm(formdata=None)
    assign.version.data = move.version.data = str(ticket.version)
    page = render_template(
        "tickets/ticket.html",
        ticket=ticket,
        told=past.told(register.names, show),
        show=show,
        shown=SHOWN,
        before=before,
        newest=past.newest,
        systems=register.systems,
        tags=register.tags,
        macros=register.macros,
        replies=register.replies,
        approvals=standing(
            register.approvals, ticket, {one.ticket_id: one.reference for one in others.merged}
        ),
        parts=parts_of(ticket, person),
        actions=actions_for(ticket, person),
        others=others.open_too,
        agents=[("", "Nobody"), *register.agents],
        queues=register.queues,
        company=company,
        assign=assign,
        move=move,
        may_go_to=ticket.status.may_go_to if ticket.merged_into_id is None else (),
        statuses=Status,
        form=form,
        conflicts=conflicts,
        message=_box(ticket, form, company.draft),
        opens={"hold": HOLD, "resolve": RESOLVE},
        accepted=ACCEPTED,
    )
    return make_response(page, 422 if form is not None and form.problems else 200)


def _box(ticket: Ticket, form: MessageForm | None, draft: Mapping[str, Any] | None) -> MessageForm:
    """The box for the next message: as it was sent, or as it was left, or empty."""
    message = form or MessageForm(formdata=MultiDict(draft) if draft else None)
    if form is None:
        message.version.data = str(ticket.version)
    if ticket.ticket_type is TicketType.PROBLEM:
        message.note_only()
    message.then.choices = thens(ticket.status)
    if message.then.data not in message.then.choices:
        message.then.data = ""
    return message


@bp.get("/tickets/<reference>/beside")
@allow(*DESK)
def beside(reference: str) -> ResponseReturnValue:
    """What may help with a ticket: it has to be looked for, so the ticket's page does not wait for it."""
    ticket = work_on(reference)
    return render_template(
        "tickets/beside.html",
        reference=reference,
        parts=beside_of(ticket, me()),
        frameless="frameless" in request.args,
    )


def _moment(typed: str) -> datetime | None:
    """The moment an address names; anything else is passed over."""
    try:
        at = datetime.fromisoformat(typed[:40].replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo and 1970 < at.year < 9999 else None


@bp.post("/tickets/<reference>/messages")
@allow(*DESK)
@once
def message(reference: str) -> ResponseReturnValue:
    """A reply, a note or a call, as the box on the ticket page says."""
    return write(reference)


def write(reference: str) -> ResponseReturnValue:
    """Put down what the box says, and show the ticket again."""
    ticket, form = work_on(reference), MessageForm()
    conflicts: list[Any] = []
    if form.validate_on_submit():
        try:
            said = send(ticket, form.said, by=me())
            drop_draft(ticket, by=me())
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            conflicts = refused(form, refusal)
        else:
            return done(url_for("tickets.ticket", reference=reference), said)
    return ticket_page(reference, form, conflicts) or ""
