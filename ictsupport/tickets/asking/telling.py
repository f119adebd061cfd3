"""What we tell whoever asked, in plain words: who has it, what happens next and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ... import clock
from ...config import settings
from ...pages.filters import long_date, near_moment
from ...people.calendars import calendar_for
from ..models import ClockKind, HoldReason, Status, Ticket
from ..setting_up.wordings import told_of, told_while, wording
from ..targets.clocks import Stage

STATES = {
    Status.NEW: "We have it",
    Status.IN_PROGRESS: "We are working on it",
    Status.ON_HOLD: "Waiting",
    Status.RESOLVED: "Done, we think",
    Status.CLOSED: "Finished",
    Status.CANCELLED: "Cancelled",
}


@dataclass(frozen=True)
class Told:
    """How a request stands, for whoever asked."""

    state: str
    who: str
    next: str
    waits_for_you: bool = False
    ended: str = ""
    """What became of it, once it is done."""


def told(ticket: Ticket) -> Told:
    """How the request stands now. Reads the ticket's queue, assignee and clocks, so have them loaded.

    One that is merged stands as the ticket does that it is merged into.
    """
    ticket = ticket.standing
    waits = ticket.hold_reason is HoldReason.REQUESTER
    state = "Waiting for you" if waits else STATES[ticket.status]
    ended = ticket.resolution if ticket.status in (Status.RESOLVED, Status.CLOSED) else None
    return Told(
        state,
        who_has(ticket),
        what_next(ticket),
        waits or ticket.status is Status.RESOLVED,
        told_of(ended, ticket.council_id) if ended is not None else "",
    )


def who_has(ticket: Ticket) -> str:
    """A named person, or the team."""
    team = f"the {ticket.queue.name} team"
    return f"{ticket.assignee.name}, {team}" if ticket.assignee is not None else team[0].upper() + team[1:]


def what_next(ticket: Ticket) -> str:
    """One or two sentences: what we do next, and by when, or what we need from them."""
    if ticket.hold_reason is not None:
        until = f" We look again on {long_date(ticket.hold_until)}." if ticket.hold_until else ""
        until = "" if ticket.hold_reason is HoldReason.REQUESTER else until
        return f"{told_while(ticket.hold_reason, ticket.council_id)}{until}"
    if ticket.status is Status.RESOLVED:
        return f"Tell us whether it works now. If we hear nothing, we close it on {long_date(closes_at(ticket))}."
    if ticket.status is Status.CLOSED:
        return wording("closed", ticket.council_id)
    if ticket.status is Status.CANCELLED:
        return wording("cancelled", ticket.council_id)
    return _by_when(ticket)


def closes_at(ticket: Ticket) -> datetime:
    """When a resolved ticket closes by itself."""
    calendar = calendar_for(ticket.council_id)
    since = ticket.resolved_at or clock.now()
    return calendar.add_working_days(since, settings().close_after_working_days)


def due(ticket: Ticket, kind: ClockKind) -> datetime | None:
    """When a target of the ticket that is still running is used up."""
    for each in ticket.clocks:
        if each.kind is kind and each.stage is Stage.RUNNING and each.due_at is not None:
            return each.due_at
    return None


def _by_when(ticket: Ticket) -> str:
    now = clock.now()
    answer, done = due(ticket, ClockKind.RESPONSE), due(ticket, ClockKind.RESOLUTION)
    if ticket.first_responded_at is None and answer is not None:
        if answer > now:
            return f"Somebody will get in touch with you by {_when(answer)}."
        return "We are later with our answer than we wanted to be. Somebody will get in touch as soon as they can."
    if done is not None and done > now:
        return f"We aim to have it done by {_when(done)}."
    return "It takes longer than we wanted. We are still working on it and will tell you when there is news."


def _when(moment: datetime) -> str:
    """By the minute when it is soon, by the day when it is not: nobody plans by 10:47am in two weeks."""
    if moment - clock.now() < timedelta(days=2):
        return near_moment(moment)
    return f"the end of {long_date(moment)}"
