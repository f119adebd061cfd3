"""Talking about a ticket: public replies, internal notes, telephone calls."""

from collections.abc import Sequence
from datetime import datetime

from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from .access import for_whom, may_work
from .attachments import Upload
from .changing import change
from .events import CallLogged, Noted, Replied, TicketTakenUp
from .holding import release
from .models import CallResult, Channel, HoldReason, Message, MessageKind, Status, Ticket
from .raising import raise_ticket
from .resolving import reopen
from .saying import mark_answered, put_down
from .texts import prose
from .versions import MergedAway, take_turn


class Finished(Refusal):
    reason = "{reference} is {status}, so a reply would not be read. Raise a new one that follows it."


class PromisedInThePast(Refusal):
    reason = "The time you promised to ring back has already passed. Choose a later one."


def reply(
    ticket: Ticket,
    body: str,
    *,
    by: Person | None,
    files: Sequence[Upload] = (),
    channel: Channel = Channel.SELF_SERVICE,
) -> Ticket:
    """Write a public reply; returns the ticket it went to.

    By the desk it answers the requester. By or for the requester it takes a
    ticket that waits for them off hold, reopens one that is resolved, and
    after it is closed or cancelled raises another that follows it. A reply to
    a merged ticket goes to the one that stands for it.
    """
    written_on = ticket
    ticket, now = turn_of_survivor(ticket)
    body = prose(body, what="The reply", needed=not _some(files))
    from_desk = by is None or (by.id != written_on.requester_id and may_work(by, written_on))
    if ticket.status in (Status.CLOSED, Status.CANCELLED):
        if from_desk:
            raise Finished(reference=ticket.reference, status=ticket.status.value)
        return _follow_up(written_on, body, by, files, channel)
    whom = for_whom(by, written_on)
    message = put_down(
        ticket,
        MessageKind.REPLY,
        body,
        by=by,
        at=now,
        files=files,
        channel=channel,
        from_requester=not from_desk,
        for_whom_id=whom.id if whom is not None else None,
        via_id=written_on.id if written_on is not ticket and not from_desk else None,
    )
    if from_desk and by is not None:
        mark_answered(ticket, now)
        _take_up(ticket, by, now)
    if not from_desk and ticket.hold_reason is HoldReason.REQUESTER:
        release(ticket, by=by)
    elif not from_desk and ticket.status is Status.RESOLVED:
        reopen(ticket, by=by, whom=whom)
    announce(
        Replied(
            about=ticket,
            by=by,
            for_whom=whom,
            version=ticket.version,
            message=message,
            from_requester=not from_desk,
        )
    )
    return ticket


def note(ticket: Ticket, body: str, *, by: Person | None, files: Sequence[Upload] = ()) -> Message:
    """Write something down for the desk alone. It never conflicts and changes nothing else."""
    ticket, now = turn_of_survivor(ticket)
    body = prose(body, what="The note", needed=not _some(files))
    message = put_down(ticket, MessageKind.NOTE, body, by=by, at=now, files=files)
    announce(Noted(about=ticket, by=by, version=ticket.version, message=message))
    return message


def log_call(
    ticket: Ticket,
    body: str,
    result: CallResult,
    *,
    by: Person | None,
    promised_at: datetime | None = None,
) -> Message:
    """Record a telephone talk and what was promised. Only having spoken answers the requester."""
    ticket, now = turn_of_survivor(ticket)
    body = prose(body, what="What was said", needed=result is CallResult.SPOKE)
    if promised_at is not None and promised_at <= now:
        raise PromisedInThePast
    message = put_down(
        ticket,
        MessageKind.CALL,
        body,
        by=by,
        at=now,
        channel=Channel.PHONE,
        call_result=result,
        promised_at=promised_at,
    )
    if result is CallResult.SPOKE and by is not None:
        mark_answered(ticket, now)
        _take_up(ticket, by, now)
    announce(
        CallLogged(
            about=ticket,
            by=by,
            version=ticket.version,
            message=message,
            result=result.value,
            promised_at=promised_at,
        )
    )
    return message


def turn_of_survivor(ticket: Ticket) -> tuple[Ticket, datetime]:
    """Wait for the turn of the ticket, or of the one that stands for it; with it the moment at which things happen."""
    while True:
        if ticket.merged_into_id is not None:
            ticket = db.session.get_one(Ticket, ticket.merged_into_id)
        try:
            return ticket, take_turn(ticket)
        except MergedAway:
            continue  # merged at this very moment, and now read afresh


def _take_up(ticket: Ticket, by: Person, now: datetime) -> None:
    """Whoever answers a new ticket has begun to work on it."""
    if ticket.status is Status.NEW:
        changes = change(ticket, by=by, at=now, status=Status.IN_PROGRESS)
        announce(TicketTakenUp(about=ticket, by=by, version=ticket.version, changes=changes))


def _follow_up(
    ticket: Ticket, body: str, by: Person | None, files: Sequence[Upload], channel: Channel
) -> Ticket:
    return raise_ticket(
        requester=ticket.requester,
        subject=ticket.subject,
        description=body,
        by=by,
        channel=channel,
        ticket_type=ticket.ticket_type,
        systems=ticket.systems,
        council=ticket.council,
        impact=ticket.impact,
        urgency=ticket.urgency,
        device=ticket.device,
        contact_by=ticket.contact_by,
        contact_number=ticket.contact_number,
        category=ticket.category,
        confidential=ticket.confidential,
        files=files,
        follows=ticket,
    )


def _some(files: Sequence[Upload]) -> bool:
    return any(not hasattr(file, "filename") or file.filename for file in files)
