"""Signed links in the mail to whoever is to approve something: to one decision of one person, for a time.

In it stand ids, no name and no word. It dies with time, with the person's
right to decide, and when the request becomes confidential: that is looked at
each time it is opened. One that has been used still opens, and says what was
decided.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...people.models import Person
from ..models import Ticket
from ..rating.links import serializer
from .access import may_decide
from .models import Approval, Approver

PURPOSE = "tickets.approval"


class LinkEnded(Refusal):
    reason = (
        "This link does not work any more. It was for one decision, for whoever it was sent to, and for a limited "
        "time. Sign in to see what waits for you, or ring us."
    )


@dataclass(frozen=True)
class Linked:
    """Who follows a link to which decision."""

    approver: Approver
    person: Person


def signed(approver: Approver, person: Person) -> str:
    """A token by which the person decides, as the approver or for them."""
    return str(serializer(PURPOSE).dumps([approver.id, person.id]))


def read(token: str) -> Linked:
    """What the token allows, or LinkEnded."""
    age = timedelta(days=settings().approval_link_days)
    try:
        told: Any = serializer(PURPOSE).loads(token[:500], max_age=int(age.total_seconds()))
        approver_id, person_id = told
    except (BadSignature, ValueError, TypeError):
        raise LinkEnded from None
    approver = approver_to_show(approver_id)
    person = db.session.get(Person, person_id)
    if approver is None or person is None or approver.approval.ticket.confidential:
        raise LinkEnded
    if not may_decide(person, approver):
        raise LinkEnded
    return Linked(approver, person)


def approver_to_show(approver_id: int) -> Approver | None:
    """Somebody who is asked, with the question and its ticket."""
    ticket = joinedload(Approver.approval).joinedload(Approval.ticket)
    return db.session.scalar(
        select(Approver)
        .where(Approver.id == approver_id)
        .options(
            joinedload(Approver.person),
            joinedload(Approver.decided_by),
            joinedload(Approver.handed_to),
            joinedload(Approver.approval).joinedload(Approval.asked_by),
            ticket.joinedload(Ticket.requester),
        )
    )
