"""The establishment, each post, and the forms by which posts change."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..pages import navigation
from ..pages.forms import Form
from ..pages.presses import done, once
from ..people.access import allow, me
from ..people.models import Council, Team
from . import forms
from .access import KEEPERS, READERS, changeable_posts, may_change, may_keep_for
from .covering import arrange_cover, end_cover
from .establishing import describe_post, establish_post, record_change, take_back
from .models import AgencyCover, Post, Stage, State
from .queries import establishment, months, post_with_past, teams_and_councils
from .recruiting import judge_hard_to_recruit, reach_stage, start_round
from .vacancies import hardness, vacancy_of

bp = Blueprint("staffing", __name__, url_prefix="/staffing")
navigation.item("Staffing", "staffing.index", when=lambda person: person.has_role(*READERS), order=65)


@bp.route("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """The establishment on a day, its vacancies, and the FTE of the last months."""
    on, trouble = _day_asked()
    rows, teams = months(me(), on)
    return render_template(
        "staffing/index.html",
        establishment=establishment(me(), on),
        months=rows,
        teams=teams,
        today=_today(),
        trouble=trouble,
        typed=request.args.get("on", "")[:40],
        may_add=me().has_role(*KEEPERS),
    )


def _today() -> date:
    return clock.today(settings().zone)


def _day_asked() -> tuple[date, str]:
    typed = request.args.get("on", "")
    try:
        day = date.fromisoformat(typed) if typed else _today()
        if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
            raise ValueError
    except ValueError:
        return _today(), "Enter a day like 2026-03-31. Today is shown."
    return day, ""


@bp.route("/posts/<int:post_id>")
@allow(*READERS)
def post(post_id: int) -> ResponseReturnValue:
    found = post_with_past(me(), post_id)
    if found is None:
        abort(404)
    today = _today()
    return render_template(
        "staffing/post.html",
        post=found,
        today=today,
        now=found.period_on(today) or found.last_period,
        vacancy=vacancy_of(found, today),
        hardness=hardness(found, today),
        may_change=may_change(me(), found),
    )


@bp.route("/posts/new", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def new_post() -> ResponseReturnValue:
    teams, councils = teams_and_councils()
    mine = [each for each in councils if may_keep_for(me(), each.id)]
    form = forms.funding_form([(each.id, each.short_name) for each in councils])(request.form or None)
    form.team.choices = {each.id: each.name for each in teams}
    form.council.choices = {str(each.id): each.name for each in mine}
    if may_keep_for(me(), None):
        form.council.choices[forms.SHARED] = "Shared by the councils"

    def establish() -> Post:
        shares = {each: form[f"share_{each.id}"].data or 0 for each in councils}
        return establish_post(
            number=form.number.data or "",
            title=form.title.data or "",
            team=db.session.get_one(Team, form.team.data),
            grade=form.grade.data or "",
            council=next((each for each in mine if str(each.id) == form.council.data), None),
            fte=form.fte.data,
            state=State(form.state.data),
            starts_on=form.starts_on.data,
            funding=_split(shares),
            by=me(),
        )

    if form.validate_on_submit() and (made := _tried(form, establish)):
        return done(url_for("staffing.post", post_id=made.id), "The post is in the establishment.")
    return render_template("staffing/new.html", form=form, councils=councils)


def _split(shares: dict[Council, int]) -> dict[Council, int] | None:
    """The shares as typed; none at all means the usual."""
    return shares if any(shares.values()) else None


@bp.route("/posts/<int:post_id>/description", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def description(post_id: int) -> ResponseReturnValue:
    found = _post(post_id)
    form = forms.DescriptionForm(obj=found)
    return _answered(
        form,
        found,
        "Change title or grade",
        "The post is described anew.",
        lambda: describe_post(found, title=form.title.data or "", grade=form.grade.data or "", by=me()),
    )


@bp.route("/posts/<int:post_id>/periods", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def change(post_id: int) -> ResponseReturnValue:
    """Filled, vacant, frozen or deleted, from a day on."""
    found = _post(post_id)
    last = found.last_period
    form = forms.ChangeForm(data={"fte": last.fte if last else None})
    return _answered(
        form,
        found,
        "Record a change of this post",
        "The change is recorded.",
        lambda: record_change(
            found,
            State(form.state.data),
            form.starts_on.data,
            fte=form.fte.data,
            in_post=form.in_post.data,
            note=form.note.data or "",
            by=me(),
        ),
    )


@bp.route("/posts/<int:post_id>/periods/last/withdrawal", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def withdrawal(post_id: int) -> ResponseReturnValue:
    found = _post(post_id)
    form = forms.ReasonForm()
    return _answered(
        form,
        found,
        "Take back the last change",
        "The change is taken back. It stays on record.",
        lambda: take_back(found, reason=form.reason.data or "", by=me()),
        button="Take back",
    )


@bp.route("/posts/<int:post_id>/cover", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def cover(post_id: int) -> ResponseReturnValue:
    found = _post(post_id)
    form = forms.CoverForm()
    return _answered(
        form,
        found,
        "Record agency cover",
        "The cover is recorded. The post stays vacant meanwhile.",
        lambda: arrange_cover(
            found,
            fte=form.fte.data,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            agency=form.agency.data or "",
            by=me(),
        ),
    )


@bp.route("/cover/<int:cover_id>/end", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def cover_end(cover_id: int) -> ResponseReturnValue:
    agency = db.session.get(AgencyCover, cover_id)
    if agency is None:
        abort(404)
    found = _post(agency.post_id)
    form = forms.EndForm()
    return _answered(
        form,
        found,
        "End agency cover",
        "The last day of the cover is recorded.",
        lambda: end_cover(agency, form.ends_on.data, by=me()),
    )


@bp.route("/posts/<int:post_id>/recruitment", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def recruitment(post_id: int) -> ResponseReturnValue:
    """The next stage of the round under way, or the first of a new one."""
    found = _post(post_id)
    live = found.live_round
    form = forms.StageForm()
    form.stage.choices = forms.stage_choices(live.stage if live else None)

    def reach() -> None:
        stage = Stage(form.stage.data)
        if live is None:
            start_round(found, stage, form.on.data, by=me())
        else:
            reach_stage(live, stage, form.on.data, by=me())

    title = "Record the next stage of recruitment" if live else "Start a round of recruitment"
    return _answered(form, found, title, "The stage is recorded.", reach)


@bp.route("/posts/<int:post_id>/hard-to-recruit", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def hard_to_recruit(post_id: int) -> ResponseReturnValue:
    found = _post(post_id)
    judged = {True: "yes", False: "no", None: "rule"}
    form = forms.HardForm(data={"judged": judged[found.hard_override], "reason": found.hard_reason})
    verdicts = {word: verdict for verdict, word in judged.items()}
    return _answered(
        form,
        found,
        "Hard to recruit",
        "Your judgement is recorded.",
        lambda: judge_hard_to_recruit(
            found, verdicts[form.judged.data], reason=form.reason.data or "", by=me()
        ),
    )


def _post(post_id: int) -> Post:
    """The post, if the person may change it. Others learn nothing but that they may not, or that there is none."""
    found = db.session.scalars(changeable_posts(me()).where(Post.id == post_id)).first()
    if found is None:
        abort(404)
    return found


def _answered(
    form: Form, found: Post, title: str, message: str, act: Callable[[], Any], button: str = "Save"
) -> ResponseReturnValue:
    """One form about one post: done and led back to the post, or shown with what is to be corrected."""
    if form.validate_on_submit() and _tried(form, act) is not None:
        return done(url_for("staffing.post", post_id=found.id), message)
    return render_template("staffing/form.html", form=form, post=found, title=title, button=button)


def _tried(form: Form, act: Callable[[], Any]) -> Any:
    """What the act gave, or None with the reason on the form when it was refused."""
    try:
        return act() or True
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        db.session.rollback()
        return None
