"""The pages of targets: the policies there are, one of them, changing it, ending it."""

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...pages.presses import done, once
from ...pages.previewing import Preview, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Council, RequesterKind
from ..models import Queue, Ticket, TicketType
from ..request_types.models import RequestType
from ..targets.clockwork import Clockwork
from ..targets.models import Policy
from ..targets.policies import PRIORITIES, rulebook
from ..targets.recounting import follow, under_way
from . import policies as keeping
from .access import SETS_UP, councils_set_up_by, may_set_up, sets_up, turnstile, visible_settings
from .blueprint import bp
from .due_times import due_times, moves, open_work, told, told_of_new_only
from .policy_forms import CLOCKS, STEPS, EndingForm, PolicyForm, as_answers, sentence

setting(
    "Targets",
    "How soon an answer and a solution are due, what stops the clock, and what happens before and after.",
    "setting_up.policies",
    when=sets_up,
    group="Targets",
    order=20,
)


@bp.get("/targets")
@allow(*SETS_UP)
def policies() -> ResponseReturnValue:
    """Every policy: those in force, those to come, those that have ended."""
    now = clock.now()
    found = db.session.scalars(_visible().order_by(Policy.effective_from.desc(), Policy.id.desc())).all()
    groups: dict[str, list[Policy]] = {"In force": [], "To come": [], "Ended": []}
    for each in found:
        ended = each.effective_to is not None and each.effective_to <= now
        groups["Ended" if ended else "To come" if each.effective_from > now else "In force"].append(each)
    return render_template(
        "settings/policies.html",
        groups=groups,
        covers=lambda each: sentence(keeping.covers(each)),
        amount_of=keeping.amount_of,
        under_way=under_way(),
        may_add=bool(councils_set_up_by(me())),
    )


@bp.get("/targets/<int:policy_id>")
@allow(*SETS_UP)
def policy(policy_id: int) -> ResponseReturnValue:
    which = _policy(policy_id)
    queues = {queue.id: queue.name for queue in db.session.scalars(select(Queue))}
    return render_template(
        "settings/policy.html",
        policy=which,
        covers=sentence(keeping.covers(which)),
        amount_of=keeping.amount_of,
        steps=[
            keeping.step_in_words(step) + (f" to {queues.get(step['queue'])}" if step.get("queue") else "")
            for step in which.steps or []
        ],
        clocks=CLOCKS,
        priorities=PRIORITIES,
        ended=which.effective_to is not None and which.effective_to <= clock.now(),
        begun=which.effective_from <= clock.now(),
        mine=may_set_up(me(), which.council_id),
    )


@bp.route("/targets/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_policy() -> ResponseReturnValue:
    """Another policy; a request type's own page leads here with its name."""
    template = db.session.scalars(
        _visible().where(Policy.effective_to.is_(None)).order_by(Policy.id).limit(1)
    ).first()
    answers = as_answers(template) if template else {}
    narrowed = {"name": "", "request_type": request.args.get("request_type", ""), "applies_to_open": True}
    form, councils, types = _form({**answers, **narrowed})

    def save() -> Policy:
        council = next((each for each in councils if each.slug == form.council.data), None)
        return keeping.make_policy(
            by=me(),
            request_type=next((each for each in types if each.slug == form.request_type.data), None),
            council=council,
            ticket_type=TicketType(form.ticket_type.data) if form.ticket_type.data else None,
            requester_kind=RequesterKind(form.requester_kind.data) if form.requester_kind.data else None,
            **_values(form),
        )

    outcome = consider(
        form,
        preview=lambda: _what_moves(save),
        save=lambda: f"“{save().name}” is saved.",
        row=turnstile(),
    )
    if outcome.saved:
        return done(url_for(".policies"), outcome.saved)
    return _form_page(form, None, outcome.preview)


@bp.route("/targets/<int:policy_id>/change", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def change_policy(policy_id: int) -> ResponseReturnValue:
    which = _own(policy_id)
    form, _, _ = _form(as_answers(which), which)

    def save() -> Policy:
        return keeping.change_policy(which, by=me(), **_values(form))

    outcome = consider(
        form,
        preview=lambda: _what_moves(save),
        save=lambda: f"“{save().name}” is saved.",
        row=which,
        facts=lambda: _facts(which),
    )
    if outcome.saved:
        return done(url_for(".policies"), outcome.saved)
    return _form_page(form, which, outcome.preview)


@bp.route("/targets/<int:policy_id>/ending", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def end_policy(policy_id: int) -> ResponseReturnValue:
    which = _own(policy_id)
    form = EndingForm()

    def save() -> Policy:
        keeping.stop_policy(which, by=me())
        return which

    outcome = consider(
        form,
        preview=lambda: _what_moves(save),
        save=lambda: f"“{save().name}” has ended.",
        row=which,
        facts=lambda: _facts(which),
    )
    if outcome.saved:
        return done(url_for(".policies"), outcome.saved)
    return render_template("settings/policy_end.html", form=form, policy=which, preview=outcome.preview)


def _what_moves(save: Any) -> Preview:
    """Which open tickets would be due at another time; refused where saving would be.

    What is for new requests only is counted as if it applied to all, so that either choice is known.
    """
    changed = save()
    applies, changed.applies_to_open = changed.applies_to_open, True
    db.session.flush()
    covered = [
        true() if changed.request_type_id is None else Ticket.request_type_id == changed.request_type_id,
        true() if changed.council_id is None else Ticket.council_id == changed.council_id,
        true() if changed.ticket_type is None else Ticket.ticket_type == changed.ticket_type,
        true() if changed.requester_kind is None else Ticket.requester_kind == changed.requester_kind,
    ]
    tickets = open_work(and_(*covered))
    old = {ticket.id: due for ticket, due in due_times(tickets)}
    rules, now = rulebook(), clock.now()
    then = max(now, changed.effective_from)

    def recount(work: Clockwork, ticket: Any) -> None:
        follow(work, ticket, rules, now, changed.name, in_force=then)

    also = [f"It covers {keeping.covers(changed)}."]
    found = moves(tickets, old, recount)
    if not applies:
        return told_of_new_only(found, also=also)
    if then > now:
        also.append("It is shown for the tickets that are open today; they follow when that day comes.")
    without = ["If it did not apply to requests already open, no open ticket would be due at another time."]
    return told(found, me(), also=also, after=without if found.moved else [])


def _form(
    answers: dict[str, Any], which: Policy | None = None
) -> tuple[PolicyForm, list[Council], Sequence[RequestType]]:
    """The form with what can be chosen; a policy keeps its request type when that is no longer offered."""
    councils = list(councils_set_up_by(me()))
    form = PolicyForm(data=answers)
    queues = db.session.scalars(select(Queue).where(Queue.closed_on.is_(None)).order_by(Queue.name)).all()
    own = RequestType.id == which.request_type_id if which is not None else false()
    types = db.session.scalars(
        select(RequestType)
        .where(or_(RequestType.retired_at.is_(None), own))
        .order_by(RequestType.position, RequestType.id)
    ).all()
    form.offer(councils, may_set_up(me(), None), queues, types)
    return form, councils, types


def _values(form: PolicyForm) -> dict[str, Any]:
    return {
        "name": form.name.data,
        "targets": form.targets(),
        "pauses": form.pauses.data or [],
        "steps": form.steps(),
        "starts_on": form.starts_on.data,
        "applies_to_open": form.applies_to_open.data,
    }


def _facts(which: Policy) -> list[Any]:
    return [getattr(which, name) for name in (*keeping.FIELDS, "effective_from", "effective_to")]


def _form_page(form: PolicyForm, which: Policy | None, preview: Preview | None) -> str:
    return render_template(
        "settings/policy_form.html",
        form=form,
        policy=which,
        covers=keeping.covers(which) if which else "",
        preview=preview,
        clocks=CLOCKS,
        priorities=PRIORITIES,
        steps=range(STEPS),
    )


def _visible() -> Select[Policy]:
    return (
        select(Policy)
        .where(visible_settings(Policy, me()))
        .options(joinedload(Policy.council), joinedload(Policy.request_type))
    )


def own_targets(type_: RequestType) -> dict[str, Any]:
    """What the page of a request type says of its policies that hold now or later."""
    own = _visible().where(Policy.request_type_id == type_.id, _lasting())
    return {
        "targets": db.session.scalars(own.order_by(Policy.effective_from, Policy.id)).all(),
        "covers": keeping.covers,
        "now": clock.now(),
        "may_set_targets": bool(councils_set_up_by(me())),
    }


def types_with_targets() -> set[int]:
    """The ids of the request types that have targets of their own, now or later."""
    own = select(Policy.request_type_id).where(visible_settings(Policy, me()), _lasting())
    return {each for each in db.session.scalars(own) if each is not None}


def _lasting() -> ColumnElement[bool]:
    return or_(Policy.effective_to.is_(None), Policy.effective_to > clock.now())


def _policy(policy_id: int) -> Policy:
    found: Policy = db.one_or_404(_visible().where(Policy.id == policy_id))
    return found


def _own(policy_id: int) -> Policy:
    which = _policy(policy_id)
    if not may_set_up(me(), which.council_id):
        abort(404)
    return which
