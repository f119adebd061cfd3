"""The desk's pages about the approvals of a ticket: what was asked and decided, asking, taking it back."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person, Team
from ..blueprint import bp
from ..models import Ticket
from ..working import work_on
from .asking import ask, withdraw
from .forms import PEOPLE, PLACES, TEAM, AskForm
from .models import Approval
from .queries import approvals_of, approvals_on, teams_for
from .reminding import remind_now


@bp.get("/tickets/<reference>/approvals")
@allow(*DESK)
def approvals(reference: str) -> ResponseReturnValue:
    """What was asked about the ticket, and what everybody said."""
    ticket = work_on(reference)
    return render_template(
        "tickets/approvals/approvals.html", ticket=ticket, approvals=approvals_of(ticket, me()), me=me()
    )


@bp.route("/tickets/<reference>/approvals/new", methods=["GET", "POST"])
@allow(*DESK)
@once
def new_approval(reference: str) -> ResponseReturnValue:
    """Ask for approval; `again` is an earlier question to begin from."""
    ticket = work_on(reference)
    form = AskForm(data=_from_before(ticket))
    form.offer(teams_for(ticket))
    if form.validate_on_submit():
        try:
            asked = ask(ticket, form.what.data or "", by=me(), **_wanted(form))
            how_many = len(asked.approvers)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            said = (
                "They have been asked."
                if how_many > 1
                else f"{asked.approvers[0].person.name} has been asked."
            )
            return done(url_for("tickets.approvals", reference=reference), said)
    page = render_template("tickets/approvals/ask.html", ticket=work_on(reference), form=form)
    return make_response(page, 422 if form.problems else 200)


@bp.post("/tickets/<reference>/approvals/<int:approval_id>/withdrawal")
@allow(*DESK)
@once
def approval_withdrawal(reference: str, approval_id: int) -> ResponseReturnValue:
    """Nobody is asked any more."""

    def act(approval: Approval) -> str:
        withdraw(approval, by=me())
        return "Withdrawn. Those who had not decided have been told."

    return _upon(reference, approval_id, act)


@bp.post("/tickets/<reference>/approvals/<int:approval_id>/reminder")
@allow(*DESK)
@once
def approval_reminder(reference: str, approval_id: int) -> ResponseReturnValue:
    """Those who have not decided are written to again, now."""

    def act(approval: Approval) -> str:
        return f"Reminded: {', '.join(person.name for person in remind_now(approval, by=me()))}."

    return _upon(reference, approval_id, act)


# Inside


def _upon(reference: str, approval_id: int, act: Callable[[Approval], str]) -> ResponseReturnValue:
    """Do it to the approval, and say on the page of the ticket's approvals what came of it."""
    back = url_for("tickets.approvals", reference=reference)
    row = _approval(work_on(reference), approval_id)
    try:
        said = act(row)
    except Refusal as refusal:
        db.session.rollback()
        flash(str(refusal), "notice")
        return done(back)
    return done(back, said)


def _approval(ticket: Ticket, approval_id: int) -> Approval:
    found: Approval = db.one_or_404(approvals_on(ticket, me()).where(Approval.id == approval_id))
    return found


def _from_before(ticket: Ticket) -> dict[str, Any]:
    """What the form begins with when something is asked again."""
    again = whole(request.args.get("again"))
    if again is None:
        return {}
    before = _approval(ticket, again)
    people = [str(one.person_id) for one in before.asked] if before.team_id is None else []
    return {
        "what": before.what,
        "whom": PEOPLE if before.team_id is None else TEAM,
        "team": str(before.team_id or ""),
        "needed": before.needed,
        "blocks": before.blocks,
        "hold": True,
        **dict(zip(PLACES, people, strict=False)),
    }


def _wanted(form: AskForm) -> dict[str, Any]:
    by_name = form.whom.data == PEOPLE
    team = None if by_name else db.session.get_one(Team, int(form.team.data))
    return {
        "people": [db.session.get_one(Person, key) for key in form.people] if by_name else [],
        "team": team,
        "needed": form.needed.data,
        "blocks": bool(form.blocks.data),
        "hold": bool(form.hold.data),
    }
