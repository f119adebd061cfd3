"""The pages on which it is said when people are reminded of a clinic."""

from typing import Any

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...tickets.setting_up.access import SETS_UP, may_set_up, sets_up
from ..reminding.forms import BY_DAY, BY_HOURS, ReminderForm
from ..reminding.models import ClinicReminderRule
from ..reminding.moments import described
from ..reminding.rules import ChangedBefore, end_rule, rules_kept, save_rule
from .door import bp

setting(
    "Clinic reminders",
    "When somebody who booked an iPad clinic is reminded of it.",
    "clinics.reminders",
    when=sets_up,
    group="What people read",
    order=60,
)


def _in_words(row: ClinicReminderRule) -> str:
    return described(row.days, row.wall, row.minutes)


@bp.get("/reminders")
@allow(*SETS_UP)
def reminders() -> ResponseReturnValue:
    """The reminders there are."""
    return render_template(
        "clinics/reminders.html", rows=rules_kept(), in_words=_in_words, mine=may_set_up(me(), None)
    )


@bp.route("/reminders/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_reminder() -> ResponseReturnValue:
    return _edit(ClinicReminderRule())


@bp.route("/reminders/<int:rule_id>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def reminder(rule_id: int) -> ResponseReturnValue:
    return _edit(_one(rule_id))


@bp.post("/reminders/<int:rule_id>/ending")
@allow(*SETS_UP)
@once
def reminder_ending(rule_id: int) -> ResponseReturnValue:
    row = _one(rule_id)
    end_rule(row, by=me())
    return done(url_for(".reminders"), f"“{_in_words(row)}”: nobody is reminded then any more.")


def _one(rule_id: int) -> ClinicReminderRule:
    row: ClinicReminderRule = db.get_or_404(ClinicReminderRule, rule_id)
    return row


def _edit(row: ClinicReminderRule) -> ResponseReturnValue:
    is_new = row.version is None
    form = ReminderForm.open(None if is_new else row)
    if form.validate_on_submit():
        answers: dict[str, Any] = form.answers()
        try:
            save_rule(row, by=me(), seen=form.seen, **answers)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
            if isinstance(refusal, ChangedBefore):
                form.version.data = str(row.version)
        else:
            return done(url_for(".reminders"), f"Saved: “{_in_words(row)}”, for every booking to come.")
    page = render_template(
        "clinics/reminder.html", form=form, row=None if is_new else row, BY_DAY=BY_DAY, BY_HOURS=BY_HOURS
    )
    return make_response(page, 422 if form.is_submitted() else 200)
