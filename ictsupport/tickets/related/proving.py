"""Which ticket stands for which, made anew from the merges and proved equal to what the tickets repeat of it."""

from collections.abc import Iterator

from sqlalchemy import select, update

from ...database import db
from ..models import Merge, Ticket
from ..rebuilding import Difference, Step, how_many_tickets, rebuildable


@rebuildable("merges", size=how_many_tickets)
def rebuild_merges(mend: bool) -> Iterator[Step]:
    """The last survivor of every merged ticket, and nobody's for all others."""
    above = {
        row.merged_id: row.survivor_id
        for row in db.session.execute(select(Merge.merged_id, Merge.survivor_id).where(Merge.LIVE))
    }
    kept = {
        row.id: row.merged_into_id
        for row in db.session.execute(select(Ticket.id, Ticket.merged_into_id).where(Ticket.MERGED))
    }
    found = []
    for ticket_id in sorted(above.keys() | kept.keys()):
        wanted = _last(ticket_id, above)
        if kept.get(ticket_id) != wanted:
            thing = f"Ticket {ticket_id}"
            found.append(Difference(thing, "merged_into_id", kept.get(ticket_id), wanted))
            if mend:
                db.session.execute(
                    update(Ticket).where(Ticket.id == ticket_id).values(merged_into_id=wanted),
                    execution_options={"synchronize_session": False},
                )
    yield how_many_tickets(), found


def _last(ticket_id: int, above: dict[int, int]) -> int | None:
    last = None
    while ticket_id in above:
        last = ticket_id = above[ticket_id]
    return last
