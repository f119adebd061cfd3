"""The links of a ticket: all of them on a page, added and taken away there."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from ..models import Ticket
from ..working import work_on
from . import queries
from .forms import LinkForm
from .linking import link, unlink


@bp.route("/tickets/<reference>/links", methods=["GET", "POST"])
@allow(*DESK)
@once
def links(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), LinkForm()
    if form.validate_on_submit():
        try:
            _link(ticket, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for("tickets.links", reference=reference), "The link has been added.")
    page = render_template(
        "tickets/related/links.html",
        ticket=ticket,
        form=form,
        links=queries.links_shown(ticket, me(), limit=500),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _link(ticket: Ticket, form: LinkForm) -> None:
    other = db.first_or_404(db.select(Ticket).where(Ticket.reference == form.other.data))
    kind, first = form.chosen
    one, two = (ticket, other) if first else (other, ticket)
    link(one, kind, two, by=me())


@bp.post("/tickets/<reference>/links/<int:link_id>/removal")
@allow(*DESK)
@once
def link_removal(reference: str, link_id: int) -> ResponseReturnValue:
    ticket = work_on(reference)
    unlink(queries.link_to_remove(ticket, link_id, me()), by=me())
    return done(url_for("tickets.links", reference=reference), "The link has been taken away.")
