"""When an answer is due: what each verb of the desk does to a ticket's clocks.

Whatever happens to a ticket is first written down as clock events; the
columns of its clocks, and what the ticket's own row repeats of them, follow
from the events. The caller has locked the ticket, so that its clocks are
moved by one at a time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ...database import db
from ...journal import announce
from ...people.calendars import catalogue
from ..events import TargetBreached
from ..models import HoldReason, Ticket, TicketType
from .clockwork import Clockwork, Key, Line, Rule, ticket_columns
from .models import Clock, ClockEvent
from .policies import Kind, rulebook
from .steps import plan


def start_clocks(ticket: Ticket, at: datetime, *, answered: bool = False) -> None:
    """Start the clocks of a new ticket; `answered` if it was raised with the person there or on the telephone.

    A problem has none: nobody waits for it.
    """
    if ticket.ticket_type is TicketType.PROBLEM:
        return
    work = Clockwork(catalogue())
    work.start(rule_for(ticket, at), at, needed_by=ticket.needed_by, answered=answered)
    _write(ticket, work, {}, new=True)


def first_response(ticket: Ticket, at: datetime) -> None:
    """A person has answered the requester. Only the first time counts."""
    _move(ticket, lambda work: work.answer(at))


def pause(ticket: Ticket, reason: HoldReason, at: datetime) -> None:
    """The ticket is on hold, or is now on hold for another reason: the policy of each clock says whether that
    pauses it."""
    _move(ticket, lambda work: work.hold(reason, at, rulebook().pauses))


def resume(ticket: Ticket, at: datetime) -> None:
    """The ticket is off hold."""
    _move(ticket, lambda work: work.resume(at))


def stop_resolution(ticket: Ticket, at: datetime, *, told: bool = True) -> None:
    """The ticket is resolved. A resolution that the requester is told of is a first response too."""
    _move(ticket, lambda work: work.resolve(at, told=told))


def cancel_clocks(ticket: Ticket, at: datetime, *, reason: str | None = None) -> None:
    """The ticket is cancelled: its clocks end without a verdict."""
    _move(ticket, lambda work: work.cancel(at, reason))


def reopen_clocks(ticket: Ticket, at: datetime) -> None:
    """Work begins again: a new round, with the elapsed time carried over."""
    _move(ticket, lambda work: work.reopen(rule_for(ticket, at), at, needed_by=ticket.needed_by))


def retarget(ticket: Ticket, at: datetime, *, reason: str | None = None) -> None:
    """Priority, type, requester or council are different now: the clocks follow and keep what they have counted."""
    _move(ticket, lambda work: work.retarget(rule_for(ticket, at), at, reason, ticket.hold_reason))


def need_by(ticket: Ticket, at: datetime) -> None:
    """The ticket's needed-by was set, moved or dropped."""
    _move(ticket, lambda work: work.need_by(ticket.needed_by, at))


def rule_for(ticket: Ticket, at: datetime) -> Rule:
    """The targets that hold for the ticket as it stands."""
    council_id = ticket.council.id if ticket.council is not None else ticket.council_id
    kind = Kind(
        council_id, ticket.ticket_type, ticket.requester_kind, ticket.priority, ticket.request_type_id
    )
    return rulebook().rule(kind, at)


def clockwork_of(ticket: Ticket) -> Clockwork:
    """The ticket's clocks as its events tell them."""
    rows = db.session.scalars(
        select(ClockEvent).where(ClockEvent.ticket_id == ticket.id).order_by(ClockEvent.id)
    )
    return Clockwork(catalogue(), [Line.from_row(row) for row in rows])


def _move(ticket: Ticket, happen: Callable[[Clockwork], None]) -> None:
    """Let something happen to the clocks, and write down what it was and what follows."""
    if ticket.ticket_type is TicketType.PROBLEM:
        return
    db.session.flush()
    work = clockwork_of(ticket)
    happen(work)
    if work.added:
        _write(ticket, work, {(row.kind, row.round): row for row in _rows(ticket)})


def _write(ticket: Ticket, work: Clockwork, clocks: dict[Key, Clock], *, new: bool = False) -> None:
    """Write the new lines, and what follows from them into the clocks, the ticket and its steps."""
    breached = _keep(ticket, work, clocks)
    for name, value in ticket_columns({key: _shown(row) for key, row in clocks.items()}).items():
        setattr(ticket, name, value)
    if new:
        db.session.flush()
    lines = [{"ticket_id": ticket.id, **line.row} for line in work.added]
    plan({ticket.id: work}, new=new, lines=lines)
    for clock in breached:
        assert clock.breached_at is not None
        announce(TargetBreached(about=ticket, clock=clock.kind, breached_at=clock.breached_at))


def _shown(row: Clock) -> dict[str, Any]:
    return {"stage": row.stage, "due_at": row.due_at, "breached_at": row.breached_at}


def _rows(ticket: Ticket) -> list[Clock]:
    return list(db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)))


def _keep(ticket: Ticket, work: Clockwork, clocks: dict[Key, Clock]) -> list[Clock]:
    """Set the columns of the clocks that moved; returns those whose target has run out and nobody was told of."""
    breached = []
    for key in dict.fromkeys((line.kind, line.round) for line in work.added):
        columns = work.columns_of(key)
        row = clocks.get(key)
        if row is None:
            row = clocks[key] = Clock(ticket=ticket, kind=key[0], round=key[1], **columns)
            db.session.add(row)
            known = None
        else:
            known = row.breached_at
            for name, value in columns.items():
                setattr(row, name, value)
        if row.breached_at is not None and known is None:
            breached.append(row)
    return breached
