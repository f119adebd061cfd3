"""Asking for help: a ticket is made, given its priority and queue, and its clocks start."""

from collections.abc import Sequence
from datetime import datetime
from types import EllipsisType
from typing import Any, TypedDict, Unpack

from .. import clock
from ..config import settings
from ..database import db, next_number
from ..devices.models import Device
from ..errors import Refusal
from ..journal import announce
from ..people.models import Council, Person
from ..people.scopes import scoped_to
from ..systems.models import System
from .attachments import Upload, attach
from .changing import begin_period
from .events import TicketRaised
from .models import Channel, ContactBy, Queue, Status, Ticket, TicketType
from .prioritising import priority_for
from .request_types.offering import Filled, keep_answers
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


class Details(TypedDict, total=False):
    """What else may be said of a ticket when it is raised."""

    ticket_type: TicketType
    systems: Sequence[System]
    impact: int
    urgency: int
    needed_by: datetime | None
    needed_for: str
    device: Device | None
    contact_by: ContactBy
    contact_number: str
    category: str
    confidential: bool
    follows: Ticket | None
    split_from: Ticket | None
    queue: Queue


def raise_ticket(
    *,
    requester: Person,
    subject: str,
    description: str,
    by: Person | None,
    channel: Channel,
    council: Council | EllipsisType | None = ...,
    filled: Filled | None = None,
    files: Sequence[Upload] = (),
    **details: Unpack[Details],
) -> Ticket:
    """Raise a ticket for the requester.

    `council` is that of the work, None for work that is for all; left out, it
    is the requester's own. `filled` is the form of a request type as it was
    answered. A `queue` goes before the rules of routing. A ticket raised with the person there, or on the telephone, is
    answered by being opened.
    """
    if not requester.is_active:
        raise RequesterHasLeft(name=requester.name)
    now = clock.now()
    whose = council_of(requester) if isinstance(council, EllipsisType) else council
    ticket = Ticket(
        subject=line(subject, what="The subject", needed=True),
        description=prose(description, what="The description"),
        requester=requester,
        requester_kind=requester.requester_kind,
        opened_by=by,
        channel=channel,
        request_type_id=filled.type.id if filled is not None else None,
        **_begun(channel, now),
        **_described(details, whose, now),
        **scoped_to(whose),
        **_numbered(),  # last, so that what is refused uses up no number
    )
    ticket.queue, ticket.routed_because = _placed(ticket, whose, filled, details)
    _store(ticket, now)
    if filled is not None:
        keep_answers(ticket, filled)
    attach(ticket, files, by=by)
    for_whom = requester if by is not None and by is not requester else None
    announce(
        TicketRaised(
            about=ticket,
            by=by,
            for_whom=for_whom,
            version=1,
            follows=ticket.follows,
            split_from=details.get("split_from"),
        )
    )
    return ticket


def _numbered() -> dict[str, Any]:
    number = next_number(Ticket)
    return {"id": number, "reference": f"{settings().reference_prefix}-{FIRST_NUMBER + number}"}


def _begun(channel: Channel, now: datetime) -> dict[str, Any]:
    """The columns that say how it stands at first."""
    return {
        "opened_at": now,
        "updated_at": now,
        "status": Status.NEW,
        "first_responded_at": now if channel.is_in_person else None,
        "clocks": [],
    }


def _store(ticket: Ticket, now: datetime) -> None:
    """Write it with its first period and its clocks, all at once."""
    with db.session.no_autoflush:
        db.session.add(ticket)
        begin_period(ticket, now)
        targets.start_clocks(ticket, at=now, answered=ticket.channel.is_in_person)
    db.session.flush()


def _described(details: Details, whose: Council | None, now: datetime) -> dict[str, Any]:
    """The columns that what was said fills, checked, with what stands there where nothing was said."""
    impact, urgency = details.get("impact", 3), details.get("urgency", 2)
    contact_by = details.get("contact_by", ContactBy.MAIL)
    return {
        "ticket_type": details.get("ticket_type", TicketType.INCIDENT),
        "systems": list(dict.fromkeys(details.get("systems", ()))),
        "impact": impact,
        "urgency": urgency,
        "priority": priority_for(impact, urgency, whose.id if whose is not None else None),
        "needed_by": still_to_come(details.get("needed_by"), now),
        "needed_for": line(details.get("needed_for"), what="What it is needed for", limit=120),
        "contact_by": contact_by,
        "contact_number": contact_details(contact_by, details.get("contact_number", "")),
        "category": line(details.get("category"), what="The category", limit=80),
        "confidential": details.get("confidential", False),
        **{name: details[name] for name in ("device", "follows") if details.get(name) is not None},
    }


def _placed(
    ticket: Ticket, whose: Council | None, filled: Filled | None, details: Details
) -> tuple[Queue, str]:
    """The queue it goes to, and why."""
    if "queue" in details:
        return details["queue"], ""
    routed = _route(ticket, whose, filled)
    return routed.queue, routed.because


def _route(ticket: Ticket, whose: Council | None, filled: Filled | None) -> Route:
    return route(
        Facts(
            ticket_type=ticket.ticket_type,
            systems=list(ticket.systems),
            council=whose,
            requester_kind=ticket.requester_kind,
            channel=ticket.channel,
            text=f"{ticket.subject}\n{ticket.description}",
            request_type=filled.type if filled is not None else None,
        )
    )


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
