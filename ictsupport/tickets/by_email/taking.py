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
from ...mail.models import IncomingMessage
from ...mail.reading import Letter
from ...mail.receiving import NotUnderstood, taker
from ...people.models import Person
from ..attachments import Stored
from ..models import Channel, Message, Ticket
from ..raising import raise_ticket
from ..replying import note, reply
from ..texts import LONGEST
from .emails import tell_not_taken
from .files import taken
from .models import Mailed
from .whose import Belonging, belongs_to, is_our_own, sender_of

AN_HOUR = timedelta(hours=1)
ANSWERS = re.compile(r"^METHOD:\s*(REPLY|COUNTER)", re.IGNORECASE | re.MULTILINE)
PREFIX = re.compile(r"^(\s*(re|aw|sv|fwd?|wg|tr)\s*:)+\s*", re.IGNORECASE)
FAILS = {
    "dmarc": "it does not come from where mail of that address comes from",
    "dkim": "its seal is broken",
    "spf": "it comes from a server that does not send for that address",
}


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
    files, left_out = taken(letter)
    if not letter.words and not files:
        raise NotUnderstood(f"There are no words in it that can be read. {left_out}".strip())
    if belonging is None:
        return _raised(letter, sender, files, left_out)
    return _said(letter, belonging, sender, files, left_out)


def in_words(fails: str) -> str:
    """What a mail server found wrong with the sender, for somebody who has to judge it."""
    found = [words for name, words in FAILS.items() if f"{name}=fail" in fails]
    return f"The mail server says of its sender: {' and '.join(found)} ({fails})." if found else ""


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


def _raised(letter: Letter, sender: Person, files: list[Stored], left_out: str) -> str:
    ticket = raise_ticket(
        requester=sender,
        by=sender,
        subject=_subject(letter),
        description=letter.words[:LONGEST],
        channel=Channel.EMAIL,
        files=files,
    )
    _remember(letter, ticket, None, left_out)
    return f"It raised {ticket.reference}."


def _said(letter: Letter, belonging: Belonging, sender: Person, files: list[Stored], left_out: str) -> str:
    words = letter.words[:LONGEST]
    if belonging.watches:
        message = note(belonging.ticket, words, by=sender, files=files)
        message.channel = Channel.EMAIL
        landed = db.session.get_one(Ticket, message.ticket_id)
        _remember(letter, landed, message.id, left_out)
        return f"It is a note on {landed.reference}, from somebody who watches it."
    before = db.session.scalar(select(func.max(Message.id))) or 0
    landed = reply(belonging.ticket, words, by=sender, files=files, channel=Channel.EMAIL)
    said = select(func.max(Message.id)).where(Message.id > before, Message.ticket_id == landed.id)
    message_id = db.session.scalar(said.where(Message.author_id == sender.id))
    _remember(letter, landed, message_id, left_out)
    if message_id is None:
        return f"{belonging.ticket.reference} is finished, so it raised {landed.reference}, which follows it."
    return f"It is a reply on {landed.reference}."


def _subject(letter: Letter) -> str:
    plain = PREFIX.sub("", letter.subject)[:200].strip()
    return plain or " ".join(letter.words.split())[:80] or "Without a subject"


def _remember(letter: Letter, ticket: Ticket, message_id: int | None, left_out: str) -> None:
    """Join the mail to what it became. What it is called is as confidential as the ticket."""
    incoming = db.session.scalars(
        select(IncomingMessage).where(IncomingMessage.digest == letter.digest)
    ).one()
    if ticket.confidential:
        incoming.subject = ""
    db.session.add(
        Mailed(
            incoming_id=incoming.id,
            ticket_id=ticket.id,
            message_id=message_id,
            at=clock.now(),
            from_name=letter.from_name,
            from_address=letter.from_address.lower(),
            warning=in_words(letter.sender_fails),
            rest=letter.rest[:LONGEST],
            left_out=left_out,
            has_layout=bool(letter.html),
        )
    )
    db.session.flush()


def _bounced(bounce: dict[str, str]) -> str:
    whom = bounce["recipient"] or "somebody"
    if bounce["action"] == "delayed":
        return f"A mail server tells that a message to {whom} is delayed."
    return f"A mail server tells that a message to {whom} did not arrive ({bounce['status'] or 'no reason given'})."
