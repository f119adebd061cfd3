"""Deciding about suggested problems, and the setting that says when tickets suggest one."""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms.validators import InputRequired

from ...database import db
from ...errors import Refusal
from ...pages.forms import WholeNumberField
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Role
from ..blueprint import bp
from ..models import Ticket
from . import deciding
from .access import PUBLISHERS, countable
from .models import ProblemSuggestion, SuggestedTicket
from .suggesting import find, rule_now, would_find


def sets_rule(person: Any) -> bool:
    return bool(person.has_role_for(None, Role.MANAGER))


setting(
    "What suggests a problem",
    "How many similar tickets about a system, within how many days, suggest that there is a problem behind them.",
    "tickets.problem_rule",
    when=sets_rule,
    group="Work",
    order=65,
)


class RuleForm(PreviewForm):
    least = WholeNumberField(
        "How many similar tickets?",
        [InputRequired("Enter how many tickets")],
        least=2,
        most=100,
        what="The number of tickets",
    )
    days = WholeNumberField(
        "Within how many days?", [InputRequired("Enter how many days")], least=1, most=90, what="The days"
    )


@bp.post("/problems/suggestions/<int:suggestion_id>/problem")
@allow(*PUBLISHERS)
@once
def suggestion_taken(suggestion_id: int) -> ResponseReturnValue:
    """Open the problem with its tickets, in one press."""
    try:
        problem = deciding.take(_suggestion(suggestion_id), by=me())
    except Refusal as refusal:
        return _refused(refusal)
    reference = problem.ticket.reference
    here = url_for("tickets.problem", reference=reference)
    return done(here, f"{reference} is opened, with its tickets.")


@bp.post("/problems/suggestions/<int:suggestion_id>/dismissal")
@allow(*PUBLISHERS)
@once
def suggestion_dismissal(suggestion_id: int) -> ResponseReturnValue:
    try:
        deciding.dismiss(_suggestion(suggestion_id), by=me())
    except Refusal as refusal:
        return _refused(refusal)
    return done(url_for("tickets.problems"), "These tickets suggest no problem any more.")


@bp.route("/settings/suggested-problems", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def problem_rule() -> ResponseReturnValue:
    """How many similar tickets suggest a problem: seen first, then saved."""
    rule = rule_now()
    form = RuleForm(data={"least": rule.least, "days": rule.days})

    def save() -> str:
        if not sets_rule(me()):
            raise OnlyForAll
        deciding.set_rule(rule, least=form.least.data, days=form.days.data, by=me())
        find()
        return "Saved. What there is to suggest stands on the page of problems."

    def preview() -> Preview:
        count = would_find(form.least.data, form.days.data)
        said = "One more group" if count == 1 else f"{count or 'No'} more groups"
        return Preview(
            [f"{said} of similar tickets would be suggested as a problem. What is suggested already stays."]
        )

    outcome = consider(form, preview=preview, save=save, row=rule, facts=lambda: (rule.least, rule.days))
    if outcome.saved:
        return done(url_for("tickets.problems"), outcome.saved)
    return render_template("tickets/problems/rule.html", form=form, preview=outcome.preview)


class OnlyForAll(Refusal):
    reason = "Only a manager for all councils can set this."


def _suggestion(suggestion_id: int) -> ProblemSuggestion:
    """The suggestion, for whoever may know of one of its tickets (404 for anybody else)."""
    known = (
        select(SuggestedTicket.suggestion_id)
        .join(Ticket, Ticket.id == SuggestedTicket.ticket_id)
        .where(countable(me()), Ticket.confidential.is_(False))
    )
    found: ProblemSuggestion = db.one_or_404(
        select(ProblemSuggestion).where(
            ProblemSuggestion.id == suggestion_id, ProblemSuggestion.id.in_(known)
        )
    )
    return found


def _refused(refusal: Refusal) -> ResponseReturnValue:
    db.session.rollback()
    flash(str(refusal))
    return done(url_for("tickets.problems"))
