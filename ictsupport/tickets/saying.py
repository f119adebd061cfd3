"""What is said on a ticket, put down: the message itself, its files, and that a person has answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..database import db
from ..people.models import Person
from .attachments import Upload, attach
from .models import Channel, Message, MessageKind, Ticket
from .targets import timing as targets


def put_down(
    ticket: Ticket,
    kind: MessageKind,
    body: str,
    *,
    by: Person | None,
    at: datetime,
    files: Sequence[Upload] = (),
    channel: Channel = Channel.SELF_SERVICE,
    **more: Any,
) -> Message:
    """Add a message to the ticket. Files on anything but a public reply are for the desk alone."""
    message = Message(
        ticket=ticket,
        kind=kind,
        author_id=by.id if by is not None else None,
        channel=channel,
        at=at,
        body=body,
        attachments=[],
        **more,
    )
    db.session.add(message)
    attach(ticket, files, by=by, message=message, internal=kind is not MessageKind.REPLY)
    ticket.updated_at = at
    db.session.flush()
    return message


def mark_answered(ticket: Ticket, at: datetime) -> None:
    """A person has answered the requester; only the first time counts."""
    if ticket.first_responded_at is None:
        ticket.first_responded_at = at
        targets.first_response(ticket, at=at)
