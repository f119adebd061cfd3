"""The pages on which managers say what comes again and again."""

from typing import Any

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import clock
from ...config import settings
from ...database import db
from ...pages.filters import clock_time, long_date
from ...pages.presses import done, once
from ...pages.previewing import Preview, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Council, Person, Role
from ...systems.models import System
from ..blueprint import bp
from ..models import TicketType
from .forms import RecurringForm
from .keeping import (
    add_recurring,
    change_recurring,
    described,
    may_keep,
    pause,
    resume,
    schedule_of,
    visible_recurring,
)
from .models import RecurringTicket
from .schedule import in_words

BESIDE, SHOWN = 3, 4
HERE = "/settings/recurring-tickets"

setting(
    "Recurring tickets",
    "Work that comes again and again: the first Monday of the month, every Friday.",
    "tickets.recurring",
    when=lambda person: person.has_role(Role.MANAGER),
    group="Work",
    order=60,
)


@bp.get(HERE)
@allow(Role.MANAGER)
def recurring() -> ResponseReturnValue:
    rows = db.session.scalars(
        visible_recurring(me())
        .order_by(RecurringTicket.subject, RecurringTicket.id)
        .options(joinedload(RecurringTicket.requester), joinedload(RecurringTicket.council))
    ).all()
    now, zone = clock.now(), settings().zone
    coming = {row.id: [] if row.paused_at else schedule_of(row).coming(now, zone, BESIDE) for row in rows}
    return render_template(
        "tickets/recurring/list.html", rows=rows, coming=coming, in_words=in_words, title="Recurring tickets"
    )


@bp.route(f"{HERE}/new", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def new_recurring() -> ResponseReturnValue:
    form = _form()
    if not form.is_submitted():
        form.starts_on.process(None, clock.today(settings().zone))
    return _edit(None, form)


@bp.route(f"{HERE}/<int:recurring_id>", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def edit_recurring(recurring_id: int) -> ResponseReturnValue:
    row, form = _row(recurring_id), _form()
    if not form.is_submitted():
        _fill(form, row)
    return _edit(row, form)


def _edit(row: RecurringTicket | None, form: RecurringForm) -> ResponseReturnValue:
    """Say what comes, look at its next days, and save it."""
    title = row.subject if row is not None else "A new recurring ticket"
    comes = in_words(row.rule) if row is not None else ""

    def keep() -> RecurringTicket:
        if row is None:
            return add_recurring(by=me(), **_facts(form))
        change_recurring(row, by=me(), **_facts(form))
        return row

    def save() -> str:
        saved = keep()
        return f"“{saved.subject}” is saved. It comes {in_words(saved.rule)}."

    outcome = consider(
        form,
        preview=lambda: _what_comes(keep()),
        save=save,
        row=row,
        facts=lambda: [described(row)] if row is not None else [],
    )
    if outcome.saved:
        return done(url_for(".recurring"), outcome.saved)
    page = render_template(
        "tickets/recurring/form.html", form=form, title=title, comes=comes, preview=outcome.preview
    )
    return make_response(page, 422 if form.problems else 200)


def _what_comes(row: RecurringTicket) -> Preview:
    """Which ticket would be raised, and on which days next."""
    days = schedule_of(row).coming(clock.now(), settings().zone, SHOWN)
    where = row.council.name if row.council else "all councils"
    says = [
        f"“{row.subject}” would be raised {in_words(row.rule)}, for {row.requester.name} and {where}.",
        f"Next: {'; '.join(f'{long_date(each)} at {clock_time(each)}' for each in days)}.",
        "What has been raised already stays as it is.",
    ]
    if row.paused_at is not None:
        says.insert(2, "It is paused, and stays so until you let it go on.")
    return Preview(says)


@bp.post(f"{HERE}/<int:recurring_id>/pause")
@allow(Role.MANAGER)
@once
def pause_recurring(recurring_id: int) -> ResponseReturnValue:
    pause(_row(recurring_id), by=me())
    return done(url_for(".recurring"), "It is paused.")


@bp.post(f"{HERE}/<int:recurring_id>/resumption")
@allow(Role.MANAGER)
@once
def resume_recurring(recurring_id: int) -> ResponseReturnValue:
    resume(_row(recurring_id), by=me())
    return done(url_for(".recurring"), "It goes on.")


def _row(recurring_id: int) -> RecurringTicket:
    row: RecurringTicket = db.one_or_404(visible_recurring(me()).where(RecurringTicket.id == recurring_id))
    return row


def _form() -> RecurringForm:
    form = RecurringForm()
    councils = db.session.scalars(select(Council).order_by(Council.name))
    form.council.choices = ({"": "All councils"} if may_keep(me(), None) else {}) | {
        str(council.id): council.name for council in councils if may_keep(me(), council.id)
    }
    systems = db.session.scalars(select(System).where(System.retired_on.is_(None)).order_by(System.name))
    form.system.choices = {"": "None"} | {str(system.id): system.name for system in systems}
    return form


def _facts(form: RecurringForm) -> dict[str, Any]:
    return {
        "subject": form.subject.data,
        "description": form.description.data or "",
        "requester": db.session.get_one(Person, int(form.requester.data)),
        "ticket_type": TicketType(form.ticket_type.data),
        "council": db.session.get_one(Council, int(form.council.data)) if form.council.data else None,
        "system": db.session.get_one(System, int(form.system.data)) if form.system.data else None,
        "impact": int(form.impact.data),
        "urgency": int(form.urgency.data),
        "rule": form.rule(),
        "starts_on": form.starts_on.data,
        "at": form.at.data,
    }


def _fill(form: RecurringForm, row: RecurringTicket) -> None:
    form.subject.data, form.description.data = row.subject, row.description
    form.requester.process(None, row.requester_id)
    form.ticket_type.data = row.ticket_type.value
    form.council.data, form.system.data = str(row.council_id or ""), str(row.system_id or "")
    form.impact.data, form.urgency.data = str(row.impact), str(row.urgency)
    form.show_rule(row.rule)
    form.starts_on.process(None, row.starts_on)
    form.at.data = row.at
