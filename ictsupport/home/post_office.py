"""The post office: what was written to people, and what became of it; and what came in."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import undefer

from ..config import settings
from ..database import db
from ..mail import Outgoing
from ..mail.models import IncomingMessage, IncomingState
from ..mail.putting_away import put_away
from ..mail.queries import STATES, counts, incoming_counts, incoming_page, mailbox_reading, outbox_page
from ..mail.resending import resend as resend_message
from ..pages import navigation
from ..pages.addresses import row_number
from ..pages.presses import done, once
from ..people.access import allow, may_grant, me
from ..people.models import Role

bp = Blueprint("post_office", __name__, url_prefix="/post-office")

navigation.item("Post office", "post_office.messages", when=lambda person: may_open(person), order=85)


def may_open(person: Any) -> bool:
    """Messages hold sign-in links of anybody, so only administrators for all councils see them."""
    return bool(person.has_role(Role.ADMINISTRATOR)) and may_grant(person, None)


@bp.before_request
def _only_for_all_councils() -> None:
    if not may_open(me()):
        abort(403)


@bp.route("")
@allow(Role.ADMINISTRATOR)
def messages() -> ResponseReturnValue:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    q = request.args.get("q", "").strip()[:200]
    page = outbox_page(
        state=state,
        q=q,
        after=request.args.get("after", type=row_number),
        before=request.args.get("before", type=row_number),
    )
    kept = {name: value for name, value in (("state", state), ("q", q)) if value}
    return render_template(
        "home/post_office.html",
        page=page,
        state=state,
        q=q,
        counts=counts(),
        keeps=settings().mail_delivery == "post-office",
        href=lambda **which: url_for(".messages", **{**kept, **which}),
    )


@bp.route("/incoming")
@allow(Role.ADMINISTRATOR)
def incoming() -> ResponseReturnValue:
    """What came in: first what nobody understood, with why."""
    asked = request.args.get("state", "")
    state = next((each for each in IncomingState if each.value == asked), IncomingState.NOT_UNDERSTOOD)
    page = incoming_page(state, after=request.args.get("after"), before=request.args.get("before"))
    return render_template(
        "home/incoming.html",
        page=page,
        state=state,
        counts=incoming_counts(),
        states=IncomingState,
        inbox=settings().mail_inbox,
        mailbox=settings().mailbox_name,
        reading=mailbox_reading(),
        href=lambda **which: url_for(".incoming", state=state.value, **which),
    )


@bp.route("/incoming/<int:incoming_id>/source")
@allow(Role.ADMINISTRATOR)
def source(incoming_id: int) -> ResponseReturnValue:
    """The message as it came, to be looked at elsewhere."""
    wanted = select(IncomingMessage).where(
        IncomingMessage.id == incoming_id,
        IncomingMessage.raw.is_not(None),
        IncomingMessage.state
        != IncomingState.TAKEN,  # what became part of a ticket is for those who may open that
    )
    found: IncomingMessage = db.one_or_404(wanted.options(undefer(IncomingMessage.raw)))
    answer = Response(found.raw, mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="message-{found.id}.eml"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.route("/incoming/<int:incoming_id>/putting-away", methods=["POST"])
@allow(Role.ADMINISTRATOR)
@once
def putting_away(incoming_id: int) -> ResponseReturnValue:
    found: IncomingMessage = db.one_or_404(select(IncomingMessage).where(IncomingMessage.id == incoming_id))
    put_away(found, by=me())
    return done(url_for(".incoming"), "The message is put away.")


@bp.route("/<int:message_id>")
@allow(Role.ADMINISTRATOR)
def message(message_id: int) -> ResponseReturnValue:
    return render_template(
        "home/message.html", message=_one(message_id), keeps=settings().mail_delivery == "post-office"
    )


@bp.route("/<int:message_id>/resending", methods=["POST"])
@allow(Role.ADMINISTRATOR)
def resending(message_id: int) -> ResponseReturnValue:
    resend_message(_one(message_id), by=me())
    return done(url_for(".message", message_id=message_id), "It is on its way again.")


def _one(message_id: int) -> Outgoing:
    found: Outgoing = db.one_or_404(select(Outgoing).where(Outgoing.id == message_id))
    return found
