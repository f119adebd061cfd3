"""What a mail does: a reply, a note of somebody who watches, or a ticket; by the verbs of the pages, with less power.

Nobody works a ticket by mail. What a program sent, what may be forged and what
comes too often changes nothing and is answered by nothing; it stays where
administrators see it, with the reason.
"""

import re
from datetime import timedelta

from sqlalchemy import func, select

from ... import clock
from ...config import settings
from ...database import db
from ...mail.reading import Letter
from ...mail.receiving import NotNow, NotUnderstood, taker
from ...people.models import Person
from ..file_store import FilesAway
from ..models import Channel, Message, Ticket
from ..replying import reply
from .bringing import Brought, NothingInIt, brought_by, in_words, note_from, raise_from, remember
from .emails import tell_left_out, tell_not_taken
from .models import Mailed
from .whose import Belonging, belongs_to, is_our_own, sender_of

AN_HOUR = timedelta(hours=1)
ANSWERS = re.compile(r"^METHOD:\s*(REPLY|COUNTER)", re.IGNORECASE | re.MULTILINE)


@taker("tickets")
def take_mail(letter: Letter) -> str | None:
    """Make of the mail what it is; None for what is not for a ticket, or is damaged."""
    if letter.trouble or any(ANSWERS.search(calendar) for calendar in letter.calendars):
        return None
    if is_our_own(letter):
        raise NotUnderstood("It is a message of the service itself that came back. Nothing was done.")
    if letter.bounce is not None:
        raise NotUnderstood(_bounced(letter.bounce))
    if letter.automatic:
        raise NotUnderstood(f"It is {letter.automatic}, so nothing was done.")
    sender = _believed(letter)
    _refuse_too_many(letter)
    belonging = belongs_to(letter, sender)
    if belonging is not None and not (belonging.may_reply or belonging.watches):
        return tell_not_taken(sender, belonging.ticket)
    try:
        brought = brought_by(letter)
    except FilesAway as away:
        raise NotNow(str(away)) from away
    except NothingInIt as nothing:
        raise NotUnderstood(str(nothing)) from nothing
    if belonging is None:
        ticket = raise_from(brought, requester=sender, by=sender)
        said = f"It raised {ticket.reference}."
    else:
        ticket, said = _said(belonging, sender, brought)
    if brought.missed:
        tell_left_out(sender, ticket, brought.missed)
    return said


def _believed(letter: Letter) -> Person:
    """The person it is from, if that can be believed."""
    if not letter.from_address:
        raise NotUnderstood("It does not say from which one address it comes.")
    sender = sender_of(letter)
    if sender is None:
        raise NotUnderstood("Nobody here has the address that it comes from.")
    if letter.sender_fails:
        raise NotUnderstood(
            f"It says it is from {sender.name}, but its sender may be forged. {in_words(letter.sender_fails)}"
        )
    if not sender.is_active:
        raise NotUnderstood(f"It comes from the address of {sender.name}, who has left.")
    return sender


def _refuse_too_many(letter: Letter) -> None:
    most = settings().mail_most_an_hour
    lately = select(func.count()).where(
        Mailed.from_address == letter.from_address.lower(), Mailed.at > clock.now() - AN_HOUR
    )
    if (db.session.scalar(lately) or 0) >= most:
        raise NotUnderstood(
            f"More than {most} messages came from this address within an hour, so this one was not taken."
        )


def _said(belonging: Belonging, sender: Person, brought: Brought) -> tuple[Ticket, str]:
    """Put it on its ticket, or on what follows it; returns the one that the sender knows of, and what was done."""
    if belonging.watches:
        landed = note_from(brought, belonging.ticket, by=sender)
        return belonging.ticket, f"It is a note on {landed.reference}, from somebody who watches it."
    before = db.session.scalar(select(func.max(Message.id))) or 0
    landed = reply(belonging.ticket, brought.words, by=sender, files=brought.files, channel=Channel.EMAIL)
    said = select(func.max(Message.id)).where(Message.id > before, Message.ticket_id == landed.id)
    message_id = db.session.scalar(said.where(Message.author_id == sender.id))
    remember(brought, landed, message_id)
    if message_id is None:
        finished = f"{belonging.ticket.reference} is finished"
        return landed, f"{finished}, so it raised {landed.reference}, which follows it."
    return belonging.ticket, f"It is a reply on {landed.reference}."


def _bounced(bounce: dict[str, str]) -> str:
    whom = bounce["recipient"] or "somebody"
    if bounce["action"] == "delayed":
        return f"A mail server tells that a message to {whom} is delayed."
    return f"A mail server tells that a message to {whom} did not arrive ({bounce['status'] or 'no reason given'})."
