"""Using on a ticket what the desk has prepared: macros with their preview, saved replies put into the box."""

from dataclasses import replace
from typing import Any

from flask import abort, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...database import db
from ...errors import Refusal
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from ..models import Ticket
from ..texts import LONGEST
from ..working import work_on
from .acts import refused
from .forms import MessageForm
from .macros import apply, preview, steps_on, trouble
from .models import Macro, SavedReply
from .saved_replies import filled
from .sharing import offered
from .sharing_forms import MacroUseForm
from .views import ticket_page


def _chosen(model: type[Any], key: str, ticket: Ticket) -> Any:
    """What the person may use on the ticket, or None."""
    if (number := whole(key)) is None:
        return None
    return db.session.scalar(select(model).where(model.id == number, offered(model, me(), ticket.queue_id)))


@bp.get("/tickets/<reference>/macros")
@allow(*DESK)
def macros_for(reference: str) -> ResponseReturnValue:
    """The macros there are for the ticket; chosen on its page, one leads to its preview."""
    ticket = work_on(reference)
    chosen = _chosen(Macro, request.args.get("macro", ""), ticket)
    if chosen is not None:
        return redirect(url_for("tickets.macro_on", reference=reference, macro_id=chosen.id))
    found = db.session.scalars(
        select(Macro).where(offered(Macro, me(), ticket.queue_id)).order_by(Macro.name)
    ).all()
    return render_template("tickets/macros.html", ticket=ticket, macros=found)


@bp.route("/tickets/<reference>/macros/<int:macro_id>", methods=["GET", "POST"])
@allow(*DESK)
@once
def macro_on(reference: str, macro_id: int) -> ResponseReturnValue:
    """What the macro would change, and the button that does it: everything, or nothing."""
    ticket, form = work_on(reference), MacroUseForm()
    macro = _chosen(Macro, str(macro_id), ticket) or abort(404)
    steps = steps_on(macro, ticket, me())
    conflicts: list[Any] = []
    if not form.is_submitted():
        form.version.data = str(ticket.version)
        form.reply.data, form.note.data = steps.reply, steps.note
    elif form.validate():
        said = replace(
            steps,
            reply=(form.reply.data or "") if steps.reply else "",
            note=(form.note.data or "") if steps.note else "",
        )
        try:
            apply(macro, said, ticket, by=me(), seen=form.seen)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            conflicts = refused(form, refusal)
        else:
            return done(url_for("tickets.ticket", reference=reference), f"“{macro.name}” is done.")
    page = render_template(
        "tickets/macro.html",
        ticket=ticket,
        macro=macro,
        steps=steps,
        changes=list(preview(replace(steps, note=""), ticket, me())),
        trouble="" if conflicts else trouble(steps, ticket, me()),
        conflicts=conflicts,
        form=form,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/<reference>/saved-reply")
@allow(*DESK)
def insert_reply(reference: str) -> ResponseReturnValue:
    """The box again, with the saved reply at its end; or for the script its words alone. Nothing is changed."""
    ticket = work_on(reference)
    saved = _chosen(SavedReply, request.form.get("saved_reply", ""), ticket)
    text = filled(saved.body, ticket, me()) if saved is not None else ""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(text=text)
    form = MessageForm()
    before = (form.body.data or "").rstrip()
    together = f"{before}\n\n{text}" if before and text else before or text
    form.body.data = together if len(together) <= LONGEST else before
    form.version.data = str(form.seen or ticket.version)
    return ticket_page(reference, form) or ""
