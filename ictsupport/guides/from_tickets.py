"""A guide begun from what was done for a ticket, in one press: a draft without the people of that one case."""

import re
from collections.abc import Iterator

from sqlalchemy import select

from ..database import db, lock
from ..errors import Refusal
from ..people.models import Person
from ..systems.changing import slug_of
from ..tickets.access import may_work
from ..tickets.models import Status, Ticket
from .access import keeps_guides
from .models import Audience, Guide, State
from .writing import Content, next_review, write_guide

ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
NUMBER = re.compile(r"(?<![\w-])(?:\+\d{1,3}|\(?0\d{2,5}\)?)[\d -]{4,14}(?<=\d)(?![\w-])")
"""Numbers of telephones; those of errors, versions and assets stay. Nothing in them repeats without end, so that
whatever was pasted is read in one go."""
TITLES = frozenset(["Cllr", "Councillor", "Mrs", "Miss"])
SHORTEST = 3


class ConfidentialSource(Refusal):
    reason = "{reference} is confidential, so no guide is made from it."


class NotDoneYet(Refusal):
    reason = "{reference} is not resolved yet. A guide is made from what was done in the end."


def becomes_guide(ticket: Ticket, person: Person) -> bool:
    """Whether somebody may make a guide of what was done for the ticket."""
    return _is_done(ticket) and not ticket.confidential and keeps_guides(person) and may_work(person, ticket)


def draft_from(ticket: Ticket, *, by: Person) -> Guide:
    """The guide made of the ticket: a draft that `by` looks after, or the one that was begun before.

    Until whoever writes it says otherwise it is for agents: nobody else is
    shown what belongs to one case.
    """
    lock(ticket)
    if ticket.confidential:
        raise ConfidentialSource(reference=ticket.reference)
    if not becomes_guide(ticket, by):
        raise NotDoneYet(reference=ticket.reference)
    made = select(Guide).where(Guide.source_id == ticket.id, Guide.state != State.RETIRED).order_by(Guide.id)
    if (begun := db.session.scalars(made).first()) is not None:
        return begun
    subject = without_people(ticket.subject, ticket)
    what = without_people(ticket.resolution_notes, ticket)
    return write_guide(
        Content(
            title=subject[:120] if slug_of(subject) else f"What was done for {ticket.reference}",
            body=f"## When this helps\n\n{subject}\n\n## What to do\n\n{what}\n",
            audiences=[Audience.AGENTS],
            owner=by,
            review_on=next_review(),
            systems=list(ticket.systems),
        ),
        by=by,
        source=ticket,
    )


def without_people(text: str, ticket: Ticket) -> str:
    """The text with the names of those the ticket is about, addresses and telephone numbers left out."""
    text = NUMBER.sub("(number)", ADDRESS.sub("(address)", text))
    names = sorted(set(_names(ticket)), key=len, reverse=True)
    if not names:
        return text
    known = "|".join(map(re.escape, names))
    return re.sub(rf"(?<!\w)(?:{known})(?!\w)", "(name)", text)


def _names(ticket: Ticket) -> Iterator[str]:
    people = (ticket.requester, ticket.opened_by, *ticket.affected, *ticket.watchers)
    for person in people:
        if person is not None:
            yield person.name
            yield from (part for part in person.name.split() if len(part) >= SHORTEST and part not in TITLES)


def _is_done(ticket: Ticket) -> bool:
    return ticket.status in (Status.RESOLVED, Status.CLOSED) and bool(ticket.resolution_notes)
