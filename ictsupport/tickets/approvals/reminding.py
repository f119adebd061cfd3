"""Whoever is asked to approve something and does not decide is reminded, by working days, each time once.

After downtime only the latest reminder that is due goes out. Where nobody is
left to remind, the desk is told instead, once. The desk may have them reminded
at once, but nobody is written to twice within a few hours.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...hours import Calendar
from ...journal import announce, on
from ...pages.filters import moment
from ...people.calendars import catalogue
from ...people.models import Person
from ..models import Ticket
from .access import is_worked_on
from .asking import Settled, turn
from .deciding import NotWanted
from .emails import deciders, write_to
from .events import ApproverGone, ApproverReminded
from .models import Approval, ApprovalState, Approver

AT_A_TIME = 200
REST = timedelta(hours=4)
"""For how long nobody who has been written to is reminded."""


class RemindedLately(Refusal):
    reason = "They were written to a short while ago. They can be reminded again after {after}."


class NobodyToRemind(Refusal):
    reason = "Nobody is left who could be reminded. Withdraw the question, and ask somebody else."


def remind_now(approval: Approval, *, by: Person) -> list[Person]:
    """Write at once to all whose word is wanted, but for those who were written to within a few hours; returns whom."""
    now = turn(approval)
    if not approval.is_open:
        raise Settled(state=approval.state.value)
    if not approval.is_wanted:
        raise NotWanted
    wanted = [one for one in approval.asked if one.waits and deciders(one)]
    if not wanted:
        raise NobodyToRemind
    rested = [one for one in wanted if _rested(one, now)]
    if not rested:
        first = min(one.reminded_at or one.asked_at for one in wanted)
        raise RemindedLately(after=moment(first + REST))
    for approver in rested:
        approver.reminded_at = now
        _tell(ApproverReminded, approver, by)
    return [one.person for one in rested]


def remind() -> int:
    """Remind everybody for whom it is time, up to so many at once; returns how many."""
    calendars, done = catalogue(), 0
    waiting = db.session.execute(
        select(Approver.id, Approver.asked_at, Approver.reminded, Ticket.council_id)
        .join(Approver.approval)
        .join(Approval.ticket)
        .where(Approver.WAITS, Approval.state == ApprovalState.OPEN, is_worked_on())
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
    wanted = approval.is_wanted and approver.waits and due > approver.reminded
    if not wanted or not _rested(approver, clock.now()):
        return False
    is_gone, is_first = not deciders(approver), not approver.reminded
    approver.reminded, approver.reminded_at = due, clock.now()
    if is_first or not is_gone:
        _tell(ApproverGone if is_gone else ApproverReminded, approver)
    return True


def _rested(approver: Approver, now: datetime) -> bool:
    """Whether it is long enough since they were last written to."""
    return (approver.reminded_at or approver.asked_at) <= now - REST


def _tell(kind: type[ApproverReminded | ApproverGone], approver: Approver, by: Person | None = None) -> None:
    approval = approver.approval
    announce(
        kind(
            about=approval.ticket,
            by=by,
            version=approval.ticket.version,
            approval=approval,
            approver_id=approver.id,
            reason=f"{approval.what}: {approver.person.name}",
        )
    )


@on(ApproverReminded)
def write_again(event: ApproverReminded) -> None:
    write_to(db.session.get_one(Approver, event.approver_id), "tickets/approval_reminder")


@jobs.handles("tickets.remind_approvers")
def _by_timetable(_payload: dict[str, Any]) -> None:
    if remind() >= AT_A_TIME:
        jobs.enqueue("tickets.remind_approvers")


scheduler.every("tickets.remind_approvers", minutes=30)
