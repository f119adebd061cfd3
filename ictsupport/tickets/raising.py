"""Asking for help: a ticket is made, given its priority and queue, and its clocks start."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from types import EllipsisType

from .. import clock
from ..config import settings
from ..database import db
from ..devices.models import Device
from ..errors import Refusal
from ..journal import announce
from ..people.models import Council, Person
from ..people.scopes import scoped_to
from ..systems.models import System
from .attachments import Upload, attach
from .changing import begin_period
from .events import TicketRaised
from .models import Channel, ContactBy, Status, Ticket, TicketType
from .prioritising import priority_for
from .routing import Facts, Route, route
from .targets import timing as targets
from .texts import line, prose

FIRST_NUMBER = 10_000


class RequesterHasLeft(Refusal):
    reason = "{name} has left, so nobody could be answered. Choose somebody else."


class NeededInThePast(Refusal):
    reason = "The moment by which it is needed has already passed. Choose a later one, or leave it out."


class NoNumber(Refusal):
    reason = "Say which number to {verb}."


def raise_ticket(
    *,
    requester: Person,
    subject: str,
    description: str,
    by: Person | None,
    channel: Channel,
    ticket_type: TicketType = TicketType.INCIDENT,
    systems: Sequence[System] = (),
    council: Council | EllipsisType | None = ...,
    impact: int = 3,
    urgency: int = 2,
    needed_by: datetime | None = None,
    needed_for: str = "",
    device: Device | None = None,
    contact_by: ContactBy = ContactBy.MAIL,
    contact_number: str = "",
    category: str = "",
    confidential: bool = False,
    files: Sequence[Upload] = (),
    follows: Ticket | None = None,
) -> Ticket:
    """Raise a ticket for the requester.

    `council` is that of the work, None for work that is for all; left out, it
    is the requester's own. A ticket raised with the person there, or on the
    telephone, is answered by being opened.
    """
    if not requester.is_active:
        raise RequesterHasLeft(name=requester.name)
    now = clock.now()
    whose = council_of(requester) if isinstance(council, EllipsisType) else council
    subject = line(subject, what="The subject", needed=True)
    description = prose(description, what="The description")
    kind = requester.requester_kind
    facts = Facts(
        ticket_type=ticket_type,
        systems=list(systems),
        council=whose,
        requester_kind=kind,
        channel=channel,
        text=f"{subject}\n{description}",
    )
    routed: Route = route(facts)
    ticket = Ticket(
        reference=secrets.token_hex(8),
        ticket_type=ticket_type,
        subject=subject,
        description=description,
        requester=requester,
        requester_kind=kind,
        opened_by=by,
        opened_at=now,
        updated_at=now,
        channel=channel,
        category=line(category, what="The category", limit=80),
        contact_by=contact_by,
        contact_number=contact_details(contact_by, contact_number),
        device=device,
        impact=impact,
        urgency=urgency,
        priority=priority_for(impact, urgency, whose.id if whose is not None else None),
        status=Status.NEW,
        queue=routed.queue,
        routed_because=routed.because,
        needed_by=still_to_come(needed_by, now),
        needed_for=line(needed_for, what="What it is needed for", limit=120),
        confidential=confidential,
        first_responded_at=now if channel.is_in_person else None,
        follows=follows,
        systems=list(dict.fromkeys(systems)),
        clocks=[],
        **scoped_to(whose),
    )
    db.session.add(ticket)
    db.session.flush()
    ticket.reference = f"{settings().reference_prefix}-{FIRST_NUMBER + ticket.id}"
    begin_period(ticket, now)
    attach(ticket, files, by=by)
    targets.start_clocks(ticket, at=now, answered=channel.is_in_person)
    for_whom = requester if by is not None and by is not requester else None
    announce(TicketRaised(about=ticket, by=by, for_whom=for_whom, version=1, follows=follows))
    return ticket


def council_of(person: Person) -> Council | None:
    """The council somebody's requests are for unless they say otherwise; None where that is unclear."""
    if person.seat is not None:
        return person.seat.council
    if person.employer is not None:
        return person.employer
    return person.serves[0] if len(person.serves) == 1 else None


def contact_details(contact_by: ContactBy, number: str) -> str:
    """The number to ring or text, which must be there if that is how the person wants to be reached."""
    number = line(number, what="The number", limit=40)
    if contact_by is not ContactBy.MAIL and not number:
        raise NoNumber(verb="ring" if contact_by is ContactBy.PHONE else "text")
    return number


def still_to_come(needed_by: datetime | None, now: datetime) -> datetime | None:
    if needed_by is not None and needed_by <= now:
        raise NeededInThePast
    return needed_by
