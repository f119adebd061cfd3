"""The page of priorities: which follows from impact and urgency, for a council or for all."""

from collections import Counter
from datetime import datetime, time
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import SelectField
from wtforms.validators import Optional

from ... import clock
from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages.filters import moment, plural
from ...pages.forms import DateField
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, Table, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Council
from ..models import Matrix, Ticket
from ..prioritising import STANDARD, WORDS, matrix_for, set_matrix
from .access import SETS_UP, councils_set_up_by, may_set_up, refuse_others, sets_up, visible_settings
from .blueprint import bp

ALL = "all"
IMPACTS = {
    1: "1: a whole council or a shared system",
    2: "2: a team or several people",
    3: "3: one person",
}
URGENCIES = {1: "1: work stopped, or a meeting today", 2: "2: work hampered", 3: "3: can wait"}

setting(
    "Priorities",
    "Which priority follows from impact and urgency, for each council or for all.",
    "setting_up.priorities",
    when=sets_up,
    group="Targets",
    order=10,
)


class InThePast(Refusal):
    reason = "Priorities hold from now on, or from a day to come. Choose a later day, or leave it out."


class MatrixForm(PreviewForm):
    """Nine choices; they are added below."""

    starts_on = DateField("Holds from", [Optional()], what="The first day")

    @property
    def cells(self) -> dict[str, int]:
        return {cell: self[_field(cell)].data for cell in STANDARD}


def _field(cell: str) -> str:
    return f"cell_{cell[0]}_{cell[2]}"


for _cell in STANDARD:
    setattr(
        MatrixForm,
        _field(_cell),
        SelectField(
            f"Impact {_cell[0]}, urgency {_cell[2]}",
            coerce=int,
            choices={str(number): f"P{number} {word}" for number, word in WORDS.items()},
        ),
    )


@bp.get("/priorities")
@allow(*SETS_UP)
def priorities() -> ResponseReturnValue:
    """The tables in force, and those to come."""
    now = clock.now()
    found = db.session.scalars(
        select(Matrix)
        .where(visible_settings(Matrix, me()))
        .order_by(Matrix.effective_from.desc(), Matrix.id.desc())
        .options(joinedload(Matrix.council))
    ).all()
    coming = [each for each in found if each.effective_from > now]
    in_force: dict[int | None, Matrix] = {}
    for each in found:
        if each.effective_from <= now:
            in_force.setdefault(each.council_id, each)
    councils: list[Council | None] = [None, *councils_set_up_by(me())]
    return render_template(
        "settings/priorities.html",
        tables=[
            (council, in_force.get(council.id if council else None), council is None or None in in_force)
            for council in councils
        ],
        coming=coming,
        standard=STANDARD,
        impacts=IMPACTS,
        urgencies=URGENCIES,
        words=WORDS,
        may_all=may_set_up(me(), None),
    )


@bp.route("/priorities/<scope>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def matrix(scope: str) -> ResponseReturnValue:
    """A new version of one table."""
    council = None if scope == ALL else db.one_or_404(select(Council).where(Council.slug == scope))
    council_id = council.id if council else None
    if not may_set_up(me(), council_id):
        abort(404)
    cells = matrix_for(council_id)
    form = MatrixForm(data={_field(cell): priority for cell, priority in cells.items()})

    def save() -> str:
        refuse_others(me(), council_id)
        set_matrix(form.cells, council, by=me(), starts_at=_begins(form))
        return "The new priorities are saved."

    outcome = consider(
        form,
        preview=lambda: _what_changes(cells, form, council),
        save=save,
        facts=lambda: [sorted(matrix_for(council_id).items())],
    )
    if outcome.saved:
        return done(url_for(".priorities"), outcome.saved)
    return render_template(
        "settings/matrix.html",
        form=form,
        council=council,
        impacts=IMPACTS,
        urgencies=URGENCIES,
        preview=outcome.preview,
    )


def _begins(form: MatrixForm) -> datetime | None:
    if form.starts_on.data is None:
        return None
    begins = datetime.combine(form.starts_on.data, time(0), settings().zone).astimezone(clock.now().tzinfo)
    if begins < clock.now():
        raise InThePast
    return begins


def _what_changes(old: dict[str, int], form: MatrixForm, council: Council | None) -> Preview:
    """How the open tickets would be classed if they were raised then. None of them is rewritten."""
    new, begins = form.cells, _begins(form)
    if new == old:
        return Preview(["Every priority is what it is now."])
    tickets = (
        select(Ticket.impact, Ticket.urgency, Ticket.council_id)
        .where(Ticket.OPEN, Ticket.confidential.is_(False), Ticket.priority_override_reason.is_(None))
        .order_by(Ticket.id)
    )
    if council is not None:
        tickets = tickets.where(Ticket.council_id == council.id)
    else:
        own = select(Matrix.council_id).where(
            Matrix.council_id.is_not(None), Matrix.effective_from <= clock.now()
        )
        tickets = tickets.where(Ticket.council_id.is_(None) | Ticket.council_id.not_in(own))
    pairs: Counter[tuple[int, int]] = Counter()
    for row in db.session.execute(tickets):
        cell = f"{row.impact},{row.urgency}"
        pairs[old[cell], new[cell]] += 1
    moved = sum(count for (before, after), count in pairs.items() if before != after)
    total = sum(pairs.values())
    says = [
        f"They would hold for {'tickets of ' + council.short_name if council else 'every council without priorities of its own'}"
        f" from {moment(begins) if begins else 'now on'}.",
        f"Tickets there are keep their priority. Of the {plural(total, 'open ticket')}, {moved:,} would be classed "
        "differently if raised then.",
    ]
    rows: list[Any] = [
        (f"P{before} {WORDS[before]}", f"P{after} {WORDS[after]}", f"{count:,}")
        for (before, after), count in sorted(pairs.items())
        if before != after
    ]
    tables = [Table("Open tickets that would be classed differently", ["Now", "Then", "Tickets"], rows)]
    return Preview(says, tables if rows else [])
