"""How it went: pages without a sign-in, from the links of a mail; the same after signing in; whom to ring back.

Opening a link changes nothing, since mail programs open links too: each page
has a button, and only that acts.
"""

from collections.abc import Callable
from typing import Any

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...database import db
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.presses import done, once
from ...people.access import allow, me, public
from ...people.models import Person, Role
from ..access import visible_tickets, workable
from ..asking.own_forms import StillWrongForm
from ..blueprint import bp
from ..models import Status, Ticket
from ..replying import reply
from ..resolving import close
from . import links
from .asking import NotAsked, NotResolved, rate, rating_of, ring_back, waiting_for_a_call
from .forms import RatingForm
from .models import SCORES, Rating

MOST = 200


def _linked(
    purpose: str, token: str, answer: Callable[[links.Linked], ResponseReturnValue]
) -> ResponseReturnValue:
    """Answer whoever follows a good link; to everybody else say that it has ended."""
    try:
        linked = links.read(purpose, token)
    except Refusal as refusal:
        return make_response(render_template("tickets/rating/ended.html", trouble=str(refusal)), 410)
    return answer(linked)


@bp.route("/answers/<token>/works-now", methods=["GET", "POST"])
@public
@once
def works_now(token: str) -> ResponseReturnValue:
    """It works now, says whoever asked."""

    def answer(linked: links.Linked) -> ResponseReturnValue:
        form, ticket = Form(), linked.ticket
        if form.validate_on_submit() and ticket.status is Status.RESOLVED:
            close(ticket, by=linked.person)
            return done(url_for("tickets.works_now", token=token))
        return _page("works_now", form, linked, closed=ticket.status is Status.CLOSED)

    return _linked(links.ANSWER, token, answer)


@bp.route("/answers/<token>/still-wrong", methods=["GET", "POST"])
@public
@once
def still_wrong(token: str) -> ResponseReturnValue:
    """Still not working: what is wrong goes to whoever had it."""

    def answer(linked: links.Linked) -> ResponseReturnValue:
        form = StillWrongForm()
        if form.validate_on_submit():
            try:
                with db.session.begin_nested():
                    landed = reply(linked.ticket, form.wrong.data or "", by=linked.person)
                return done(url_for("tickets.heard", reference=landed.reference))
            except Refusal as refusal:
                form.form_errors.append(str(refusal))
        return _page("still_wrong", form, linked)

    return _linked(links.ANSWER, token, answer)


@bp.get("/answers/heard/<reference>")
@public
def heard(reference: str) -> ResponseReturnValue:
    """That it was heard. Says nothing of the request but the reference in its own address."""
    if len(reference) > 20 or not reference.replace("-", "").isalnum():
        abort(404)
    return render_template("tickets/rating/heard.html", reference=reference)


@bp.route("/answers/<token>/rating", methods=["GET", "POST"])
@public
@once
def rating_by_link(token: str) -> ResponseReturnValue:
    """How it went, without signing in."""
    here = url_for("tickets.rating_by_link", token=token)

    def answer(linked: links.Linked) -> ResponseReturnValue:
        return _ask(linked.ticket, linked.person, here)

    return _linked(links.RATING, token, answer)


@bp.route("/tickets/<reference>/rating", methods=["GET", "POST"])
@once
def rating(reference: str) -> ResponseReturnValue:
    """How it went, from one's own page. Others may see the ticket; only its requester is asked."""
    ticket: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    if ticket.requester_id != me().id:
        abort(403)
    if ticket.confidential:
        raise NotAsked
    if ticket.resolved_at is None:
        raise NotResolved
    return _ask(ticket, me(), url_for("tickets.rating", reference=reference))


@bp.get("/tickets/ratings")
@allow(Role.MANAGER)
def to_ring() -> ResponseReturnValue:
    """Who was not satisfied and is to be rung back, the longest waiting first."""
    found = db.session.scalars(
        waiting_for_a_call(me())
        .order_by(Rating.answered_at, Rating.id)
        .limit(MOST)
        .options(joinedload(Rating.ticket), joinedload(Rating.person))
    ).all()
    return render_template("tickets/rating/to_ring.html", found=found, scores=SCORES)


@bp.post("/tickets/ratings/<int:rating_id>/ring-back")
@allow(Role.MANAGER)
@once
def rung(rating_id: int) -> ResponseReturnValue:
    """They have been rung, whatever has become of the ticket since."""
    mine = select(Rating).join(Rating.ticket).where(Rating.id == rating_id, workable(me()))
    ring_back(db.one_or_404(mine), by=me())
    return done(url_for("tickets.to_ring"), "Noted that they have been rung back.")


# Inside


def _ask(ticket: Ticket, person: Person, here: str) -> ResponseReturnValue:
    given = rating_of(ticket)
    score = str(given.score) if given is not None and given.score is not None else None
    form = RatingForm(
        score=score, reasons=given.reasons if given else [], words=given.words_ if given else ""
    )
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                rate(
                    ticket,
                    int(form.score.data),
                    by=person,
                    reasons=form.reasons.data or (),
                    words=form.words.data or "",
                )
            return done(here, "Thank you. We have your answer.")
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    return _page("rating", form, links.Linked(ticket, person), given=score is not None)


def _page(name: str, form: Form, linked: links.Linked, **more: Any) -> ResponseReturnValue:
    page = render_template(f"tickets/rating/{name}.html", form=form, ticket=linked.ticket, **more)
    answer = make_response(page, 422 if form.problems else 200)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
