"""Somebody who cannot sign in asks to be called: a ticket whose requester nobody has verified."""

from sqlalchemy import select

from ...database import db
from ...journal import on
from ...people.events import CallMeAsked
from ...people.models import Person
from ..models import Channel, ContactBy
from ..raising import raise_ticket

UNVERIFIED = "Unverified caller"


@on(CallMeAsked)
def raise_call_me(event: CallMeAsked) -> None:
    """Tell the desk, sooner if a meeting is near. The name is only what somebody typed."""
    lines = [
        f"{event.name} cannot sign in and asks to be called on {event.number}.",
        "Nobody has checked who this is: verify them before you change anything for them.",
    ]
    if event.meeting:
        lines.insert(1, f"About to go into a meeting: {event.meeting}")
    raise_ticket(
        requester=unverified_caller(),
        subject=f"Call {event.name}, who cannot sign in"[:200],
        description="\n\n".join(lines),
        by=None,
        channel=Channel.SELF_SERVICE,
        council=None,
        urgency=1 if event.meeting else 2,
        contact_by=ContactBy.PHONE,
        contact_number=event.number,
        category="Signing in",
    )


def unverified_caller() -> Person:
    """Stands for whoever it may be: has no address, no council, and cannot sign in."""
    person = db.session.scalars(
        select(Person)
        .where(Person.name == UNVERIFIED, Person.email.is_(None), Person.employer_id.is_(None))
        .order_by(Person.id)
    ).first()
    if person is None:
        person = Person(name=UNVERIFIED, sort_name=UNVERIFIED)
        db.session.add(person)
        db.session.flush()
    return person
