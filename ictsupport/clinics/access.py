"""Who may see which clinics, book for whom, and run them.

A member sees the clinics of their council and those shared by all; staff only
those opened to them. Delegates and democratic services see what they may book
for members. Those who run a clinic are its hosts, and clinic hosts, agents and
managers as far as their role reaches.
"""

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from .. import clock
from ..database import db
from ..people.access import members_acted_for, reach, visible_people, within_reach
from ..people.models import DelegateScope, Person, Role, Term, served_councils
from ..people.scopes import Scope
from ..tickets.access import is_desk, may_act_for, own_tickets, workable
from ..tickets.models import Ticket
from .day.models import DropIn, Visitor
from .models import Booking, Clinic, Slot, clinic_hosts

RUNNERS = (Role.CLINIC_HOST, Role.AGENT, Role.MANAGER)
"""The roles that plan and hold clinics."""


def open_to(person: Person) -> ColumnElement[bool]:
    """SQL: the clinics that are there for this person."""
    if (seat := person.seat) is not None:
        return or_(Clinic.scope == Scope.ALL, Clinic.council_id == seat.council_id)
    if person.employer_id is None:
        return false()
    serves = select(served_councils.c.council_id).where(served_councils.c.person_id == person.id)
    near = or_(
        Clinic.scope == Scope.ALL, Clinic.council_id == person.employer_id, Clinic.council_id.in_(serves)
    )
    return and_(Clinic.for_staff_too, near)


def may_come(person: Person, clinic: Clinic) -> bool:
    """Whether the clinic is there for this person: the same rule as open_to, for one row."""
    if (seat := person.seat) is not None:
        return clinic.is_shared or clinic.council_id == seat.council_id
    if person.employer_id is None or not clinic.for_staff_too:
        return False
    served = {person.employer_id, *(council.id for council in person.serves)}
    return clinic.is_shared or clinic.council_id in served


def run_by(person: Person) -> ColumnElement[bool]:
    """SQL: the clinics this person runs."""
    hosted = exists().where(clinic_hosts.c.clinic_id == Clinic.id, clinic_hosts.c.person_id == person.id)
    return or_(hosted, within_reach(Clinic, person, *RUNNERS))


def runs(person: Person, clinic: Clinic) -> bool:
    """Whether the person runs the clinic: the same rule as run_by, for one row."""
    if any(host.id == person.id for host in clinic.hosts):
        return True
    if clinic.scope is Scope.ALL:
        return person.has_role(*RUNNERS)
    return person.has_role_for(clinic.council_id, *RUNNERS)


def visible_clinics(person: Person) -> Select[Clinic]:
    """The clinics somebody may look at."""
    today = clock.now().date()
    seats = select(Term.council_id).where(
        Term.person_id.in_(members_acted_for(person, DelegateScope.BOOK)),
        Term.starts_on <= today,
        or_(Term.ends_on.is_(None), Term.ends_on >= today),
    )
    for_members = or_(
        Clinic.council_id.in_(seats), and_(Clinic.scope == Scope.ALL, exists(seats.correlate(None)))
    )
    return select(Clinic).where(
        or_(
            open_to(person),
            run_by(person),
            within_reach(Clinic, person, Role.DEMOCRATIC_SERVICES),
            for_members,
        )
    )


def visible_slots(person: Person) -> Select[Slot]:
    """The slots of those clinics."""
    return select(Slot).where(Slot.clinic_id.in_(visible_clinics(person).with_only_columns(Clinic.id)))


def runnable_clinics(person: Person) -> Select[Clinic]:
    """The clinics somebody runs: day sheet, check-in, outcome, calling off."""
    return select(Clinic).where(run_by(person))


def bookable_people(person: Person) -> Select[Person]:
    """Those for whom somebody may book: themself, the members they act for, the members their role serves."""
    ways = [Person.id == person.id, Person.id.in_(members_acted_for(person, DelegateScope.BOOK))]
    serving = (Role.DEMOCRATIC_SERVICES, *RUNNERS)
    if person.has_role(*serving):
        today = clock.now().date()
        seats = select(Term.person_id).where(
            Term.starts_on <= today, or_(Term.ends_on.is_(None), Term.ends_on >= today)
        )
        councils = reach(person, *serving)
        ways.append(Person.id.in_(seats if councils is None else seats.where(Term.council_id.in_(councils))))
    return select(Person).where(or_(*ways), Person.left_on.is_(None) | (Person.left_on >= clock.now().date()))


def may_change_booking(person: Person) -> ColumnElement[bool]:
    """SQL: the bookings somebody may see, move and cancel: their own, those they may make, those at clinics they run."""
    ran = select(Slot.id).join(Slot.clinic).where(run_by(person))
    return or_(
        Booking.person_id == person.id,
        Booking.person_id.in_(bookable_people(person).with_only_columns(Person.id)),
        Booking.slot_id.in_(ran),
    )


def visible_bookings(person: Person) -> Select[Booking]:
    return select(Booking).where(may_change_booking(person))


def runnable_bookings(person: Person) -> Select[Booking]:
    """The bookings at the clinics somebody runs: what they check in and record."""
    return select(Booking).where(Booking.slot_id.in_(select(Slot.id).join(Slot.clinic).where(run_by(person))))


def people_at_the_door(person: Person) -> Select[Person]:
    """Those whom somebody who runs a clinic may find when they come without a booking: all they see or may book for."""
    known = bookable_people(person).with_only_columns(Person.id)
    seen = visible_people(person).with_only_columns(Person.id)
    return select(Person).where(or_(Person.id.in_(known), Person.id.in_(seen)), Person.gone_at.is_(None))


def runs_any(person: Person) -> bool:
    """Whether the person runs any clinic, by their role or as one of its hosts."""
    if person.has_role(*RUNNERS):
        return True
    hosted = select(exists().where(clinic_hosts.c.person_id == person.id))
    return bool(db.session.scalar(hosted))


def runnable_drop_ins(person: Person) -> Select[DropIn]:
    """Those in the queues of the clinics somebody runs."""
    return select(DropIn).join(DropIn.clinic).where(run_by(person))


def own_drop_ins(person: Person) -> Select[DropIn]:
    """The turns somebody may give up: their own, and those of people they may book for."""
    return select(DropIn).where(DropIn.person_id.in_(bookable_people(person).with_only_columns(Person.id)))


def runnable_visitors(person: Person) -> Select[Visitor]:
    """Those without an account who came to the clinics somebody runs."""
    return select(Visitor).join(Visitor.clinic).where(run_by(person))


def tickets_to_bring(person: Person, whose: Person) -> Select[Ticket]:
    """The open tickets of somebody that the person may bring to a clinic for them: as whoever may reply on them."""
    theirs = and_(Ticket.requester_id == whose.id, Ticket.OPEN)
    if person.id == whose.id:
        return select(Ticket).where(theirs)
    if is_desk(person):
        return select(Ticket).where(theirs, workable(person))
    if may_act_for(person, whose.id, DelegateScope.RAISE, DelegateScope.VIEW):
        return own_tickets(person).where(theirs)
    return select(Ticket).where(false())


def may_keep_places(person: Person, clinic: Clinic) -> bool:
    """Whether the person may keep places of the clinic for members elected together."""
    if runs(person, clinic):
        return True
    if clinic.scope is Scope.ALL:
        return person.has_role(Role.DEMOCRATIC_SERVICES)
    return person.has_role_for(clinic.council_id, Role.DEMOCRATIC_SERVICES)


def plans_clinics(person: Person) -> bool:
    """Whether the person may plan clinics at all."""
    return person.has_role(*RUNNERS)


def plans_for(person: Person) -> set[int] | None:
    """The councils at whose sites the person plans clinics; None for all of them."""
    return reach(person, *RUNNERS)


def books_for_others(person: Person) -> bool:
    """Whether the person books for members as part of their work."""
    return person.has_role(Role.DEMOCRATIC_SERVICES, *RUNNERS)


def goes_to_clinics(person: Person) -> bool:
    """Whether the person is shown the way to the clinics on every page. Delegates find it on their first page."""
    if not person.is_authenticated:
        return False
    return person.is_member or books_for_others(person)
