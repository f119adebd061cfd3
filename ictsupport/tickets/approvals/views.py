"""Pages for those who are asked to approve something: what waits for them, and the decision, signed in or by a link.

Opening a link changes nothing, since mail programs open links too: the page
has a button, and only that acts.
"""

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages import navigation
from ...pages.asking import Asked
from ...pages.presses import done, once
from ...people.access import me, public
from ...people.models import Person
from ..access import is_desk
from ..blueprint import bp
from . import links, queries
from .deciding import NoReason, NotToThem, decide, hand_on
from .forms import DecisionForm, HandingOnForm
from .models import ApprovalState, Approver, Decision

VIEWS = {"waiting": queries.waiting, "decided": queries.decided}
SAID = {
    (Decision.APPROVE, ApprovalState.OPEN): "You have approved it. Others are still asked.",
    (Decision.APPROVE, ApprovalState.APPROVED): "You have approved it. Whoever asked has been told.",
    (Decision.REFUSE, ApprovalState.OPEN): "You have refused it. Others are still asked.",
    (Decision.REFUSE, ApprovalState.REFUSED): "You have refused it. Whoever asked has been told.",
}


@bp.get("/approvals")
def my_approvals() -> ResponseReturnValue:
    """What waits for somebody's decision, or has been decided."""
    asked = Asked(request.args, "tickets.my_approvals", ("view",))
    view = asked.one("view") if asked.one("view") in VIEWS else "waiting"
    page = VIEWS[view](me(), after=asked.one("after"), before=asked.one("before"))
    return render_template("tickets/approvals/mine.html", page=page, view=view, asked=asked, me=me())


@bp.route("/approvals/<int:approver_id>", methods=["GET", "POST"])
@once
def approval(approver_id: int) -> ResponseReturnValue:
    """One question: approve or refuse it, with a reason."""
    approver = queries.approver_of(approver_id, me()) or abort(404)
    return _decide(approver, me(), url_for("tickets.approval", approver_id=approver_id), signed_in=True)


@bp.route("/approvals/by-link/<token>", methods=["GET", "POST"])
@public
@once
def approval_by_link(token: str) -> ResponseReturnValue:
    """The same by the link in a mail, without signing in."""
    try:
        linked = links.read(token)
    except Refusal as refusal:
        return make_response(render_template("tickets/approvals/ended.html", trouble=str(refusal)), 410)
    here = url_for("tickets.approval_by_link", token=token)
    return _decide(linked.approver, linked.person, here, signed_in=False)


@bp.route("/approvals/<int:approver_id>/handing-on", methods=["GET", "POST"])
@once
def approval_handing_on(approver_id: int) -> ResponseReturnValue:
    """Name somebody else who should decide."""
    person, form = me(), HandingOnForm()
    approver = queries.approver_of(approver_id, person) or abort(404)
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                heir = hand_on(approver, form.address.data or "", by=person, reason=form.reason.data or "")
            return done(url_for("tickets.my_approvals"), f"{heir.person.name} is asked now.")
        except NotToThem as refusal:
            form.address.errors = [str(refusal)]
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("tickets/approvals/handing_on.html", form=form, approver=approver)
    return make_response(page, 422 if form.problems else 200)


# Inside


def _decide(approver: Approver, person: Person, here: str, *, signed_in: bool) -> ResponseReturnValue:
    form = DecisionForm()
    if form.validate_on_submit():
        decision = Decision(form.decision.data)
        try:
            with db.session.begin_nested():
                outcome = decide(approver, decision, by=person, reason=form.reason.data or "")
            return done(here, SAID[decision, outcome])
        except NoReason as refusal:
            form.reason.errors = [str(refusal)]
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    return _page(form, approver, person, signed_in=signed_in)


def _page(form: DecisionForm, approver: Approver, person: Person, *, signed_in: bool) -> ResponseReturnValue:
    page = render_template(
        "tickets/approvals/decide.html",
        form=form,
        shown=queries.shown(approver, person, signed_in=signed_in),
        approver=approver,
        approval=approver.approval,
        ticket=approver.approval.ticket,
        person=person,
        signed_in=signed_in,
        may_decide=queries.can_decide(approver, person),
    )
    answer = make_response(page, 422 if form.problems else 200)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


navigation.item(
    "Approvals",
    "tickets.my_approvals",
    order=17,
    area="account",
    when=lambda person: bool(person.is_authenticated) and is_desk(person),
)
