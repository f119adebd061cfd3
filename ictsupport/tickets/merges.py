"""Which tickets stand or stood for which: the merges there are, read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from ..database import db
from .models import Merge, Ticket


@dataclass(frozen=True)
class Stay:
    """For how long another ticket stood for one; no end: it still does."""

    survivor_id: int
    since: datetime
    until: datetime | None


def stays(ticket: Ticket) -> list[Stay]:
    """Every stay of the ticket with another, now and before, as long as both are of the same confidentiality.

    A survivor that is itself merged hands on what stays with it, for as long
    as the two merges overlap.
    """
    rows = _merges_above(ticket.id)
    found: list[Stay] = []
    waiting = [Stay(row.survivor_id, row.at, row.undone_at) for row in rows if row.merged_id == ticket.id]
    while waiting:
        stay = waiting.pop(0)
        onward = [row for row in rows if row.merged_id == stay.survivor_id]
        waiting += [each for row in onward if (each := _overlap(stay, row)) is not None]
        found += _without(stay, onward)
    like = {row.survivor_id for row in rows if row.confidential == ticket.confidential}
    return [stay for stay in found if stay.survivor_id in like]


def _merges_above(ticket_id: int) -> Sequence[Any]:
    """The merges of the ticket, of those it was merged into, and so on up."""
    columns = (Merge.survivor_id, Merge.merged_id, Merge.at, Merge.undone_at, Ticket.confidential)
    above = select(Merge.survivor_id.label("id")).where(Merge.merged_id == ticket_id).cte(recursive=True)
    above = above.union(select(Merge.survivor_id).join(above, Merge.merged_id == above.c.id))
    return db.session.execute(
        select(*columns)
        .join(Ticket, Ticket.id == Merge.survivor_id)
        .where(or_(Merge.merged_id == ticket_id, Merge.merged_id.in_(select(above.c.id))))
        .order_by(Merge.id)
    ).all()


def _overlap(stay: Stay, onward: Any) -> Stay | None:
    since = max(stay.since, onward.at)
    until = min((end for end in (stay.until, onward.undone_at) if end is not None), default=None)
    return Stay(onward.survivor_id, since, until) if until is None or since < until else None


def _without(stay: Stay, onward: Sequence[Any]) -> list[Stay]:
    """The stay, but for the times when the survivor was itself merged."""
    left, since = [], stay.since
    for row in sorted(onward, key=lambda row: row.at):
        if stay.until is not None and row.at >= stay.until:
            break
        if row.at > since:
            left.append(Stay(stay.survivor_id, since, row.at))
        if row.undone_at is None:
            return left
        since = max(since, row.undone_at)
    if stay.until is None or since < stay.until:
        left.append(Stay(stay.survivor_id, since, stay.until))
    return left
