"""Pages for those who plan clinics: the ones they run, a new one, a change, calling one off."""

from flask import abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import allow, me
from .. import access
from ..calling_off import call_off_clinic
from ..forms import PlanForm, ReasonForm
from ..planning import change_clinic, has_bookings, plan_clinic, plan_series
from ..queries import clinics_run, found_people
from .door import bp, to_run


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
    """A new clinic."""
    form = PlanForm.open(me())
    if form.validate_on_submit():
        try:
            if form.repeats:
                clinics = plan_series(form.plan(), every_weeks=form.repeats, until=form.until.data, by=me())
                return done(
                    url_for(".hosting"), f"{len(clinics)} clinics are planned. People can book them now."
                )
            clinic = plan_clinic(form.plan(), by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            return render_template("clinics/plan.html", form=form, clinic=None), 409
        return done(url_for(".clinic", clinic_id=clinic.id), "The clinic is planned. People can book it now.")
    return render_template("clinics/plan.html", form=form, clinic=None)


@bp.route("/<int:clinic_id>/plan", methods=["GET", "POST"])
@once
def change(clinic_id: int) -> ResponseReturnValue:
    """Another time or place as long as nobody has booked; hosts, topics and cut-offs at any time."""
    clinic = to_run(clinic_id)
    form = PlanForm.open(me(), clinic)
    status = 200
    if form.validate_on_submit():
        try:
            change_clinic(clinic, form.plan(), by=me(), version=form.seen_version)
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            return done(url_for(".clinic", clinic_id=clinic_id), "The clinic is changed.")
    return render_template("clinics/plan.html", form=form, clinic=clinic, booked=has_bookings(clinic)), status


@bp.route("/<int:clinic_id>/calling-off", methods=["GET", "POST"])
@once
def call_off(clinic_id: int) -> ResponseReturnValue:
    """One reason, and everybody who booked is told."""
    clinic = to_run(clinic_id)
    form = ReasonForm()
    status = 200
    if form.validate_on_submit():
        try:
            result = call_off_clinic(clinic, reason=form.reason.data or "", by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            if result.to_phone:
                names = ", ".join(f"{each.name} ({each.phone or 'no number'})" for each in result.to_phone)
                flash(f"These people have no e-mail address. Ring them: {names}.", "notice")
            told = len(result.told)
            people = "1 person has" if told == 1 else f"{told} people have"
            return done(
                url_for(".clinic", clinic_id=clinic_id),
                f"The clinic is called off. {people} been written to."
                if told
                else "The clinic is called off.",
            )
    return render_template("clinics/call_off.html", form=form, clinic=clinic), status


@bp.get("/people")
def people() -> ResponseReturnValue:
    """Those the person may book for, as suggestions while typing."""
    found = found_people(me(), request.args.get("q", "")[:200])
    return jsonify(found=[{"value": each.value, "label": each.label} for each in found])
