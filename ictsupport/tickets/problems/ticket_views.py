"""A ticket and its problem: attaching it, and putting the workaround into the reply."""

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from ..desk.forms import MessageForm
from ..desk.views import ticket_page
from ..models import Ticket, TicketType
from ..related.major import hang
from ..related.queries import NoSuchTicket, ticket_named
from ..texts import LONGEST
from ..versions import take_turn
from ..working import work_on
from . import queries
from .forms import ProblemOfForm


class NoProblem(Refusal):
    reason = "{reference} is not a problem. Choose one, or open a new problem from this ticket."


@bp.route("/tickets/<reference>/problem", methods=["GET", "POST"])
@allow(*DESK)
@once
def problem_of(reference: str) -> ResponseReturnValue:
    """Say which problem causes the ticket."""
    ticket, form = work_on(reference), ProblemOfForm()
    offered = queries.problems_for(ticket, me())
    form.problem.choices = {row.reference: f"{row.reference}: {row.subject}" for row in offered}
    if form.validate_on_submit():
        try:
            take_turn(ticket)
            named = _problem(form.problem.data or form.other.data or "")
            hang(named, ticket, by=me())
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            here = url_for("tickets.ticket", reference=reference)
            return done(here, f"It hears of {named.reference}, and can be resolved with it.")
    page = render_template(
        "tickets/problems/problem_of.html", ticket=work_on(reference), form=form, offered=offered
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/<reference>/workaround")
@allow(*DESK)
def workaround(reference: str) -> ResponseReturnValue:
    """The box again, with the workaround of a problem at its end. Nothing is changed."""
    ticket, form = work_on(reference), MessageForm()
    wanted = request.form.get("problem", "")
    text = next(
        (each.workaround for each in queries.known_errors(ticket, me()) if each.ticket.reference == wanted),
        "",
    )
    before = (form.body.data or "").rstrip()
    together = f"{before}\n\n{text}" if before and text else before or text
    form.body.data = together if len(together) <= LONGEST else before
    form.version.data = str(form.seen or ticket.version)
    return ticket_page(reference, form) or ""


def _problem(reference: str) -> Ticket:
    found = ticket_named(reference, me())
    if found.ticket_type is not TicketType.PROBLEM:
        raise NoProblem(reference=found.reference)
    if not found.is_open:
        raise NoSuchTicket(reference=found.reference)
    return found
