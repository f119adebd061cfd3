"""A list as a CSV file: whatever it holds, sent as it is read, so that its length costs no memory."""

import csv
import io
from collections.abc import Iterator

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ... import clock
from ...config import settings
from ...database import READONLY, db
from ...people.access import DESK, allow, me
from ...people.models import Person
from ...sheets import neutral
from ..blueprint import bp
from . import worklists
from .own import own_lists
from .worklists import Row

PAGE = 500
HEADINGS = (
    "reference", "subject", "requester", "requester_kind", "council", "systems", "queue", "agent", "type", "channel",
    "priority", "status", "opened", "last_touched", "due", "needed_by", "needed_for", "confidential",
)  # fmt: skip


@bp.get("/tickets/export.csv")
@allow(*DESK)
def export() -> ResponseReturnValue:
    """The list as it stands on the screen, with all its pages and columns."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    day = clock.today(settings().zone).isoformat()
    return Response(
        lines(app, me().id, MultiDict(request.args)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="tickets-{day}.csv"'},
    )


def lines(app: Flask, person_id: int, args: MultiDict[str, str]) -> Iterator[str]:
    """The file, a page of the list at a time, each read in a short transaction of its own once the one before is sent.

    It begins with the mark by which Excel knows what letters these are.
    """
    yield "\ufeff" + _written([HEADINGS])
    after: str | None = ""
    while after is not None:
        text, after = _page(app, person_id, args, after)
        yield text


def _page(app: Flask, person_id: int, args: MultiDict[str, str], after: str) -> tuple[str, str | None]:
    """A page of the list as text, and where the next one begins: asked anew who is asking and what they may see."""
    before = READONLY.set(True)
    try:
        with app.app_context():
            wish = own_lists(db.session.get_one(Person, person_id)).wish(args)
            rows, following = worklists.page_of(wish, after, PAGE)
            return _written([_cells(row) for row in rows]), following
    finally:
        READONLY.reset(before)


def _written(rows: object) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def _cells(row: Row) -> list[object]:
    moments = (row.opened_at, row.updated_at, row.due_at, row.needed_by)
    opened, updated, due, needed = (_wall(moment) if moment else "" for moment in moments)
    cells: list[str | int | float | None] = [
        row.reference, row.subject, row.requester, row.requester_kind, row.council, row.systems, row.queue,
        row.assignee, row.ticket_type, row.channel, f"P{row.priority}", row.status, opened, updated, due, needed,
        row.needed_for, "yes" if row.confidential else "no",
    ]  # fmt: skip
    return [neutral(cell) for cell in cells]


def _wall(moment: object) -> str:
    return moment.astimezone(settings().zone).strftime("%Y-%m-%d %H:%M")  # type: ignore[attr-defined, no-any-return]
