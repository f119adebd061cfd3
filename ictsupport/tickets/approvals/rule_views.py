"""The page on which a request type is given an approval that it asks for by itself."""

from collections.abc import Sequence

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import SelectField

from ...database import db
from ...pages.filters import plural
from ...pages.forms import NotRequired, WholeNumberField
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, Table, consider
from ...people.access import allow, me
from ...people.models import Team
from ...people.scopes import Scope
from ..models import Ticket
from ..request_types.models import FilledForm, RequestType, TypeForm
from ..request_types.questions import Question
from ..setting_up.access import SETS_UP, may_set_up
from ..setting_up.blueprint import bp
from .asking import MOST
from .models import ApprovalRule
from .rules import described, drop_rule, questions_about_people, rule_of, set_rule

NOBODY = ""


class RuleForm(PreviewForm):
    question = SelectField("Whoever is named in the answer to", [NotRequired()], coerce=str)
    team = SelectField("A team", [NotRequired()], coerce=str)
    needed = WholeNumberField(
        "How many of the team must approve?",
        [NotRequired()],
        least=1,
        most=MOST,
        what="The number",
        default=1,
    )

    def offer(self, questions: Sequence[Question], teams: Sequence[Team]) -> None:
        self.question.choices = {NOBODY: "No question"} | {each.key: each.label for each in questions}
        self.team.choices = {NOBODY: "No team"} | {str(each.id): each.name for each in teams}


@bp.route("/request-types/<slug>/approval", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def type_approval(slug: str) -> ResponseReturnValue:
    """Who must approve what is asked for with the type: nobody, somebody named in an answer, so many of a team."""
    if not may_set_up(me(), None):
        abort(403)
    type_ = _type(slug)
    # Requests come from all councils, so only a team for all of them can be asked.
    teams = db.session.scalars(select(Team).where(Team.scope == Scope.ALL).order_by(Team.name)).all()
    rule = rule_of(type_)
    form = RuleForm(data=_facts(rule))
    form.offer(questions_about_people(type_), teams)

    def save() -> str:
        team = next((each for each in teams if str(each.id) == form.team.data), None)
        if not form.question.data and team is None:
            drop_rule(type_, by=me())
            return f"{type_.name} asks for no approval by itself."
        set_rule(type_, by=me(), question=form.question.data, team=team, needed=form.needed.data or 1)
        return f"{type_.name} asks for approval by itself from now on."

    outcome = consider(
        form,
        preview=lambda: _what_changes(type_, save),
        save=save,
        row=type_,
        facts=lambda: list(_facts(rule_of(type_)).values()),
    )
    if outcome.saved:
        return done(url_for(".request_type", slug=slug), outcome.saved)
    page = render_template("settings/type_approval.html", form=form, type=type_, preview=outcome.preview)
    return make_response(page, 422 if form.problems else 200)


# Inside


def _type(slug: str) -> RequestType:
    found: RequestType = db.one_or_404(
        select(RequestType)
        .where(RequestType.slug == slug)
        .options(joinedload(RequestType.queue), selectinload(RequestType.forms))
    )
    return found


def _facts(rule: ApprovalRule | None) -> dict[str, object]:
    if rule is None:
        return {}
    return {"question": rule.question, "team": str(rule.team_id or ""), "needed": rule.needed}


def _what_changes(type_: RequestType, save: object) -> Preview:
    before = described(rule_of(type_), type_)["Approval"]
    assert callable(save)
    save()
    rule = rule_of(type_)
    after = described(rule, type_)["Approval"]
    if before == after:
        return Preview(["Nothing is different."])
    asked = (
        select(func.count())
        .select_from(FilledForm)
        .join(TypeForm, TypeForm.id == FilledForm.form_id)
        .join(Ticket, Ticket.id == FilledForm.ticket_id)
        .where(TypeForm.type_id == type_.id, Ticket.OPEN)
    )
    still_open = db.session.scalar(asked) or 0
    says = [
        f"It holds for what is asked from now on. {plural(still_open, 'ticket')} asked before "
        f"{'stays' if still_open == 1 else 'stay'} as {'it is' if still_open == 1 else 'they are'}."
    ]
    if rule is not None:
        says.append("Such a ticket is not resolved before the approval is settled or withdrawn.")
    if rule is not None and rule.team is None:
        says.append(
            "Where the answer names nobody we know at the requester’s council, the desk gets a task that must be done."
        )
    return Preview(says, [Table("What is different", ["What", "Now", "Then"], [("Approval", before, after)])])
