"""Series of clinics and their dates, and the calendar of all that somebody runs."""

from datetime import date, timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ... import clock
from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import allow, me
from .. import access
from ..clashes import may_override
from ..forms import HoldForm, SkipForm
from ..queries import hosts_something
from ..series.models import PassedOver, SeriesPlan
from ..series.planning import end_series, follower_of, go_on, hold_after_all, runnable_series, skip_date
from ..series.queries import dates_of, month_of, passed_over, series_run, week_of
from .door import bp

WEEK, MONTH = "week", "month"


def series_to_run(series_id: int) -> SeriesPlan:
    """A series that the person runs."""
    rows = runnable_series(me()).where(SeriesPlan.series_id == series_id)
    shown = (joinedload(SeriesPlan.site), joinedload(SeriesPlan.series), joinedload(SeriesPlan.hosts))
    facts: SeriesPlan | None = db.session.scalars(rows.options(*shown)).unique().one_or_none()
    return facts or abort(404)


@bp.get("/planner")
def planner() -> ResponseReturnValue:
    """A calendar of the clinics somebody runs, by week or month; a list on a phone."""
    if not access.plans_clinics(me()) and not hosts_something(me()):
        abort(403)
    view = MONTH if request.args.get("view") == MONTH else WEEK
    today = clock.today(settings().zone)
    on = _day(request.args.get("on", "")) or today
    days = (month_of if view == MONTH else week_of)(me(), on)
    if view == MONTH:
        first = on.replace(day=1)
        before, after = first - timedelta(days=1), (first + timedelta(days=32)).replace(day=1)
    else:
        before, after = on - timedelta(days=7), on + timedelta(days=7)
    return render_template(
        "clinics/planner.html",
        days=days,
        view=view,
        on=on,
        today=today,
        before=before,
        after=after,
        plans=access.plans_clinics(me()),
    )


@bp.get("/series")
@allow(*access.RUNNERS)
def all_series() -> ResponseReturnValue:
    """The series that have not ended."""
    return render_template("clinics/series.html", rows=series_run(me()))


@bp.get("/series/<int:series_id>")
@allow(*access.RUNNERS)
def one_series(series_id: int) -> ResponseReturnValue:
    """How often, where and with whom; its dates, and those passed over."""
    facts = series_to_run(series_id)
    return render_template(
        "clinics/one_series.html",
        facts=facts,
        dates=dates_of(facts),
        passed_over=passed_over(facts),
        follower=follower_of(facts),
        today=clock.today(settings().zone),
        horizon=settings().clinic_horizon_weeks,
    )


@bp.route("/series/<int:series_id>/skipping", methods=["GET", "POST"])
@allow(*access.RUNNERS)
@once
def skip(series_id: int) -> ResponseReturnValue:
    """No clinic on a date that has not been made yet."""
    facts, form, status, planned = series_to_run(series_id), SkipForm(), 200, None
    if form.validate_on_submit():
        try:
            skip_date(facts, form.day.data, reason=form.reason.data or "", by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            planned = refusal.details.get("clinic")
            status = 409
        else:
            return done(url_for(".one_series", series_id=series_id), "That date is skipped.")
    return render_template("clinics/skip.html", form=form, facts=facts, planned=planned), status


@bp.route("/series/<int:series_id>/dates/<recurrence>/holding", methods=["GET", "POST"])
@allow(*access.RUNNERS)
@once
def hold_date(series_id: int, recurrence: str) -> ResponseReturnValue:
    """A date that was passed over is held after all."""
    facts = series_to_run(series_id)
    row = db.session.get(PassedOver, (series_id, recurrence[:16])) or abort(404)
    form, status = HoldForm(), 200
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                clinic = hold_after_all(facts, row.recurrence, reason=form.reason.data or "", by=me())
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409
        else:
            said = "The clinic is planned." if clinic else "The date will be made when its time comes."
            return done(url_for(".one_series", series_id=series_id), said)
    return render_template(
        "clinics/hold_date.html", form=form, facts=facts, row=row, desk=may_override(me())
    ), status


@bp.post("/series/<int:series_id>/ending")
@allow(*access.RUNNERS)
@once
def end(series_id: int) -> ResponseReturnValue:
    end_series(series_to_run(series_id), by=me())
    return done(url_for(".one_series", series_id=series_id), "No more dates are made. Those below are held.")


@bp.post("/series/<int:series_id>/going-on")
@allow(*access.RUNNERS)
@once
def carry_on(series_id: int) -> ResponseReturnValue:
    go_on(series_to_run(series_id), by=me())
    return done(url_for(".one_series", series_id=series_id), "The series goes on without end.")


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None
