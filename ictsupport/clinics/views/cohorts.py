"""Pages for the time after an election: booking several members in one go, and keeping places for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from ... import clock
from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages.asking import numbers
from ...pages.filters import plural
from ...pages.forms import DateField, Form, WholeNumberField
from ...pages.presses import done, once
from ...people.access import allow, me
from ...people.models import Role
from .. import access
from ..cohorts.dates import keeping, repeating
from ..cohorts.keeping import keep_at_all_no_longer, keep_no_longer, keep_places_for
from ..cohorts.together import Cohort, Placed, book_together, clinics_for, cohorts_for, members_of
from ..models import Clinic
from .door import bp

SINGLE_DATES, ALL_DATES = 12, 500
BOOKERS = (Role.DEMOCRATIC_SERVICES, *access.RUNNERS)


class KeepForm(Form):
    places = WholeNumberField("How many places in each slot?", [InputRequired("Say how many places to keep")])
    until = DateField("Until the end of which day?", [InputRequired("Give the last day")])


def _cohort() -> tuple[list[Cohort], Cohort | None]:
    cohorts = cohorts_for(me())
    asked = request.values.get("cohort", "")
    return cohorts, next((each for each in cohorts if each.key == asked), next(iter(cohorts), None))


def _ticked(name: str) -> set[int]:
    return set(numbers(request.form.getlist(name)[:100]))


@bp.route("/together", methods=["GET", "POST"])
@allow(*BOOKERS)
@once
def together() -> ResponseReturnValue:
    """Tick members and clinics, look at who gets which time, and book them all."""
    cohorts, cohort = _cohort()
    members = members_of(cohort, me()) if cohort else []
    clinics = clinics_for(cohort) if cohort else []
    form, placed, status = Form(), None, 200
    people = [member for member, _coming in members if member.id in _ticked("member")]
    chosen = [clinic for clinic in clinics if clinic.id in _ticked("clinic")]
    if form.validate_on_submit():
        if not people or not chosen:
            form.form_errors.append("Tick at least one member and one clinic.")
            status = 422
        elif request.form.get("step") == "book":
            said = _said(book_together(people, chosen, by=me()))
            return done(url_for(".together", cohort=cohort.key if cohort else None), said)
        else:
            placed = _look(people, chosen)
    page = render_template(
        "clinics/together.html",
        form=form,
        cohorts=cohorts,
        cohort=cohort,
        members=members,
        clinics=clinics,
        ticked={"member": _ticked("member"), "clinic": _ticked("clinic")},
        placed=placed,
    )
    return page, status


def _look(people: Sequence[Any], clinics: Sequence[Clinic]) -> list[tuple[str, Any, str, str]]:
    """Who would get which time: done in a savepoint, told, and taken back."""
    attempt = db.session.begin_nested()
    try:
        return [_told(each) for each in book_together(people, clinics, by=me())]
    finally:
        attempt.rollback()


def _said(placed: Sequence[Placed]) -> str:
    """What came of it, with the names of those who got no time."""
    without = [each.person.name for each in placed if each.slot is None]
    booked = "Nobody is booked."
    if found := len(placed) - len(without):
        booked = f"{plural(found, 'member')} booked. Each is sent an invitation."
    if not without:
        return booked
    named = ", ".join(without[:5]) + (f" and {len(without) - 5} more" if len(without) > 5 else "")
    return f"{booked} No time was free for {named}."


def _told(each: Placed) -> tuple[str, Any, str, str]:
    if each.slot is None:
        return each.person.name, None, "", each.why
    return each.person.name, each.slot.starts_at, each.slot.clinic.venue, ""


@bp.route("/kept-places", methods=["GET", "POST"])
@allow(*BOOKERS)
@once
def kept_places() -> ResponseReturnValue:
    """Keep places for the members of a cohort until a day: at all dates of a series, or at single ones."""
    cohorts, cohort = _cohort()
    clinics = clinics_for(cohort, ALL_DATES) if cohort else []
    until: date = clock.today(settings().zone) + timedelta(weeks=4)
    form, status = KeepForm(data={"places": 1, "until": until}), 200
    if form.validate_on_submit() and cohort is not None:
        chosen = [
            each
            for each in clinics
            if (each.id in _ticked("clinic") or each.series_id in _ticked("series"))
            and access.may_keep_places(me(), each)
        ]
        try:
            with db.session.begin_nested():
                keep_places_for(
                    cohort.year, chosen, places=form.places.data or 0, until=form.until.data, by=me()
                )
            said = f"Places are kept at {plural(len(chosen), 'clinic')} for members elected in {cohort.year}."
            return done(url_for(".kept_places", cohort=cohort.key), said)
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    if request.method == "POST":
        status = 422
    page = render_template(
        "clinics/kept_places.html",
        form=form,
        cohorts=cohorts,
        cohort=cohort,
        keeping=keeping(clinics, me()),
        repeating=repeating(clinics, me()),
        clinics=[each for each in clinics if access.may_keep_places(me(), each)][:SINGLE_DATES],
        ticked={"clinic": _ticked("clinic"), "series": _ticked("series")},
    )
    return page, status


@bp.post("/<int:clinic_id>/kept-places/end")
@allow(*BOOKERS)
@once
def keep_no_more(clinic_id: int) -> ResponseReturnValue:
    """Let everybody book those places."""
    clinic: Clinic = db.one_or_404(access.visible_clinics(me()).where(Clinic.id == clinic_id))
    if not access.may_keep_places(me(), clinic):
        abort(403)
    keep_no_longer(clinic, by=me())
    return done(url_for(".kept_places"), "Everybody may book those places now.")


@bp.post("/kept-places/end")
@allow(*BOOKERS)
@once
def keep_none() -> ResponseReturnValue:
    """Let everybody book what is kept at several dates, those of a series for instance."""
    ids = numbers(request.form.get("clinics", "")[:5000].split(","))[:ALL_DATES]
    found = db.session.scalars(access.visible_clinics(me()).where(Clinic.id.in_(ids))).all()
    if not all(access.may_keep_places(me(), each) for each in found):
        abort(403)
    keep_at_all_no_longer(found, by=me())
    return done(url_for(".kept_places"), "Everybody may book those places now.")
