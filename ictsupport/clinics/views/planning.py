"""Pages for those who plan clinics: the ones they run, a new one, a change."""

from flask import abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import allow, me
from .. import access
from ..clashes import Clash
from ..forms import PlanForm
from ..models import Clinic
from ..planning import plan_clinic
from ..queries import clinics_run, found_people
from ..series.changing import Changed, Which, change_dates, rehearse
from ..series.models import SeriesPlan
from ..series.planning import DatesTaken, plan_series, runnable_series
from .door import bp, to_run

NOT_TYPED = ("csrf_token", "once", "confirmed", "again")


@bp.get("/hosting")
def hosting() -> ResponseReturnValue:
    """The clinics that the person runs, with how full they are."""
    past = bool(request.args.get("past"))
    clinics = clinics_run(me(), past=past)
    if not clinics and not access.plans_clinics(me()):
        abort(403)
    return render_template(
        "clinics/hosting.html", clinics=clinics, past=past, plans=access.plans_clinics(me())
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(*access.RUNNERS)
@once
def plan() -> ResponseReturnValue:
    """A new clinic, or a series of them."""
    form, status = PlanForm.open(me()), 200
    if form.validate_on_submit():
        try:
            if form.repeats:
                return _planned_series(form)
            clinic = plan_clinic(form.plan(), by=me())
        except Refusal as refusal:
            _say_no(form, refusal)
            status = 409
        else:
            return done(
                url_for(".clinic", clinic_id=clinic.id), "The clinic is planned. People can book it now."
            )
    return _form_page(form), status


def _form_page(form: PlanForm, clinic: Clinic | None = None) -> str:
    weeks = settings().clinic_horizon_weeks
    return render_template("clinics/plan.html", form=form, clinic=clinic, horizon=weeks)


def _planned_series(form: PlanForm) -> ResponseReturnValue:
    made = plan_series(form.plan(), every_weeks=form.every_weeks, until=form.until.data, by=me())
    said = f"{len(made.clinics)} clinics are planned. People can book them now."
    if made.passed_over:
        said += f" {len(made.passed_over)} dates are passed over: they are listed below."
    return done(url_for(".one_series", series_id=made.clinics[0].series_id), said)


def _say_no(form: PlanForm, refusal: Refusal) -> None:
    """The reason; where the desk may go on all the same, the field for it says so."""
    if isinstance(refusal, Clash | DatesTaken) and "despite" in form:
        form.despite.errors = [f"{refusal} Or say below why it is held all the same."]
    else:
        form.form_errors.append(str(refusal))


@bp.route("/<int:clinic_id>/plan", methods=["GET", "POST"])
@once
def change(clinic_id: int) -> ResponseReturnValue:
    """Another time, place or host, for one date or many; who is moved by it is shown before anything is saved."""
    clinic = to_run(clinic_id)
    own = SeriesPlan.series_id == clinic.series_id
    whole = clinic.series_id is not None and db.session.scalar(runnable_series(me()).where(own)) is not None
    form, status = PlanForm.open(me(), clinic, series=whole), 200
    if not form.is_submitted() and whole:
        form.which.data = request.args.get("which", Which.THIS.name)
    if "again" not in request.form and form.validate_on_submit():
        which = Which[form.which.data] if whole else Which.THIS
        try:
            return _changed(clinic, form, which)
        except Refusal as refusal:
            _say_no(form, refusal)
            status = 409
    return _form_page(form, clinic), status


def _changed(clinic: Clinic, form: PlanForm, which: Which) -> ResponseReturnValue:
    """The change, or the page that says what it would come to where that concerns others."""

    def work() -> Changed:
        return change_dates(clinic, form.plan(), which, by=me(), version=form.seen_version)

    if "confirmed" not in request.form:
        trial = rehearse(work)
        if trial.told or trial.waiting or which is not Which.THIS:
            typed = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_TYPED]
            return render_template(
                "clinics/check.html", clinic=clinic, trial=trial, which=which, typed=typed, form=form
            )
    with db.session.begin_nested():
        changed = work()
    count = len(changed.dates)
    said = "The clinic is changed." if count == 1 else f"{count} clinics are changed."
    told = len({each.email for each in changed.told if each.email})
    if told:
        said += f" {told} {'person has' if told == 1 else 'people have'} been written to."
    by_phone = [f"{each.name} ({each.phone or 'no number'})" for each in changed.told if not each.email]
    if by_phone:
        flash(f"These people have no e-mail address. Ring them: {', '.join(by_phone)}.", "notice")
    return done(url_for(".clinic", clinic_id=clinic.id), said)


@bp.get("/people")
def people() -> ResponseReturnValue:
    """Those the person may book for, as suggestions while typing."""
    found = found_people(me(), request.args.get("q", "")[:200])
    return jsonify(found=[{"value": each.value, "label": each.label} for each in found])
