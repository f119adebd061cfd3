"""The end of a ticket, and its way back: resolved, reopened, closed, cancelled."""

from collections.abc import Sequence
from datetime import timedelta
from types import EllipsisType
from typing import Any

from sqlalchemy import select

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..people.calendars import calendar_for, catalogue
from ..people.models import Person
from .access import for_whom, may_work
from .attachments import Stored, Upload
from .changing import NoWay, change, refuse_road
from .events import TicketCancelled, TicketClosed, TicketReopened, TicketResolved
from .models import MessageKind, Resolution, Status, Ticket
from .parts import refuse_unfinished
from .saying import put_down
from .targets import timing as targets
from .texts import line, prose
from .versions import take_turn

AT_A_TIME = 200


class NotToday(Refusal):
    reason = "{reference} was cancelled before today, so it stays so. Raise a new one."


class DeskOnly(Refusal):
    reason = "A cancelled request can be taken up again only by the helpdesk. Ring us, or raise a new one."


def resolve(
    ticket: Ticket,
    resolution: Resolution,
    notes: str,
    *,
    by: Person | None,
    told: bool = True,
    files: Sequence[Upload] = (),
    seen: int | None = None,
) -> None:
    """Say that it is done, and how. Telling the requester so (`told`) is an answer too.

    Files go with what was done, as with a reply.
    """
    now = take_turn(ticket, seen, status=Status.RESOLVED)
    refuse_road(ticket, Status.RESOLVED)
    refuse_unfinished(ticket)
    notes = prose(notes, what="What was done", needed=True)
    if any(isinstance(file, Stored) or file.filename for file in files):
        put_down(ticket, MessageKind.REPLY, notes, by=by, at=now, files=files)
    changes = change(
        ticket,
        by=by,
        at=now,
        status=Status.RESOLVED,
        hold_reason=None,
        hold_until=None,
        resolution=resolution,
        resolution_notes=notes,
        resolved_at=now,
    )
    if told and ticket.first_responded_at is None:
        ticket.first_responded_at = now
    targets.stop_resolution(ticket, at=now, told=told)
    announce(
        TicketResolved(
            about=ticket, by=by, version=ticket.version, changes=changes, resolution=resolution.value
        )
    )


def reopen(
    ticket: Ticket,
    *,
    by: Person | None,
    reason: str = "",
    seen: int | None = None,
    whom: Person | EllipsisType | None = ...,
) -> None:
    """Take work up again: whatever was resolved, or was cancelled today (the desk only). A new round begins.

    `whom` is in whose name it is done, where that does not follow from the ticket.
    """
    now = take_turn(ticket, seen, status=Status.IN_PROGRESS)
    was = ticket.status
    if was not in (Status.RESOLVED, Status.CANCELLED):
        raise NoWay(was, Status.IN_PROGRESS)
    if was is Status.CANCELLED:
        _refuse_late_return(ticket, by)
    reason = prose(reason, what="What is still wrong")
    keeps = ticket.assignee is not None and may_work(ticket.assignee, ticket)
    changes = change(
        ticket,
        by=by,
        at=now,
        status=Status.IN_PROGRESS,
        assignee=ticket.assignee if keeps else None,
        resolution=None,
        resolution_notes="",
        resolved_at=None,
        closed_at=None,
        reopen_count=ticket.reopen_count + (was is Status.RESOLVED),
    )
    targets.reopen_clocks(ticket, at=now)
    announce(
        TicketReopened(
            about=ticket,
            by=by,
            for_whom=for_whom(by, ticket) if isinstance(whom, EllipsisType) else whom,
            version=ticket.version,
            changes=changes,
            was=was.value,
            reason=reason,
        )
    )


def close(ticket: Ticket, *, by: Person | None = None, seen: int | None = None) -> None:
    """Close a resolved ticket for good: a reply from now on opens a new one."""
    now = take_turn(ticket, seen, status=Status.CLOSED)
    refuse_road(ticket, Status.CLOSED)
    changes = change(ticket, by=by, at=now, status=Status.CLOSED, closed_at=now)
    announce(
        TicketClosed(
            about=ticket, by=by, for_whom=for_whom(by, ticket), version=ticket.version, changes=changes
        )
    )


def cancel(ticket: Ticket, *, by: Person | None, reason: str = "", seen: int | None = None) -> None:
    """It is not needed any more. Its clocks end without a verdict."""
    now = take_turn(ticket, seen, status=Status.CANCELLED)
    refuse_road(ticket, Status.CANCELLED)
    reason = line(reason, what="The reason", limit=300)
    changes = change(
        ticket,
        by=by,
        at=now,
        status=Status.CANCELLED,
        hold_reason=None,
        hold_until=None,
        closed_at=now,
    )
    targets.cancel_clocks(ticket, at=now, reason="cancelled")
    announce(
        TicketCancelled(
            about=ticket,
            by=by,
            for_whom=for_whom(by, ticket),
            version=ticket.version,
            changes=changes,
            reason=reason,
        )
    )


def close_resolved() -> int:
    """Close what has been resolved for so many working days that nobody will come back; returns how many."""
    days = settings().close_after_working_days
    now = clock.now()
    calendars = catalogue()
    waiting = db.session.execute(
        select(Ticket.id, Ticket.council_id, Ticket.resolved_at)
        .where(
            Ticket.status == Status.RESOLVED,
            Ticket.merged_into_id.is_(None),
            Ticket.resolved_at <= now - timedelta(days=days),
        )
        .order_by(Ticket.resolved_at)
    ).all()
    due = [
        row.id
        for row in waiting
        if calendars.for_council(row.council_id).elapsed(row.resolved_at, now).days >= days
    ][:AT_A_TIME]
    for ticket_id in due:
        ticket = db.session.get_one(Ticket, ticket_id)
        try:
            close(ticket)
        except NoWay:
            continue  # somebody came back to it at this very moment
    return len(due)


def _refuse_late_return(ticket: Ticket, by: Person | None) -> None:
    if by is None or not may_work(by, ticket):
        raise DeskOnly
    calendar = calendar_for(ticket.council_id)
    if (
        ticket.closed_at is None
        or calendar.local(ticket.closed_at).date() != calendar.local(clock.now()).date()
    ):
        raise NotToday(reference=ticket.reference)


@jobs.handles("tickets.close_resolved")
def _by_timetable(_payload: dict[str, Any]) -> None:
    if close_resolved() == AT_A_TIME:
        jobs.enqueue("tickets.close_resolved")


scheduler.every("tickets.close_resolved", minutes=30)
