"""What a mail brings to a ticket, whoever decides that it does: its words, its files, and a row that says it came by mail."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from ... import clock
from ...database import db
from ...errors import Refusal
from ...mail.models import IncomingMessage
from ...mail.reading import Letter
from ...people.models import Person
from ..attachments import Stored
from ..models import Channel, Ticket
from ..raising import raise_ticket
from ..replying import note
from ..texts import LONGEST
from .files import taken
from .models import Mailed

PREFIX = re.compile(r"^(\s*(re|aw|sv|fwd?|wg|tr)\s*:)+\s*", re.IGNORECASE)
FAILS = {
    "dmarc": "it does not come from where mail of that address comes from",
    "dkim": "its seal is broken",
    "spf": "it comes from a server that does not send for that address",
}


class NothingInIt(Refusal):
    reason = "There are no words in it that can be read. {left_out}"


@dataclass(frozen=True)
class Brought:
    """What of a mail goes onto a ticket, and in words what does not."""

    letter: Letter
    files: list[Stored]
    left_out: str = ""
    missed: str = ""

    @property
    def words(self) -> str:
        return self.letter.words[:LONGEST]

    @property
    def subject(self) -> str:
        plain = PREFIX.sub("", self.letter.subject)[:200].strip()
        return plain or " ".join(self.words.split())[:80] or "Without a subject"


def brought_by(letter: Letter) -> Brought:
    """What the mail brings; its files are taken in."""
    found = taken(letter)
    if not letter.words and not found.files:
        raise NothingInIt(left_out=found.left_out)
    return Brought(letter, found.files, found.left_out, found.missed)


def in_words(fails: str) -> str:
    """What a mail server found wrong with the sender, for somebody who has to judge it."""
    found = [words for name, words in FAILS.items() if f"{name}=fail" in fails]
    return f"The mail server says of its sender: {' and '.join(found)} ({fails})." if found else ""


def raise_from(brought: Brought, *, requester: Person, by: Person) -> Ticket:
    """Raise a ticket for the requester out of the mail."""
    ticket = raise_ticket(
        requester=requester,
        by=by,
        subject=brought.subject,
        description=brought.words,
        channel=Channel.EMAIL,
        files=brought.files,
    )
    remember(brought, ticket, None)
    return ticket


def note_from(brought: Brought, ticket: Ticket, *, by: Person) -> Ticket:
    """Put the mail on the ticket as a note for the desk; returns the ticket it went to."""
    message = note(ticket, brought.words, by=by, files=brought.files)
    message.channel = Channel.EMAIL
    landed = db.session.get_one(Ticket, message.ticket_id)
    remember(brought, landed, message.id)
    return landed


def remember(brought: Brought, ticket: Ticket, message_id: int | None) -> None:
    """Join the mail to what it became. What it is called is as confidential as the ticket."""
    letter = brought.letter
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
            left_out=brought.left_out,
            has_layout=bool(letter.html),
        )
    )
    db.session.flush()
