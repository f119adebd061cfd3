"""Sorting the work: who has a ticket, on which queue it lies, how soon it matters."""

from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from .access import may_work
from .changing import NoWay, change, refuse_road
from .events import TicketAssigned, TicketMoved, TicketPrioritised, TicketTakenUp
from .models import Queue, Status, Ticket
from .prioritising import WORDS, priority_for
from .routing import triage_queue
from .targets import timing as targets
from .texts import line
from .versions import merged_with, take_turn


class NotOpen(Refusal):
    reason = "{reference} is {status}. Reopen it first."


class CannotWork(Refusal):
    reason = "{name} cannot be given {reference}: they do not work tickets of this council or queue."


class QueueClosed(Refusal):
    reason = "The queue {name} is closed. Choose another one."


class NoSuchPriority(Refusal):
    reason = "A priority is a number from 1 (critical) to 5 (planning)."


class ReasonMissing(Refusal):
    reason = "Say why the priority is different from what impact and urgency make it."


def assign(ticket: Ticket, assignee: Person | None, *, by: Person | None, seen: int | None = None) -> None:
    """Give the ticket to an agent, or to nobody. Being given to somebody takes a new ticket up; it answers nobody."""
    now = take_turn(ticket, seen, assignee=assignee)
    refuse_unless_open(ticket)
    if assignee is not None and not may_work(assignee, ticket):
        raise CannotWork(name=assignee.name, reference=ticket.reference)
    taken_up = assignee is not None and ticket.status is Status.NEW
    status = Status.IN_PROGRESS if taken_up else ticket.status
    changes = change(ticket, by=by, at=now, assignee=assignee, status=status)
    if changes:
        announce(
            TicketAssigned(about=ticket, by=by, version=ticket.version, changes=changes, assignee=assignee)
        )


def move(
    ticket: Ticket, queue: Queue, *, by: Person | None, reason: str = "", seen: int | None = None
) -> None:
    """Move the ticket to another queue, where nobody has it yet.

    On a triage queue it is new again, unless it is on hold.
    """
    now = take_turn(ticket, seen, queue=queue)
    refuse_unless_open(ticket)
    reason = line(reason, what="The reason", limit=300)
    if queue.closed_on is not None and queue.closed_on <= now.date():
        raise QueueClosed(name=queue.name)
    if queue is ticket.queue:
        return
    back = queue.is_triage and ticket.status is Status.IN_PROGRESS
    changes = change(
        ticket,
        by=by,
        at=now,
        queue=queue,
        assignee=None,
        status=Status.NEW if back else ticket.status,
        routed_because="Moved by hand" if by is not None else ticket.routed_because,
    )
    announce(
        TicketMoved(about=ticket, by=by, version=ticket.version, changes=changes, queue=queue, reason=reason)
    )


def take_up(ticket: Ticket, *, by: Person | None, seen: int | None = None) -> None:
    """Work on a new ticket begins, whoever will have it."""
    now = take_turn(ticket, seen, status=Status.IN_PROGRESS)
    if ticket.status is not Status.NEW:
        raise NoWay(ticket.status, Status.IN_PROGRESS)
    changes = change(ticket, by=by, at=now, status=Status.IN_PROGRESS)
    announce(TicketTakenUp(about=ticket, by=by, version=ticket.version, changes=changes))


def return_to_triage(ticket: Ticket, *, by: Person | None, seen: int | None = None) -> None:
    """Give the ticket back to be sorted again: new, on the triage queue, with nobody."""
    now = take_turn(ticket, seen, status=Status.NEW)
    refuse_road(ticket, Status.NEW)
    changes = change(ticket, by=by, at=now, status=Status.NEW, assignee=None, queue=triage_queue())
    announce(TicketTakenUp(about=ticket, by=by, version=ticket.version, changes=changes, to_triage=True))


OVERRIDDEN = "priority_override_reason"


def prioritise(
    ticket: Ticket,
    *,
    by: Person | None,
    impact: int | None = None,
    urgency: int | None = None,
    override: int | None = None,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Say how much it matters: priority follows from impact and urgency, unless overridden with a reason.

    Without an override, one that stood before falls away. Clocks follow the
    new priority and keep what they have counted. What others have changed since
    `seen`, and is wanted as it was then, stays as they changed it.
    """
    now = take_turn(ticket)
    reason = line(reason, what="The reason", limit=300)
    wanted = {"impact": impact, "urgency": urgency, "priority": override}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    touched = merged_with(ticket, seen, wanted | {OVERRIDDEN: reason if override is not None else None})
    refuse_unless_open(ticket)
    impact, urgency = touched.get("impact") or ticket.impact, touched.get("urgency") or ticket.urgency
    if OVERRIDDEN not in touched:
        reason = ticket.priority_override_reason or ""
        override = ticket.priority if ticket.priority_override_reason is not None else None
    priority = priority_for(impact, urgency, ticket.council_id)
    overridden = override is not None and override != priority
    if override is not None and override not in WORDS:
        raise NoSuchPriority
    if overridden and not reason:
        raise ReasonMissing
    changes = change(
        ticket,
        by=by,
        at=now,
        impact=impact,
        urgency=urgency,
        priority=override if overridden else priority,
        priority_override_reason=reason if overridden else None,
        priority_override_by_id=by.id if overridden and by is not None else None,
    )
    if "priority" in changes:
        targets.retarget(ticket, at=now, reason="priority changed")
    if changes:
        announce(
            TicketPrioritised(about=ticket, by=by, version=ticket.version, changes=changes, reason=reason)
        )


def refuse_unless_open(ticket: Ticket) -> None:
    """Sorting is for work still to be done."""
    if not ticket.is_open:
        raise NotOpen(reference=ticket.reference, status=ticket.status.value)
