"""Two tickets about the same thing become one to work on, and two again if that was wrong.

Merging moves nothing. The merged ticket points to the survivor and stays as
it is, untouched by anybody, until it is unmerged; what the survivor's page
shows of it is read from it. So unmerging finds everything as it was.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Boolean, Select, bindparam, select, update

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ...statements import put_together
from ..models import Merge, Ticket, TicketType, queue_clearance, ticket_watchers
from ..targets.breaches import notice_breaches
from .events import TicketMerged, TicketUnmerged
from .linking import take_turns


class IntoItself(Refusal):
    reason = "{reference} cannot be merged into itself, nor into a ticket that is merged into it."


class MergedAlready(Refusal):
    reason = "{reference} is merged into another ticket already. Unmerge it first."


class NothingToDo(Refusal):
    reason = (
        "{reference} is {status}. Only tickets that are still open are merged: reopen it first, or link it."
    )


class IsAProblem(Refusal):
    reason = "{reference} is a problem. Problems are not merged: attach the tickets it causes to it."


class OtherAudience(Refusal):
    reason = (
        "{reference} and {survivor} are not for the same people to see: one of them is confidential, "
        "or lies on a queue with other people cleared for it."
    )


class MergedMeanwhile(Refusal):
    reason = "{reference} was merged into another ticket at this moment. Look at it again, then merge."


class NotMerged(Refusal):
    reason = "{reference} is not merged into another ticket."


def merge(survivor: Ticket, tickets: Iterable[Ticket], *, by: Person | None) -> Ticket:
    """Let the survivor stand for the tickets; returns it. Should it be merged itself, the last of the chain does.

    All of them are merged or none.
    """
    db.session.flush()
    merged = list(dict.fromkeys(tickets))
    survivor = survivor.standing
    take_turns([survivor.id, *(ticket.id for ticket in merged)])
    if survivor.merged_into_id is not None:
        raise MergedMeanwhile(reference=survivor.reference)
    for ticket in merged:
        refuse_merging(ticket, survivor)
    for ticket in merged:
        _merge(ticket, survivor, by)
    return survivor


def refuse_merging(ticket: Ticket, survivor: Ticket) -> None:
    """Raise what stands in the way of merging the ticket into the survivor."""
    if ticket.id == survivor.id:
        raise IntoItself(reference=ticket.reference)
    if ticket.merged_into_id is not None:
        raise MergedAlready(reference=ticket.reference)
    for each in (ticket, survivor):
        if each.ticket_type is TicketType.PROBLEM:
            raise IsAProblem(reference=each.reference)
        if not each.status.is_open:
            raise NothingToDo(reference=each.reference, status=each.status.value)
    if not same_audience(ticket, survivor):
        raise OtherAudience(reference=ticket.reference, survivor=survivor.reference)


def same_audience(one: Ticket, other: Ticket) -> bool:
    """Whether the same people of the desk may open both."""
    if one.confidential != other.confidential:
        return False
    return not one.confidential or one.queue_id == other.queue_id or _cleared(one) == _cleared(other)


def _cleared(ticket: Ticket) -> set[int]:
    who = select(queue_clearance.c.person_id).where(queue_clearance.c.queue_id == ticket.queue_id)
    return set(db.session.scalars(who))


def _merge(ticket: Ticket, survivor: Ticket, by: Person | None) -> None:
    now = clock.now()
    db.session.add(
        Merge(survivor_id=survivor.id, merged_id=ticket.id, at=now, by_id=by.id if by is not None else None)
    )
    _stand_for([ticket.id, *_ids_below(ticket.id)], survivor.id)
    changes = {"merged_into": [None, survivor.reference]}
    announce(
        TicketMerged(about=ticket, by=by, version=ticket.version, changes=changes, survivor=survivor, at=now)
    )


def unmerge(ticket: Ticket, *, by: Person | None) -> None:
    """Take the merge back: the ticket stands for itself again, as if it had never been merged."""
    db.session.flush()
    take_turns([ticket.id])
    row = db.session.scalars(select(Merge).where(Merge.merged_id == ticket.id, Merge.LIVE)).first()
    if row is None:
        raise NotMerged(reference=ticket.reference)
    now = clock.now()
    survivor = db.session.get_one(Ticket, row.survivor_id)
    row.undone_at = now
    below = _ids_below(ticket.id)
    _stand_for([ticket.id], None)
    _stand_for(below, ticket.id)
    notice_breaches(ticket, now)
    changes = {"merged_into": [survivor.reference, None]}
    announce(
        TicketUnmerged(
            about=ticket, by=by, version=ticket.version, changes=changes, survivor=survivor, at=now
        )
    )


def merged_into(ticket: Ticket) -> Sequence[Ticket]:
    """The tickets this one stands for, while they are of the same confidentiality."""
    asked = {"survivor": ticket.id, "confidential": ticket.confidential}
    return db.session.scalars(_stands_for(), asked).all()


@put_together
def _stands_for() -> Select[Ticket]:
    alike = Ticket.confidential == bindparam("confidential", type_=Boolean)
    return select(Ticket).where(Ticket.merged_into_id == bindparam("survivor"), alike).order_by(Ticket.id)


def watchers_of(ticket: Ticket) -> set[int]:
    """Who watches the ticket or one it stands for."""
    family = select(Ticket.id).where((Ticket.id == ticket.id) | (Ticket.merged_into_id == ticket.id))
    who = select(ticket_watchers.c.person_id).where(ticket_watchers.c.ticket_id.in_(family))
    return set(db.session.scalars(who))


def _ids_below(ticket_id: int) -> list[int]:
    """Those merged into the ticket, into them, and so on down."""
    found, level = [], [ticket_id]
    while level:
        level = list(
            db.session.scalars(
                select(Merge.merged_id).where(Merge.survivor_id.in_(level), Merge.LIVE).order_by(Merge.id)
            )
        )
        found += level
    return found


def _stand_for(ticket_ids: Sequence[int], survivor_id: int | None) -> None:
    if ticket_ids:
        db.session.execute(
            update(Ticket)
            .where(Ticket.id.in_(ticket_ids))
            .values(merged_into_id=survivor_id)
            .execution_options(synchronize_session="evaluate")
        )
