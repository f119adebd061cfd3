"""Taking the steps before and after a target when they have come.

The timetable looks every minute at the steps whose moment has come, by an
index that holds no others. After a time when nothing ran, only the latest
step of each clock is taken: nobody is told of 50% and 80% at once.
"""

from typing import Any

from sqlalchemy import select

from ... import clock, jobs, scheduler
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ..events import TargetStepTaken
from ..models import ClockKind, Queue, Ticket
from ..triage import move, prioritise
from .clockwork import Key
from .models import Clock, ClockStep
from .steps import Deed, Step, Steps, steps_of_policies

BATCH = 200
NAMES = {ClockKind.RESPONSE: "the first response", ClockKind.RESOLUTION: "the resolution"}


def take_steps(limit: int = BATCH) -> int:
    """Take the steps that have come, of up to so many tickets; returns how many were taken.

    A ticket that somebody is working on at this moment is left for the next
    time, and one that is merged until it no longer is.
    """
    now = clock.now()
    come = (
        select(ClockStep.ticket_id)
        .join(Ticket, Ticket.id == ClockStep.ticket_id)
        .where(ClockStep.PENDING, ClockStep.at <= now, Ticket.merged_into_id.is_(None))
    )
    ids = db.session.scalars(come.order_by(ClockStep.at).limit(limit)).all()
    if not ids:
        return 0
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(set(ids)), Ticket.merged_into_id.is_(None))
        .order_by(Ticket.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    steps = steps_of_policies()
    return sum(_take_those_of(ticket, steps) for ticket in tickets)


def _take_those_of(ticket: Ticket, steps: Steps) -> int:
    now = clock.now()
    rows = db.session.scalars(
        select(ClockStep)
        .where(ClockStep.ticket_id == ticket.id, ClockStep.PENDING, ClockStep.at <= now)
        .order_by(ClockStep.at, ClockStep.id)
        .execution_options(populate_existing=True)
    ).all()
    latest: dict[Key, ClockStep] = {}
    for row in rows:
        row.taken_at = now
        latest[row.kind, row.round] = row
    db.session.flush()
    for (kind, number), row in latest.items():
        which = (Clock.ticket_id == ticket.id, Clock.kind == kind, Clock.round == number)
        policy_id = db.session.scalar(select(Clock.policy_id).where(*which))
        for step in steps.get(policy_id, ()):
            if step.clock is kind and step.name == row.name:
                _take(ticket, step)
    return len(latest)


def _take(ticket: Ticket, step: Step) -> None:
    """Do what the step says; what the desk's rules refuse is left undone, and told all the same."""
    reason = f"{step.name} of the target for {NAMES[step.clock]}"
    if step.after is not None:
        reason = f"{step.name.removeprefix('+')} past the target for {NAMES[step.clock]}"
    try:
        with db.session.begin_nested():
            if step.deed is Deed.RAISE and ticket.priority > 1:
                prioritise(ticket, override=ticket.priority - 1, reason=reason, by=None)
            elif step.deed is Deed.MOVE:
                move(ticket, db.session.get_one(Queue, step.queue_id), reason=reason, by=None)
    except Refusal:
        db.session.refresh(ticket)
    announce(TargetStepTaken(about=ticket, clock=step.clock, step=step.name, deed=step.deed.value))


@jobs.handles("tickets.steps")
def _take_by_timetable(_payload: dict[str, Any]) -> None:
    while take_steps() >= BATCH:
        pass


scheduler.every("tickets.steps", minutes=1)
