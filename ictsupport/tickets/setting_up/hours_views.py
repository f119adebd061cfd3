"""The pages of opening hours: the week, closures, special openings, and what they do to open work."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from ... import clock, hours
from ...database import db
from ...pages.presses import done, once
from ...pages.previewing import Preview, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.calendars import windows_as_typed, windows_in_words
from ...people.models import Calendar, Closure, Council
from ..models import Ticket
from ..targets.models import Clock
from ..targets.recounting import under_way
from . import calendars as keeping
from .access import SETS_UP, councils_set_up_by, may_set_up, sets_up, visible_settings
from .blueprint import bp
from .due_times import due_times, moves, open_work, told
from .hours_forms import HINT, OPEN, SpecialForm, WeekForm, WithdrawalForm

AHEAD = timedelta(days=400)

setting(
    "Opening hours",
    "When targets run: the hours of a week, closures, special openings and bank holidays.",
    "setting_up.calendars",
    when=sets_up,
    group="Targets",
    order=30,
)


@bp.get("/hours")
@allow(*SETS_UP)
def calendars() -> ResponseReturnValue:
    """Whose opening hours there are."""
    found = db.session.scalars(_visible().order_by(Calendar.council_id.is_not(None), Calendar.name)).all()
    having = {each.council_id for each in found}
    today = clock.now().date()
    return render_template(
        "settings/calendars.html",
        calendars=[(each, _in_force(each, today)) for each in found],
        without=[council for council in councils_set_up_by(me()) if council.id not in having],
        week=_week,
        under_way=under_way(),
    )


@bp.get("/hours/<int:calendar_id>")
@allow(*SETS_UP)
def calendar(calendar_id: int) -> ResponseReturnValue:
    """One calendar: its weeks, and what is closed or open specially in the coming year."""
    which = _calendar(calendar_id)
    today = clock.now().date()
    versions = sorted(which.versions, key=lambda each: each.effective_from, reverse=True)
    closures = [each for each in which.closures if today - timedelta(days=60) <= each.ends_on]
    return render_template(
        "settings/calendar.html",
        calendar=which,
        versions=versions,
        in_force=_in_force(which, today),
        closures=sorted(closures, key=lambda each: each.starts_on),
        holidays=_bank_holidays(which, today),
        is_to_come=keeping.is_to_come,
        windows=windows_in_words,
        week=_week,
        mine=may_set_up(me(), which.council_id),
    )


@bp.route("/hours/<int:calendar_id>/week", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def week(calendar_id: int) -> ResponseReturnValue:
    """New weekly hours from a day on."""
    which = _own(calendar_id)
    latest = max(which.versions, key=lambda each: each.effective_from)
    form = WeekForm(data={f"day_{day}": windows_as_typed(windows) for day, windows in latest.week.items()})

    def save() -> str:
        keeping.change_week(which, form.starts_on.data, form.week, by=me())
        return "The new hours are saved."

    outcome = consider(
        form,
        preview=lambda: _what_moves(which, save),
        save=save,
        row=which,
        facts=lambda: _facts(which),
    )
    if outcome.saved:
        return done(url_for(".calendar", calendar_id=calendar_id), outcome.saved)
    return render_template(
        "settings/week.html",
        form=form,
        calendar=which,
        preview=outcome.preview,
        days=hours.WEEKDAYS,
        hint=HINT,
    )


@bp.route("/hours/<int:calendar_id>/closures", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def closures(calendar_id: int) -> ResponseReturnValue:
    """A closure or a special opening on days to come."""
    which = _own(calendar_id)
    form = SpecialForm()

    def save() -> str:
        name, first = form.name.data or "", form.first.data
        if form.kind.data == OPEN:
            keeping.open_specially(
                which,
                first,
                form.windows.data or "",
                name,
                by=me(),
                although_holiday=form.although_holiday.data,
            )
        else:
            keeping.close(which, first, form.last.data or first, name, by=me())
        return f"{name} is saved."

    outcome = consider(
        form,
        preview=lambda: _what_moves(which, save),
        save=save,
        row=which,
        facts=lambda: _facts(which),
    )
    if outcome.saved:
        return done(url_for(".calendar", calendar_id=calendar_id), outcome.saved)
    return render_template("settings/closure.html", form=form, calendar=which, preview=outcome.preview)


@bp.route("/hours/<int:calendar_id>/closures/<int:closure_id>/withdrawal", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def withdrawal(calendar_id: int, closure_id: int) -> ResponseReturnValue:
    """Takes back what has not begun."""
    which = _own(calendar_id)
    closure = db.session.get(Closure, closure_id)
    if closure is None or closure.calendar_id != which.id:
        abort(404)
    form, name = WithdrawalForm(), closure.name

    def save() -> str:
        keeping.withdraw(closure, by=me())
        return f"{name} is taken back."

    outcome = consider(
        form,
        preview=lambda: _what_moves(which, save),
        save=save,
        row=which,
        facts=lambda: _facts(which),
    )
    if outcome.saved:
        return done(url_for(".calendar", calendar_id=calendar_id), outcome.saved)
    return render_template(
        "settings/withdrawal.html", form=form, calendar=which, closure=closure, preview=outcome.preview
    )


@bp.route("/hours/of/<slug>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def own_calendar(slug: str) -> ResponseReturnValue:
    """Gives a council opening hours of its own."""
    council: Council = db.one_or_404(select(Council).where(Council.slug == slug))
    if not may_set_up(me(), council.id):
        abort(404)
    form = WithdrawalForm()

    def save() -> str:
        keeping.give_own(council, by=me())
        return f"{council.short_name} has opening hours of its own now."

    def preview() -> Preview:
        save()
        return Preview(
            [
                f"{council.name} would have opening hours of its own, at first the same as those of the service. "
                "No due time changes until you change them.",
            ]
        )

    outcome = consider(form, preview=preview, save=save)
    if outcome.saved:
        return done(url_for(".calendars"), outcome.saved)
    return render_template("settings/own_calendar.html", form=form, council=council, preview=outcome.preview)


def _what_moves(which: Calendar, save: Callable[[], Any]) -> Preview:
    """Which open tickets would be due at another time; refused where saving would be."""
    counted = Ticket.id.in_(select(Clock.ticket_id).where(Clock.RUNNING, Clock.calendar_id == which.id))
    tickets = open_work(counted)
    old = {ticket.id: due for ticket, due in due_times(tickets)}
    save()
    db.session.flush()
    return told(moves(tickets, old), me(), also=[f"It is for {which.name}."])


def _in_force(which: Calendar, day: date) -> Any:
    begun = [each for each in which.versions if each.effective_from <= day]
    return max(begun or which.versions, key=lambda each: each.effective_from)


def _week(version: Any) -> list[tuple[str, str]]:
    return [
        (name, windows_in_words(version.week.get(str(number), [])).capitalize())
        for number, name in enumerate(hours.WEEKDAYS)
    ]


def _bank_holidays(which: Calendar, today: date) -> list[tuple[date, str]]:
    if not which.bank_holidays:
        return []
    found = {
        **hours.bank_holidays(which.bank_holidays, today.year),
        **hours.bank_holidays(which.bank_holidays, today.year + 1),
    }
    return sorted((day, name) for day, name in found.items() if today <= day <= today + AHEAD)


def _facts(which: Calendar) -> list[Any]:
    return [
        sorted((each.effective_from.isoformat(), str(each.week)) for each in which.versions),
        sorted((each.starts_on, each.ends_on, each.name) for each in which.closures),
    ]


def _visible() -> Select[Calendar]:
    return (
        select(Calendar)
        .where(visible_settings(Calendar, me()))
        .options(
            joinedload(Calendar.council), selectinload(Calendar.versions), selectinload(Calendar.closures)
        )
    )


def _calendar(calendar_id: int) -> Calendar:
    found: Calendar = db.one_or_404(_visible().where(Calendar.id == calendar_id))
    return found


def _own(calendar_id: int) -> Calendar:
    which = _calendar(calendar_id)
    if not may_set_up(me(), which.council_id):
        abort(404)
    return which
