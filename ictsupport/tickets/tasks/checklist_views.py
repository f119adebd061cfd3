"""The pages on which checklists are kept: /settings/checklists."""

from collections.abc import Sequence
from typing import Any

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...pages.previewing import Preview, Table, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ..setting_up.access import SETS_UP, may_set_up, sets_up
from ..setting_up.blueprint import bp
from .checklists import as_typed, retire_checklist, save_checklist, types_naming
from .forms import ChecklistForm
from .models import Checklist

Tasks = Sequence[dict[str, Any]]
NEEDED = {True: "Must be done before resolving", False: "A task"}
ABSENT = "–"

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

    def save() -> str:
        save_checklist(row, name=form.name.data or "", items=form.items.data or "", by=me())
        return f"“{row.name}” is saved."

    def preview() -> Preview:
        old = None if is_new else (row.name, list(row.items))
        types = [] if is_new else [type_.name for type_ in types_naming(row)]
        save()
        return _told(old, (row.name, list(row.items)), types)

    outcome = consider(
        form, preview=preview, save=save, row=None if is_new else row, facts=lambda: [row.version]
    )
    if outcome.saved:
        return done(url_for(".checklists"), outcome.saved)
    page = render_template(
        "settings/checklist.html",
        form=form,
        row=None if is_new else row,
        preview=outcome.preview,
    )
    return make_response(page, 422 if form.errors else 200)


def _told(old: tuple[str, Tasks] | None, new: tuple[str, Tasks], types: Sequence[str]) -> Preview:
    """What saving it would alter: for tickets to come, for none that has its tasks already."""
    tasks = [
        {item["what"]: NEEDED[item["needed"]] for item in items} for items in (old[1] if old else [], new[1])
    ]
    before, then = tasks
    rows = [
        (what, before.get(what, ABSENT), then.get(what, ABSENT))
        for what in dict.fromkeys([*then, *before])
        if before.get(what) != then.get(what)
    ]
    renamed = old is not None and old[0] != new[0]
    if old is None:
        says = ["It could be put onto tickets by hand, and chosen for a request type."]
    elif rows or renamed or old[1] != new[1]:
        says = ["Tickets that have its tasks keep them as they are."]
    else:
        return Preview(["Nothing would be different."])
    if types:
        says.append(f"New requests of these types get it by themselves: {', '.join(types)}.")
    if renamed and old is not None:
        rows.insert(0, ("Name", old[0], new[0]))
    elif old is not None and not rows:
        says.append("The same tasks would stand in another order.")
    return Preview(says, [Table("What would be different", ["What", "Now", "Then"], rows)] if rows else [])
