"""The pages on which request types and their questions are kept: /settings/request-types."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ...database import db
from ...errors import Refusal
from ...pages.filters import plural
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, Table, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...systems.models import System
from ..approvals.rules import described as approval_told
from ..approvals.rules import rule_of
from ..models import Queue, Ticket, TicketType
from ..setting_up.access import SETS_UP, may_set_up, sets_up
from ..setting_up.blueprint import bp
from ..setting_up.policy_views import own_targets, types_with_targets
from ..tasks.models import Checklist
from . import keeping
from .filling import Filling, fields_for
from .models import Audience, FilledForm, RequestType, TypeForm
from .questions import Question, new_key, read
from .settings_forms import KINDS, QuestionForm, TypeSettings

setting(
    "Request types",
    "What people can ask for, what they are asked about it, and where it goes.",
    "setting_up.request_types",
    when=sets_up,
    order=15,
)


@bp.get("/request-types")
@allow(*SETS_UP)
def request_types() -> ResponseReturnValue:
    """All of them, in the order in which they are offered."""
    types = db.session.scalars(
        select(RequestType)
        .order_by(RequestType.position, RequestType.id)
        .options(joinedload(RequestType.queue), selectinload(RequestType.forms))
    ).all()
    return render_template(
        "settings/request_types.html",
        offered=[each for each in types if each.retired_at is None],
        retired=[each for each in types if each.retired_at is not None],
        with_targets=types_with_targets(),
        mine=may_set_up(me(), None),
    )


@bp.post("/request-types/new/shipped")
@allow(*SETS_UP)
@once
def ship_request_types() -> ResponseReturnValue:
    """Enter those that come with the program, where there are none."""
    _permit()
    entered = keeping.enter_shipped(by=me())
    return done(url_for(".request_types"), f"{plural(entered, 'request type')} entered.")


@bp.route("/request-types/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_request_type() -> ResponseReturnValue:
    _permit()
    return _type_form(None)


@bp.get("/request-types/<slug>")
@allow(*SETS_UP)
def request_type(slug: str) -> ResponseReturnValue:
    """One of them: where it goes, what it asks, and the versions it has had."""
    type_ = _type(slug)
    return render_template(
        "settings/request_type.html",
        type=type_,
        rows=(keeping.described(type_) | approval_told(rule_of(type_), type_)).items(),
        questions=read(type_.form.questions),
        versions=list(reversed(type_.forms)),
        asked=_asked_open(type_),
        **own_targets(type_),
        form=_as_asked(read(type_.form.questions)),
        mine=may_set_up(me(), None),
    )


@bp.route("/request-types/<slug>/details", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def request_type_details(slug: str) -> ResponseReturnValue:
    _permit()
    return _type_form(_type(slug))


@bp.post("/request-types/<slug>/retirement")
@allow(*SETS_UP)
@once
def request_type_retirement(slug: str) -> ResponseReturnValue:
    """Offer it no more, or again."""
    _permit()
    type_ = _type(slug)
    if type_.retired_at is None:
        keeping.retire(type_, by=me())
        said = f"{type_.name} is not offered any more. Tickets that were asked with it stay as they are."
    else:
        keeping.bring_back(type_, by=me())
        said = f"{type_.name} is offered again."
    return done(url_for(".request_type", slug=slug), said)


@bp.post("/request-types/<slug>/place")
@allow(*SETS_UP)
@once
def request_type_place(slug: str) -> ResponseReturnValue:
    """One place earlier or later in what is offered."""
    _permit()
    type_ = _type(slug)
    keeping.place(type_, request.form.get("way") == "up", by=me())
    return done(url_for(".request_types"), f"{type_.name} has moved.")


@bp.get("/request-types/<slug>/questions")
@allow(*SETS_UP)
def type_questions(slug: str) -> ResponseReturnValue:
    """The questions as they are being changed, with how they will be asked."""
    _permit()
    type_ = _type(slug)
    questions = keeping.questions_in_hand(type_)
    return render_template(
        "settings/type_questions.html",
        type=type_,
        questions=questions,
        labels={each.key: each.label for each in questions},
        kinds=KINDS,
        form=_as_asked(questions),
    )


@bp.route("/request-types/<slug>/questions/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_question(slug: str) -> ResponseReturnValue:
    _permit()
    type_ = _type(slug)
    return _question_form(type_, None)


@bp.route("/request-types/<slug>/questions/<key>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def change_question(slug: str, key: str) -> ResponseReturnValue:
    _permit()
    type_ = _type(slug)
    return _question_form(type_, _question(type_, key))


@bp.post("/request-types/<slug>/questions/<key>/removal")
@allow(*SETS_UP)
@once
def question_removal(slug: str, key: str) -> ResponseReturnValue:
    _permit()
    type_ = _type(slug)
    gone = _question(type_, key)
    keeping.redraft(type_, [each for each in keeping.questions_in_hand(type_) if each.key != key])
    return done(url_for(".type_questions", slug=slug), f"“{gone.label}” is taken out.")


@bp.post("/request-types/<slug>/questions/<key>/place")
@allow(*SETS_UP)
@once
def question_place(slug: str, key: str) -> ResponseReturnValue:
    """One place earlier or later."""
    _permit()
    type_ = _type(slug)
    questions, moved = keeping.questions_in_hand(type_), _question(type_, key)
    here = questions.index(moved)
    there = here + (-1 if request.form.get("way") == "up" else 1)
    if 0 <= there < len(questions):
        questions[here], questions[there] = questions[there], questions[here]
        keeping.redraft(type_, questions)
    return done(url_for(".type_questions", slug=slug), f"“{moved.label}” has moved.")


@bp.post("/request-types/<slug>/discarding")
@allow(*SETS_UP)
@once
def discard_questions(slug: str) -> ResponseReturnValue:
    _permit()
    type_ = _type(slug)
    keeping.redraft(type_, read(type_.form.questions))
    return done(url_for(".request_type", slug=slug), "The changes are thrown away.")


@bp.route("/request-types/<slug>/version", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def type_version(slug: str) -> ResponseReturnValue:
    """Ask the changed questions from now on, after seeing what is different."""
    _permit()
    type_, form = _type(slug), PreviewForm()

    def save() -> str:
        made = keeping.ask_anew(type_, keeping.questions_in_hand(type_), by=me())
        return f"Version {made.number} is asked from now on."

    outcome = consider(
        form,
        preview=lambda: _what_is_new(type_),
        save=save,
        row=type_,
        facts=lambda: [type_.draft, type_.form.number],
    )
    if outcome.saved:
        return done(url_for(".request_type", slug=slug), outcome.saved)
    page = render_template("settings/type_version.html", type=type_, form=form, preview=outcome.preview)
    return make_response(page, 422 if form.form_errors else 200)


# Inside


def _permit() -> None:
    """Request types are for all councils, so only who manages or administers for all of them changes them."""
    if not may_set_up(me(), None):
        abort(403)


def _type(slug: str) -> RequestType:
    found: RequestType = db.one_or_404(
        select(RequestType)
        .where(RequestType.slug == slug)
        .options(
            joinedload(RequestType.queue),
            joinedload(RequestType.system),
            selectinload(RequestType.forms).joinedload(TypeForm.made_by),
        )
    )
    return found


def _question(type_: RequestType, key: str) -> Question:
    found = next((each for each in keeping.questions_in_hand(type_) if each.key == key), None)
    return found or abort(404)


def _asked_open(type_: RequestType) -> int:
    """How many tickets that are still open were asked with it."""
    asked = (
        select(func.count())
        .select_from(FilledForm)
        .join(TypeForm, TypeForm.id == FilledForm.form_id)
        .join(Ticket, Ticket.id == FilledForm.ticket_id)
        .where(TypeForm.type_id == type_.id, Ticket.OPEN)
    )
    return db.session.scalar(asked) or 0


def _as_asked(questions: Sequence[Question]) -> Filling:
    """The questions as whoever asks sees them."""
    systems = db.session.scalars(select(System).order_by(System.name)).all()
    asked = TypeForm(questions=[each.as_json() for each in questions])
    shown: Filling = type("Shown", (Filling,), fields_for(asked, systems=systems, devices=[]))(
        formdata=None, prefix="shown-"
    )
    return shown


def _type_form(type_: RequestType | None) -> ResponseReturnValue:
    queues = db.session.scalars(select(Queue).where(Queue.closed_on.is_(None)).order_by(Queue.name)).all()
    in_use = select(System).where(System.retired_on.is_(None)).order_by(System.name)
    systems = db.session.scalars(in_use).all()
    form = TypeSettings(data=_facts(type_))
    checklists = select(Checklist.name).where(Checklist.retired_at.is_(None)).order_by(Checklist.name)
    now = [type_.checklist] if type_ is not None and type_.checklist else []
    form.offer(queues, systems, [*db.session.scalars(checklists), *now])

    def save() -> str:
        values = _values(form, queues, systems)
        kept = type_
        if kept is None:
            kept = keeping.add_type(by=me(), **values)
        else:
            keeping.change_type(kept, by=me(), **values)
        return f"{kept.name} is saved."

    outcome = consider(
        form,
        preview=lambda: _what_changes(type_, save),
        save=save,
        row=type_,
        facts=lambda: list(keeping.described(type_).values()) if type_ else [],
    )
    if outcome.saved:
        named = select(RequestType.slug).where(RequestType.name == " ".join((form.name.data or "").split()))
        slug = type_.slug if type_ is not None else db.session.scalar(named)
        return done(url_for(".request_type", slug=slug), outcome.saved)
    page = render_template("settings/type_form.html", form=form, type=type_, preview=outcome.preview)
    return make_response(page, 422 if form.problems else 200)


def _facts(type_: RequestType | None) -> dict[str, Any]:
    if type_ is None:
        return {}
    return {
        "name": type_.name,
        "hint": type_.hint,
        "audience": type_.audience.value,
        "ticket_type": type_.ticket_type.value if type_.ticket_type else "",
        "queue": str(type_.queue_id or ""),
        "system": str(type_.system_id or ""),
        "impact": str(type_.impact or ""),
        "identity_check": type_.identity_check,
        "checklist": type_.checklist,
    }


def _values(form: TypeSettings, queues: Sequence[Queue], systems: Sequence[System]) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "hint": form.hint.data or "",
        "audience": Audience(form.audience.data),
        "ticket_type": TicketType(form.ticket_type.data) if form.ticket_type.data else None,
        "queue": next((one for one in queues if str(one.id) == form.queue.data), None),
        "system": next((one for one in systems if str(one.id) == form.system.data), None),
        "impact": int(form.impact.data) if form.impact.data else None,
        "identity_check": bool(form.identity_check.data),
        "checklist": form.checklist.data or "",
    }


def _what_changes(type_: RequestType | None, save: Any) -> Preview:
    """The description before and after, and what becomes of tickets that are open."""
    old = keeping.described(type_) if type_ else {}
    save()
    kept = type_ or db.session.scalars(select(RequestType).order_by(RequestType.id.desc()).limit(1)).one()
    new = keeping.described(kept)
    rows = [(name, old.get(name, "–"), value) for name, value in new.items() if old.get(name) != value]
    if not rows:
        return Preview(["Nothing is different."])
    if type_ is None:
        return Preview(
            ["It is offered at the end of the list. Its questions are the next step."],
            [Table("What it will be", ["What", "Now", "Then"], rows)],
        )
    still_open = _asked_open(type_)
    says = [f"{plural(still_open, 'ticket')} asked with it {'is' if still_open == 1 else 'are'} open."]
    says.append("Their queue, impact and answers stay as they are.")
    if any(name == "Identity is checked" for name, _old, _new in rows):
        must = "cannot be resolved before somebody is checked" if kept.identity_check else "need no check"
        says.append(f"From now on they {must}.")
    return Preview(says, [Table("What is different", ["What", "Now", "Then"], rows)])


def _what_is_new(type_: RequestType) -> Preview:
    before, after = read(type_.form.questions), keeping.questions_in_hand(type_)
    if before == after:
        raise keeping.NothingNew
    added, removed, changed = keeping.difference(before, after)
    rows = [
        *((label, "Not asked", "Asked") for label in added),
        *((label, "Asked", "Not asked") for label in removed),
        *((label, "Asked", "Asked in another way") for label in changed),
    ]
    says = [
        f"Whoever asks from now on is asked version {type_.form.number + 1}.",
        "Requests that somebody has begun, and tickets there are, keep the version they were asked with.",
    ]
    if not rows:
        return Preview([*says, "Only the order of the questions is different."])
    return Preview(says, [Table("What is different", ["Question", "Now", "Then"], rows)])


def _question_form(type_: RequestType, question: Question | None) -> ResponseReturnValue:
    questions, form = keeping.questions_in_hand(type_), QuestionForm()
    here = questions.index(question) if question is not None else len(questions)
    form.offer(questions[:here])
    if request.method == "GET" and question is not None:
        form.fill(question)
    if form.validate_on_submit():
        key = question.key if question else new_key(form.label.data or "", [one.key for one in questions])
        given = form.read(key)
        if question is not None:
            given = replace(given, key=question.key)
        try:
            keeping.redraft(type_, [*questions[:here], given, *questions[here + 1 :]])
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
        else:
            return done(url_for(".type_questions", slug=type_.slug), f"“{given.label}” is kept.")
    page = render_template("settings/question_form.html", form=form, type=type_, question=question)
    return make_response(page, 422 if form.problems else 200)
