"""Drafts and who is at a ticket: what the page sends while somebody types, and their list of what they have begun."""

from flask import jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.filters import clock_time
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...pages.settings_index import setting
from ...people.access import DESK, allow, me
from ..access import is_desk
from ..blueprint import bp
from ..working import work_on
from .drafting import drafts_of, drop_draft, keep_draft
from .forms import MessageForm
from .looking import company_at, news_of, note_looking
from .views import ticket_page

setting(
    "Keys",
    "What single keys do on the desk’s pages, and the switch that turns them off.",
    "tickets.keys",
    when=is_desk,
    group="Your own",
    order=40,
)


@bp.route("/tickets/keys", methods=["GET", "POST"])
@allow(*DESK)
@once
def keys() -> ResponseReturnValue:
    """The single keys of the desk's pages, and the switch that turns them off for oneself."""
    if request.method == "GET":
        return render_template("tickets/keys.html")
    person = me()
    person.uses_keys = bool(request.form.get("on"))
    return done(url_for("tickets.keys"), f"The keys are {'on' if person.uses_keys else 'off'}.")


@bp.get("/tickets/drafts")
@allow(*DESK)
def drafts() -> ResponseReturnValue:
    """What one has begun to write and not sent."""
    return render_template("tickets/drafts.html", drafts=drafts_of(me()))


@bp.post("/tickets/<reference>/draft")
@allow(*DESK)
def draft(reference: str) -> ResponseReturnValue:
    """Keep what is in the box. Without @once: saving twice is saving, and the form's key is for sending it."""
    ticket = work_on(reference)
    wants_words = request.accept_mimetypes.best != "application/json"
    try:
        kept = keep_draft(ticket, request.form.to_dict(), by=me(), once=request.form.get("once", ""))
    except Refusal as refusal:
        db.session.rollback()
        if not wants_words:
            return jsonify(said=str(refusal)), 422
        db.session.expire_all()
        form = MessageForm()
        form.form_errors = [str(refusal)]
        return ticket_page(reference, form) or ""
    if wants_words:
        words = "Your draft is saved. Only you see it." if kept else "There was nothing to keep."
        return done(url_for("tickets.ticket", reference=reference) + "#message", words)
    db.session.commit()
    return jsonify(said=f"Draft saved at {clock_time(kept.saved_at)}" if kept else "")


@bp.post("/tickets/<reference>/draft/removal")
@allow(*DESK)
@once
def draft_removal(reference: str) -> ResponseReturnValue:
    """It is not wanted any more."""
    drop_draft(work_on(reference), by=me())
    return done(url_for("tickets.ticket", reference=reference), "Your draft is gone.")


@bp.get("/tickets/<reference>/presence")
@allow(*DESK)
def presence(reference: str) -> ResponseReturnValue:
    """Who else is at the ticket, and what they have done since `newest`: asked again and again by the open page.

    That one looks at it oneself is written down aside, once a minute at most.
    """
    ticket = work_on(reference)
    company = company_at(ticket.id, me())
    newest = whole(request.args.get("newest"))
    news = news_of(ticket.id, me(), newest) if newest is not None else ""
    note_looking(ticket.id, me(), company)
    answer = make_response(jsonify(company=company.sentence, news=news))
    answer.cache_control.no_cache = True
    answer.cache_control.private = True
    answer.add_etag()
    return answer.make_conditional(request)
