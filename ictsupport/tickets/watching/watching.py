"""Having others hear of a ticket, and letting them go again.

Whoever watches is written to like the requester, and may read the ticket.
Whoever is affected too may read it, and is not written to.
"""

import enum
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, literal, null, select, union_all

from ...database import db
from ...errors import Refusal
from ...people.models import Person
from ...statements import put_together
from ..amending import amend
from ..models import Ticket, ticket_affected, ticket_watchers

MOST = 50


class Concern(enum.Enum):
    """How somebody is concerned by a ticket; the value names the list on the ticket."""

    WATCHES = "watchers"
    AFFECTED = "affected"


SAID = {Concern.WATCHES: "Watches it", Concern.AFFECTED: "Has the same trouble"}


class WhileConfidential(Refusal):
    reason = (
        "{reference} is confidential: only whoever asked and those cleared for its queue may know of it. "
        "Nobody else can be put here."
    )


class AskedForIt(Refusal):
    reason = "{name} asked for it, and hears of it anyway."


class ThereAlready(Refusal):
    reason = "{name} is on the list already."


class TooMany(Refusal):
    reason = f"There is room for {MOST} people. Where more are concerned, declare a major incident."


def put_on(ticket: Ticket, person: Person, concern: Concern, *, by: Person) -> None:
    """Put somebody on one of the two lists."""
    there: list[Person] = getattr(ticket, concern.value)
    if ticket.confidential:
        raise WhileConfidential(reference=ticket.reference)
    if person.id == ticket.requester_id:
        raise AskedForIt(name=person.name)
    if person in there:
        raise ThereAlready(name=person.name)
    if len(there) >= MOST:
        raise TooMany
    fields: dict[str, Any] = {concern.value: [*there, person]}
    amend(ticket, by=by, **fields)


def take_off(ticket: Ticket, person_id: int, concern: Concern, *, by: Person) -> None:
    """Take somebody off again; nothing happens where they are not on the list."""
    there: list[Person] = getattr(ticket, concern.value)
    fields: dict[str, Any] = {concern.value: [each for each in there if each.id != person_id]}
    amend(ticket, by=by, **fields)


def concerned_by(ticket: Ticket) -> Sequence[Any]:
    """(concern, person_id, name, job_title, reference) of all on the lists of the ticket and of those it stands for."""
    return db.session.execute(_concerned(), {"ticket": ticket.id, "confidential": ticket.confidential}).all()


@put_together
def _concerned() -> Select[Any]:
    one = bindparam("ticket", type_=Ticket.id.type)
    alike = Ticket.confidential == bindparam("confidential", type_=Ticket.confidential.type)
    family = select(Ticket.id, Ticket.reference).where(
        (Ticket.id == one) | (Ticket.merged_into_id == one), alike
    )
    of = family.subquery()
    lists = ((Concern.WATCHES, ticket_watchers), (Concern.AFFECTED, ticket_affected))
    rows = union_all(
        *(
            select(literal(concern.value).label("concern"), table.c.person_id, of.c.reference).join(
                of, of.c.id == table.c.ticket_id
            )
            for concern, table in lists
        )
    ).subquery()
    return (
        select(rows.c.concern, rows.c.person_id, Person.name, Person.job_title, rows.c.reference)
        .join(Person, Person.id == rows.c.person_id)
        .order_by(rows.c.concern.desc(), Person.sort_name, Person.id)
    )


def told_with(ticket: Ticket) -> tuple[list[Ticket], list[Person]]:
    """The tickets it stands for, and who watches it or one of them: all that is told with it, in one statement for most.

    Of a confidential ticket nobody is told who watches it.
    """
    asked = {"ticket": ticket.id, "confidential": ticket.confidential}
    rows = db.session.execute(_told_with(), asked).all()
    merged = {row.ticket_id for row in rows if row.ticket_id is not None}
    watching = {row.person_id for row in rows if row.person_id is not None and not ticket.confidential}
    tickets = select(Ticket).where(Ticket.id.in_(merged)).order_by(Ticket.id)
    people = select(Person).where(Person.id.in_(watching)).order_by(Person.id)
    return (
        list(db.session.scalars(tickets)) if merged else [],
        list(db.session.scalars(people)) if watching else [],
    )


@put_together
def _told_with() -> CompoundSelect[Any]:
    one = bindparam("ticket", type_=Ticket.id.type)
    alike = Ticket.confidential == bindparam("confidential", type_=Ticket.confidential.type)
    nobody, nothing = (
        null().cast(each.type).label(name)
        for each, name in ((Person.id, "person_id"), (Ticket.id, "ticket_id"))
    )
    watch = ticket_watchers.c
    merged = select(Ticket.id.label("ticket_id"), nobody).where(Ticket.merged_into_id == one, alike)
    own = select(nothing, watch.person_id).where(watch.ticket_id == one)
    theirs = (
        select(nothing, watch.person_id)
        .join(Ticket, Ticket.id == watch.ticket_id)
        .where(Ticket.merged_into_id == one, alike)
    )
    return union_all(merged, own, theirs)
