"""People without an account who come to a clinic: a contact without an address, so that nobody can sign in as them.

Who they are is a name they gave. When it turns out that the service knows
them, what they did at the clinic is tied to the person they are.
"""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.joining import add_person, mark_left, today
from ...people.models import Person
from ...tickets.amending import amend
from ...tickets.models import Ticket
from ...tickets.texts import line
from ..models import BookedTick, Booking, Clinic
from .events import VisitorKnown, VisitorNamed
from .models import DropIn, Visitor

UNVERIFIED = "Visitor at a clinic, not verified"


class TiedAlready(Refusal):
    reason = "{name} is known to be {known} already."


class TheirOwnPlace(Refusal):
    reason = "{name} has a place of their own at that time, so it cannot have been them. Check the name."


class NotThemselves(Refusal):
    reason = "Choose who they are: this is the name they gave."


def name_visitor(clinic: Clinic, name: str, *, by: Person, phone: str = "") -> Person:
    """Take down somebody whom the service does not know, by the name they give."""
    person = add_person(
        name=line(name, what="Their name", needed=True, limit=200),
        by=by,
        phone=line(phone, what="The number", limit=40),
        job_title=UNVERIFIED,
    )
    visitor = Visitor(person_id=person.id, clinic_id=clinic.id, noted_by_id=by.id, noted_at=clock.now())
    db.session.add(visitor)
    db.session.flush()
    announce(VisitorNamed(about=visitor, person=person, clinic=clinic, by=by))
    return person


def is_stranger(person: Person) -> bool:
    """Whether all we have of the person is a name they gave at a clinic. Asks the row alone."""
    return person.job_title == UNVERIFIED and person.email is None and person.employer_id is None


def tie_visitor(visitor: Visitor, person: Person, *, by: Person) -> None:
    """The visitor is somebody we know: their turn, their visits and the tickets raised from them are that person's."""
    lock(visitor)
    unknown = visitor.person
    if visitor.tied_to_id is not None:
        if visitor.tied_to_id == person.id:
            return
        raise TiedAlready(name=unknown.name, known=visitor.tied_to.name if visitor.tied_to else "")
    if person.id == unknown.id:
        raise NotThemselves
    both = select(Person.id).where(Person.id.in_([person.id, unknown.id])).order_by(Person.id)
    db.session.scalars(both.with_for_update(key_share=True)).all()
    try:
        with db.session.begin_nested():
            for model in (BookedTick, Booking, DropIn):
                theirs = update(model).where(model.person_id == unknown.id)
                db.session.execute(
                    theirs.values(person_id=person.id).execution_options(synchronize_session=False)
                )
    except IntegrityError:
        raise TheirOwnPlace(name=person.name) from None
    db.session.expire_all()
    tickets = select(Ticket).where(Ticket.requester_id == unknown.id, Ticket.merged_into_id.is_(None))
    for ticket in db.session.scalars(tickets).all():
        amend(ticket, by=by, requester=person)
    visitor.tied_to_id, visitor.tied_at = person.id, clock.now()
    db.session.flush()
    announce(VisitorKnown(about=visitor, visitor=unknown, person=person, by=by))
    mark_left(unknown, today(), by=by, at_once=True)
