"""Whose mail it is, and which ticket it belongs to.

An answer names one of our messages: its Message-ID is random, and known only
to whom it was sent. The reference in the subject can be guessed, so it counts
only for those whose words go into that ticket anyway.
"""

import re
from dataclasses import dataclass
from email.utils import parseaddr

from sqlalchemy import func, select

from ...config import settings
from ...database import db
from ...mail import Outgoing
from ...mail.reading import Letter
from ...people.models import Person
from ..access import acts_for, may_work
from ..models import Ticket, TicketType
from ..watching.watching import told_with

MOST_TAGS = 5


@dataclass(frozen=True)
class Belonging:
    """The ticket a mail is about, and what its sender is to it."""

    ticket: Ticket
    may_reply: bool = False
    watches: bool = False


def sender_of(letter: Letter) -> Person | None:
    """The person with the address that the mail says it is from."""
    if not letter.from_address:
        return None
    return db.session.scalar(
        select(Person).where(func.lower(Person.email) == letter.from_address.lower()).limit(1)
    )


def is_our_own(letter: Letter) -> bool:
    """Whether it is a message of the service itself that came back."""
    own = {parseaddr(each)[1].lower() for each in (settings().mail_from, settings().mail_inbox) if each}
    if letter.from_address.lower() in own:
        return True
    sent = select(Outgoing.id).where(Outgoing.message_id == letter.message_id)
    return bool(letter.message_id) and db.session.scalar(sent) is not None


def belongs_to(letter: Letter, sender: Person) -> Belonging | None:
    """The ticket the mail is about, as far as the sender has to do with it; None for anything new.

    Somebody who answers a message that was sent to them belongs to its ticket
    even where they may not write on it.
    """
    for ticket, was_sent_to_them in [*_answered(letter, sender), *_named(letter)]:
        works = ticket.requester_id != sender.id and may_work(sender, ticket)
        is_problem = ticket.ticket_type is TicketType.PROBLEM
        may_reply = not (works or is_problem) and (
            ticket.requester_id == sender.id or acts_for(sender, ticket)
        )
        watches = not (works or is_problem or may_reply) and _watches(sender, ticket)
        if may_reply or watches or was_sent_to_them:
            return Belonging(ticket, may_reply, watches)
    return None


def _answered(letter: Letter, sender: Person) -> list[tuple[Ticket, bool]]:
    """The tickets of our messages that it answers, the newest first, and whether they were sent to the sender."""
    if not letter.references:
        return []
    rows = db.session.execute(
        select(Ticket, Outgoing.to_id == sender.id)
        .join(Outgoing, Outgoing.about_id == Ticket.id)
        .where(Outgoing.about_kind == Ticket.__tablename__, Outgoing.message_id.in_(letter.references))
        .order_by(Outgoing.id.desc())
    )
    return [(ticket, theirs) for ticket, theirs in rows]


def _named(letter: Letter) -> list[tuple[Ticket, bool]]:
    """The tickets whose references stand in the subject."""
    pattern = rf"\b{re.escape(settings().reference_prefix)}-\d{{1,9}}\b"
    names = dict.fromkeys(each.upper() for each in re.findall(pattern, letter.subject, re.IGNORECASE))
    if not names:
        return []
    asked = select(Ticket).where(Ticket.reference.in_(list(names)[:MOST_TAGS])).order_by(Ticket.id.desc())
    return [(ticket, False) for ticket in db.session.scalars(asked)]


def _watches(person: Person, ticket: Ticket) -> bool:
    """Whether they watch it or a ticket it stands for, and are written to about it."""
    _merged, watchers = told_with(ticket)
    return person.id in {each.id for each in watchers}
