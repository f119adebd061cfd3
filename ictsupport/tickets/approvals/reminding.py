"""Whoever is asked to approve something and does not decide is reminded, by working days, each time once.

After downtime only the latest reminder that is due goes out. Where nobody is
left to remind, the desk is told instead, once.
"""

from typing import Any

from sqlalchemy import select

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, lock
from ...hours import Calendar
from ...journal import announce, on
from ...people.calendars import catalogue
from ..models import Ticket
from .emails import deciders, write_to
from .events import ApproverGone, ApproverReminded
from .models import Approval, ApprovalState, Approver

AT_A_TIME = 200


def remind() -> int:
    """Remind everybody for whom it is time, up to so many at once; returns how many."""
    calendars, done = catalogue(), 0
    waiting = db.session.execute(
        select(Approver.id, Approver.asked_at, Approver.reminded, Ticket.council_id)
        .join(Approver.approval)
        .join(Approval.ticket)
        .where(Approver.WAITS, Approval.state == ApprovalState.OPEN, Ticket.OPEN)
        .order_by(Approver.asked_at, Approver.id)
    ).all()
    for row in waiting:
        if _due(row.asked_at, calendars.for_council(row.council_id)) > row.reminded:
            done += _remind(row.id)
        if done >= AT_A_TIME:
            break
    return done


def _due(asked_at: Any, calendar: Calendar) -> int:
    """How many reminders are due by now."""
    days = calendar.elapsed(asked_at, clock.now()).days
    return sum(days >= step for step in settings().approval_remind_after_working_days)


def _remind(approver_id: int) -> bool:
    """Remind them, unless they have decided or been reminded at this very moment."""
    approver = db.session.get_one(Approver, approver_id)
    approval = approver.approval
    ticket = approval.ticket
    for row in (ticket, approval, approver):  # in the order of those who decide
        lock(row)
    due = _due(approver.asked_at, catalogue().for_council(ticket.council_id))
    wanted = approval.is_open and approver.waits and ticket.is_open
    if not wanted or due <= approver.reminded:
        return False
    is_gone, is_first = not deciders(approver), not approver.reminded
    approver.reminded, approver.reminded_at = due, clock.now()
    if is_first or not is_gone:
        kind = ApproverGone if is_gone else ApproverReminded
        told = f"{approval.what}: {approver.person.name}"
        announce(
            kind(
                about=ticket,
                version=ticket.version,
                approval=approval,
                approver_id=approver.id,
                reason=told,
            )
        )
    return True


@on(ApproverReminded)
def write_again(event: ApproverReminded) -> None:
    write_to(db.session.get_one(Approver, event.approver_id), "tickets/approval_reminder")


@jobs.handles("tickets.remind_approvers")
def _by_timetable(_payload: dict[str, Any]) -> None:
    if remind() >= AT_A_TIME:
        jobs.enqueue("tickets.remind_approvers")


scheduler.every("tickets.remind_approvers", minutes=30)
