"""What somebody said on a ticket, and is about something else, becomes a ticket of its own.

Nothing is moved: the words stay where they were said, and say where they went.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ...systems.models import System
from ..access import workable
from ..attachments import take_along
from ..models import Attachment, CallResult, Channel, Message, MessageKind, Ticket, TicketType
from ..raising import raise_ticket
from ..versions import take_turn
from .events import TicketSplit
from .linking import written
from .models import LinkKind, TicketLink


class SplitMeanwhile(Refusal):
    reason = (
        "{made} has been made of this meanwhile. Look whether it is what you meant; "
        "if yours is something else, press again."
    )


def split(
    source: Ticket,
    message: Message | None,
    *,
    by: Person,
    requester: Person,
    subject: str,
    description: str,
    ticket_type: TicketType,
    systems: Sequence[System] = (),
    files: Sequence[Attachment] = (),
    confidential: bool = False,
    seen: int | None = None,
) -> Ticket:
    """Raise a ticket of what was said in the message, or (None) of what the source was raised with.

    `seen` is how many had been made of it when whoever asks looked: should a
    colleague have been quicker, it is refused. What is split from a
    confidential ticket is confidential, on the same queue: for the same people
    of the desk to see.
    """
    at = take_turn(source)
    made = made_of(source, message, by)
    if seen is not None and seen < len(made):
        raise SplitMeanwhile(made=made[-1].reference)
    more: dict[str, Any] = {"queue": source.queue} if source.confidential else {}
    ticket = raise_ticket(
        requester=requester,
        subject=subject,
        description=description,
        by=by,
        channel=_channel_of(source, message),
        council=source.council,
        ticket_type=ticket_type,
        systems=systems,
        impact=source.impact,
        urgency=source.urgency,
        contact_by=source.contact_by,
        contact_number=source.contact_number,
        confidential=source.confidential or confidential,
        split_from=source,
        **more,
    )
    take_along(ticket, files, by=by)
    written(ticket, LinkKind.SPLIT_FROM, source, by, at, message.id if message is not None else None)
    announce(TicketSplit(about=source, by=by, version=source.version, other=ticket, at=at))
    return ticket


def made_of(source: Ticket, message: Message | None, person: Person) -> Sequence[Ticket]:
    """The tickets that were made of a message before, as far as somebody works them, the oldest first."""
    return db.session.scalars(
        select(Ticket)
        .join(TicketLink, TicketLink.ticket_id == Ticket.id)
        .where(
            TicketLink.other_id == source.id,
            TicketLink.kind == LinkKind.SPLIT_FROM,
            workable(person),
            func.coalesce(TicketLink.message_id, 0) == (message.id if message is not None else 0),
        )
        .order_by(TicketLink.id)
    ).all()


def asked_by(source: Ticket, message: Message | None) -> Person:
    """Whose words they are: whoever asked on the ticket, or on the merged one from which they came."""
    if message is None or message.via_id is None:
        return source.requester
    return db.session.get_one(Ticket, message.via_id).requester


def files_of(source: Ticket, message: Message | None) -> Sequence[Attachment]:
    """The files that came with it."""
    return db.session.scalars(
        select(Attachment)
        .where(
            Attachment.ticket_id == source.id,
            Attachment.message_id == message.id if message is not None else Attachment.message_id.is_(None),
        )
        .order_by(Attachment.id)
    ).all()


def _channel_of(source: Ticket, message: Message | None) -> Channel:
    """How it came in. Nobody was spoken to in a call that was not answered."""
    if message is None:
        return source.channel
    if message.kind is MessageKind.CALL and message.call_result is not CallResult.SPOKE:
        return Channel.SELF_SERVICE
    return message.channel
