"""Waiting: for the requester, a supplier, a change, an approval, a booked visit."""

from collections.abc import Sequence
from datetime import date

from ..database import db
from ..errors import Refusal
from ..hours import Calendar
from ..journal import announce
from ..people.calendars import calendar_for
from ..people.models import Person
from .attachments import Upload
from .changing import change, refuse_road
from .events import TicketHeld, TicketReleased
from .models import HoldReason, MessageKind, Status, Ticket
from .saying import mark_answered, put_down
from .targets import timing as targets
from .texts import prose
from .versions import take_turn


class NoMessage(Refusal):
    reason = (
        "Write to the requester what you need from them: they cannot know otherwise that you are waiting."
    )


class HeldIntoThePast(Refusal):
    reason = "Choose today or a later day to wait until."


class NotOnHold(Refusal):
    reason = "{reference} is not on hold: it is {status}."


def hold(
    ticket: Ticket,
    reason: HoldReason,
    *,
    by: Person | None,
    until: date | None = None,
    message: str = "",
    files: Sequence[Upload] = (),
    seen: int | None = None,
) -> None:
    """Put the ticket on hold, or say what else it waits for now.

    Waiting for the requester asks for a message to them, which is a public
    reply. A reply from whoever is awaited takes the ticket off hold.
    """
    now = take_turn(ticket, seen, status=Status.ON_HOLD, hold_reason=reason)
    if ticket.status is not Status.ON_HOLD:
        refuse_road(ticket, Status.ON_HOLD)
    body = prose(message, what="The message")
    if reason is HoldReason.REQUESTER and not body:
        raise NoMessage
    calendar: Calendar = calendar_for(ticket.council_id)
    if until is not None and until < calendar.local(now).date():
        raise HeldIntoThePast
    said = None
    if body:
        said = put_down(ticket, MessageKind.REPLY, body, by=by, at=now, files=files)
        if by is not None:
            mark_answered(ticket, now)
    changes = change(ticket, by=by, at=now, status=Status.ON_HOLD, hold_reason=reason, hold_until=until)
    targets.pause(ticket, reason, at=now)
    announce(
        TicketHeld(
            about=ticket,
            by=by,
            version=ticket.version,
            changes=changes,
            reason=reason.value,
            message=said,
        )
    )


def release(ticket: Ticket, *, by: Person | None, seen: int | None = None) -> None:
    """Take the ticket off hold: work goes on."""
    now = take_turn(ticket, seen, status=Status.IN_PROGRESS)
    if ticket.status is not Status.ON_HOLD:
        raise NotOnHold(reference=ticket.reference, status=ticket.status.value)
    changes = change(ticket, by=by, at=now, status=Status.IN_PROGRESS, hold_reason=None, hold_until=None)
    targets.resume(ticket, at=now)
    db.session.flush()
    announce(TicketReleased(about=ticket, by=by, version=ticket.version, changes=changes))
