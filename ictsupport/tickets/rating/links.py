"""Signed links in the mail about a resolution: what they allow, for how long, and no more.

Each kind has a salt of its own, so that a link of one kind is nothing to
another. In it stand ids and the moment of the resolution, no name and no word.
It ends with time, with the next resolution, and with the person's right to
write on the ticket, which is looked at when the button is pressed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from ... import clock
from ...config import settings
from ...database import db
from ...errors import Refusal
from ...people.models import Person
from ..access import may_reply
from ..models import Ticket

ANSWER, RATING = "tickets.answer", "tickets.rating"


class LinkEnded(Refusal):
    reason = (
        "This link does not work any more. It was for one answer and for a limited time. "
        "Sign in to see your request, or ring us."
    )


@dataclass(frozen=True)
class Linked:
    """Who follows a link about which resolution of which ticket."""

    ticket: Ticket
    person: Person

    @property
    def is_present(self) -> bool:
        return self.ticket.resolved_at is not None


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def signed(purpose: str, ticket: Ticket, person: Person) -> str:
    """A token for the present resolution of the ticket."""
    return str(serializer(purpose).dumps([ticket.id, person.id, _stamp(ticket)]))


def read(purpose: str, token: str) -> Linked:
    """What the token allows, or LinkEnded."""
    age = timedelta(days=settings().rating_link_days)
    try:
        told: Any = serializer(purpose).loads(token[:500], max_age=int(age.total_seconds()))
        ticket_id, person_id, stamp = told
    except (BadSignature, ValueError, TypeError):
        raise LinkEnded from None
    ticket, person = db.session.get(Ticket, ticket_id), db.session.get(Person, person_id)
    if ticket is None or person is None or ticket.confidential or _stamp(ticket) != stamp:
        raise LinkEnded
    if not person.is_active or not may_reply(person, ticket):
        raise LinkEnded
    return Linked(ticket, person)


def _stamp(ticket: Ticket) -> int:
    return int(ticket.resolved_at.timestamp() * 1000) if ticket.resolved_at is not None else 0


def serializer(purpose: str) -> URLSafeTimedSerializer:
    """What signs and reads links of one kind; their age is counted by our clock."""
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=purpose, signer=_Signer)
