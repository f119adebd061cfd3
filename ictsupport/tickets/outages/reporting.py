"""An outage gets its ticket; whoever it hits too says so in one press, hears how it goes, and is asked at the end."""

from collections.abc import Sequence

from sqlalchemy import select

from ...database import db, lock
from ...errors import Refusal
from ...journal import on
from ...people.models import Person
from ...systems.outages.events import OutageDeclared, OutageEnded, OutageUpdated
from ...systems.outages.models import Outage, OutageKind
from ..access import may_raise_for
from ..holding import hold
from ..models import Channel, HoldReason, Resolution, Status, Ticket
from ..raising import raise_ticket
from ..related.linking import link
from ..related.models import LinkKind
from ..replying import reply
from ..resolving import resolve
from ..routing import NoTriageQueue
from .models import OutageReport, OutageTicket

CATEGORY = "Known outage"


class Over(Refusal):
    reason = "It is said to work again. If it does not for you, tell us what you see."


class MayNotSay(Refusal):
    reason = "You can no longer ask for help in this person’s name. Ask them to let you do so again."


def me_too(outage: Outage, whom: Person, *, by: Person) -> Ticket:
    """Put it down that the outage has hit somebody too: a child of its ticket, which waits with it."""
    lock(outage)
    if outage.is_over:
        raise Over
    if not may_raise_for(by, whom):
        raise MayNotSay
    said = db.session.get(OutageReport, (outage.id, whom.id))
    if said is not None:
        return said.ticket
    ticket = raise_ticket(
        requester=whom,
        subject=outage.title,
        description=f"This has hit me too: {outage.title}.",
        by=by,
        channel=Channel.SELF_SERVICE,
        systems=[outage.system],
        category=CATEGORY,
    )
    db.session.add(OutageReport(outage_id=outage.id, person_id=whom.id, ticket_id=ticket.id))
    parent = ticket_of(outage)
    if parent is not None and not parent.confidential:
        link(parent, LinkKind.PARENT, ticket, by=by)
    hold(ticket, HoldReason.PROBLEM, by=None)
    return ticket


def ticket_of(outage: Outage) -> Ticket | None:
    """The ticket on which the outage is worked."""
    row = db.session.get(OutageTicket, outage.id)
    return row.ticket if row is not None else None


def reports_of(outage: Outage) -> Sequence[Ticket]:
    """The tickets of those it has hit too."""
    return db.session.scalars(
        select(Ticket)
        .join(OutageReport, OutageReport.ticket_id == Ticket.id)
        .where(OutageReport.outage_id == outage.id)
        .order_by(Ticket.id)
    ).all()


@on(OutageDeclared)
def give_it_a_ticket(event: OutageDeclared) -> None:
    """The ticket it was declared from, or else a new one."""
    outage = event.about
    if event.reference:
        ticket = db.session.scalars(select(Ticket).where(Ticket.reference == event.reference)).one()
    elif outage.kind is OutageKind.MAINTENANCE or event.by is None:
        return
    else:
        try:
            ticket = raise_ticket(
                requester=event.by,
                subject=f"{event.system.name}: {outage.title}"[:200],
                description=outage.advice,
                by=event.by,
                channel=Channel.MONITORING,
                council=outage.council,
                systems=[event.system],
                impact=1,
                urgency=2,
                category=CATEGORY,
            )
        except NoTriageQueue:
            return
    db.session.add(OutageTicket(outage_id=outage.id, ticket_id=ticket.id))
    db.session.flush()


@on(OutageUpdated)
def tell_those_it_hit(event: OutageUpdated) -> None:
    for ticket in reports_of(event.about):
        if ticket.is_open:
            reply(ticket, event.update.words_, by=None)


@on(OutageEnded)
def ask_whether_it_works(event: OutageEnded) -> None:
    """Those that still wait with the outage are resolved with it; what somebody has taken up goes its own way."""
    for ticket in reports_of(event.about):
        if ticket.is_open and ticket.status is Status.ON_HOLD and ticket.hold_reason is HoldReason.PROBLEM:
            resolve(ticket, Resolution.FIXED, event.update.words_, by=event.by)
