"""A list as a CSV file: whatever it holds, sent as it is read, so that its length costs no memory."""

import csv
import io
from collections.abc import Iterator

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from ... import clock
from ...config import settings
from ...people.access import DESK, allow, me
from ...sheets import neutral
from ..blueprint import bp
from . import worklists
from .filtering import Wish
from .own import own_lists
from .worklists import Row

HEADINGS = (
    "reference", "subject", "requester", "requester_kind", "council", "systems", "queue", "agent", "type", "channel",
    "priority", "status", "opened", "last_touched", "due", "needed_by", "needed_for", "confidential",
)  # fmt: skip


@bp.get("/tickets/export.csv")
@allow(*DESK)
def export() -> ResponseReturnValue:
    """The list as it stands on the screen, with all its pages and columns."""
    wish = own_lists(me()).wish(request.args)
    day = clock.today(settings().zone).isoformat()
    return Response(
        stream_with_context(lines(wish)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="tickets-{day}.csv"'},
    )


def lines(wish: Wish) -> Iterator[str]:
    """The file, a page of the list at a time. It begins with the mark by which Excel knows what letters these are."""
    yield "\ufeff" + _written([HEADINGS])
    for rows in worklists.pages(wish):
        yield _written([_cells(row) for row in rows])


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
