"""Questions that get no answer: the requester is reminded, and at last the ticket is resolved.

Working days are counted from the last thing the desk wrote to the requester,
or from the day the ticket is on hold until, if that is later. After downtime
only the latest reminder that is due goes out. Nobody's ticket is resolved
before the last reminder has had its time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, insert_if_new, lock
from ...errors import Refusal
from ...hours import Calendar
from ...journal import announce, on
from ...mail import send
from ...pages.filters import plain_date
from ...people.calendars import catalogue
from ..asking.telling import told
from ..emails import requesters
from ..events import RequesterReminded
from ..models import HoldReason, Message, MessageKind, Resolution, Ticket
from ..resolving import resolve
from .models import Reminder

AT_A_TIME = 200


@dataclass(frozen=True)
class Waiting:
    """A question to a requester that is open: since when it counts, and what has been done about it."""

    ticket_id: int
    question_id: int
    since: datetime
    reminded: int
    reminded_at: datetime | None


def remind_and_resolve() -> int:
    """Do what is due for every open question, up to so many at a time; says for how many something was."""
    calendars, done = catalogue(), 0
    for row in db.session.execute(_open_questions()):
        calendar = calendars.for_council(row.council_id)
        since = row.asked_at
        if row.hold_until is not None:
            since = max(since, calendar.midnight(row.hold_until))
        waiting = Waiting(row.id, row.question_id, since, row.reminded or 0, row.reminded_at)
        done += _do_what_is_due(waiting, calendar)
        if done >= AT_A_TIME:
            break
    return done


def _open_questions() -> Any:
    """SQL: tickets that wait for their requester, with the last thing the desk wrote to them and the last reminder."""
    asked = (
        select(Message.ticket_id, func.max(Message.id).label("question_id"))
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Ticket.OPEN,
            Ticket.hold_reason == HoldReason.REQUESTER,
            Message.kind == MessageKind.REPLY,
            Message.from_requester.is_(False),
        )
        .group_by(Message.ticket_id)
        .subquery()
    )
    sent = (
        select(
            Reminder.question_id,
            func.max(Reminder.number).label("reminded"),
            func.max(Reminder.at).label("reminded_at"),
        )
        .group_by(Reminder.question_id)
        .subquery()
    )
    return (
        select(
            Ticket.id,
            Ticket.council_id,
            Ticket.hold_until,
            asked.c.question_id,
            Message.at.label("asked_at"),
            sent.c.reminded,
            sent.c.reminded_at,
        )
        .join(asked, asked.c.ticket_id == Ticket.id)
        .join(Message, Message.id == asked.c.question_id)
        .outerjoin(sent, sent.c.question_id == asked.c.question_id)
        .order_by(Ticket.id)
    )


def _do_what_is_due(waiting: Waiting, calendar: Calendar) -> bool:
    """Remind or resolve, whichever is due and was not done; says whether anything was."""
    now, config = clock.now(), settings()
    if waiting.since > now:
        return False
    days = calendar.elapsed(waiting.since, now).days
    steps = sorted(config.remind_after_working_days)
    due = sum(days >= step for step in steps)
    if due > waiting.reminded:
        return _remind(waiting, due, is_last=due == len(steps))
    after = config.resolve_unanswered_after_working_days
    if not after or days < after or waiting.reminded < len(steps):
        return False
    if waiting.reminded_at is not None:
        rest = max(after - steps[-1], 1)
        if calendar.elapsed(waiting.reminded_at, now).days < rest:
            return False
    return _resolve(waiting)


def _still_waits(waiting: Waiting) -> Ticket | None:
    """The ticket, locked, if the same question is still open."""
    ticket = db.session.get_one(Ticket, waiting.ticket_id)
    lock(ticket)
    if ticket.hold_reason is not HoldReason.REQUESTER:
        return None
    newer = select(Message.id).where(
        Message.ticket_id == ticket.id, Message.id > waiting.question_id, Message.kind == MessageKind.REPLY
    )
    return ticket if db.session.scalar(newer.limit(1)) is None else None


def _remind(waiting: Waiting, number: int, *, is_last: bool) -> bool:
    ticket = _still_waits(waiting)
    if ticket is None:
        return False
    row = {
        "question_id": waiting.question_id,
        "number": number,
        "ticket_id": ticket.id,
        "at": clock.now(),
    }
    if insert_if_new(Reminder, [row]) == 0:
        return False
    question = db.session.get_one(Message, waiting.question_id)
    announce(RequesterReminded(about=ticket, question=question, number=number, is_last=is_last))
    return True


def _resolve(waiting: Waiting) -> bool:
    ticket = _still_waits(waiting)
    if ticket is None:
        return False
    asked = db.session.get_one(Message, waiting.question_id)
    notes = (
        f"We asked a question on {plain_date(asked.at)} and reminded you, and have had no answer, "
        "so we have stopped working on this. Answer it, or say that it still does not work, and we go on."
    )
    try:
        with db.session.begin_nested():
            resolve(ticket, Resolution.NO_FAULT, notes, by=None)
    except Refusal:
        return False  # something must be done first: it stays where the desk sees it
    return True


@on(RequesterReminded)
def write_reminder(event: RequesterReminded) -> None:
    ticket = event.about
    for person in requesters(ticket):
        send(
            to=person,
            template="tickets/reminder",
            about=ticket,
            thread=f"ticket-{ticket.id}",
            ticket=ticket,
            message=event.question,
            is_last=event.is_last and bool(settings().resolve_unanswered_after_working_days),
            told=told(ticket),
        )


@jobs.handles("tickets.remind")
def _by_timetable(_payload: dict[str, Any]) -> None:
    if remind_and_resolve() >= AT_A_TIME:
        jobs.enqueue("tickets.remind")


scheduler.every("tickets.remind", minutes=30)
