"""The pages on which checklists are kept: /settings/checklists."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...pages.settings_index import setting
from ...people.access import allow, me
from ..setting_up.access import SETS_UP, may_set_up, sets_up
from ..setting_up.blueprint import bp
from .checklists import ChangedBefore, as_typed, retire_checklist, save_checklist
from .forms import ChecklistForm
from .models import Checklist

setting(
    "Checklists",
    "Tasks that belong together, put onto a ticket in one press or by its request type.",
    "setting_up.checklists",
    when=sets_up,
    order=17,
)


@bp.get("/checklists")
@allow(*SETS_UP)
def checklists() -> ResponseReturnValue:
    rows = db.session.scalars(select(Checklist).order_by(Checklist.name)).all()
    return render_template("settings/checklists.html", rows=rows, mine=may_set_up(me(), None))


@bp.route("/checklists/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_checklist() -> ResponseReturnValue:
    return _edit(Checklist())


@bp.route("/checklists/<int:checklist_id>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def checklist(checklist_id: int) -> ResponseReturnValue:
    return _edit(db.get_or_404(Checklist, checklist_id))


@bp.post("/checklists/<int:checklist_id>/retirement")
@allow(*SETS_UP)
@once
def checklist_retirement(checklist_id: int) -> ResponseReturnValue:
    """Offer it no more, or again."""
    row = db.get_or_404(Checklist, checklist_id)
    back = row.retired_at is not None
    try:
        retire_checklist(row, by=me(), back=back)
    except Refusal as refusal:
        db.session.rollback()
        return done(url_for(".checklists"), str(refusal))
    return done(url_for(".checklists"), f"“{row.name}” is {'offered again' if back else 'offered no more'}.")


def _edit(row: Checklist) -> ResponseReturnValue:
    form, is_new = ChecklistForm(), row.version is None
    if not form.is_submitted() and not is_new:
        form.name.data, form.items.data = row.name, as_typed(row.items)
        form.version.data = str(row.version)
    elif form.validate_on_submit():
        try:
            save_checklist(
                row, name=form.name.data or "", items=form.items.data or "", by=me(), seen=form.seen
            )
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
            if isinstance(refusal, ChangedBefore):
                form.version.data = str(row.version)
        else:
            return done(url_for(".checklists"), f"“{row.name}” is saved.")
    page = render_template("settings/checklist.html", form=form, row=None if is_new else row)
    return make_response(page, 422 if form.is_submitted() else 200)
