"""The lists that the pages of the day show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, raiseload

from ... import clock
from ...database import db
from ...journal.queries import entries_about
from ...pages.filters import clock_time, hours_and_minutes
from ...people.models import Person, Term
from ...tickets.access import visible_tickets
from ...tickets.models import Ticket
from .. import access
from ..models import Booking, BookingState, Clinic, Slot
from .models import BroughtTicket, DropIn

STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Turn:
    """Somebody in the queue: how many are ahead, when they are likely to be called, and why then."""

    drop_in: DropIn
    ahead: int
    expected: datetime | None
    why: str
    as_of: datetime = field(default_factory=clock.now)

    @property
    def number(self) -> int:
        """1 for whoever is called next."""
        return self.ahead + 1

    @property
    def in_words(self) -> str:
        return turn_in_words(self.expected)

    @property
    def minutes(self) -> int | None:
        """How long from now, in steps of five minutes; 0 is now."""
        return minutes_until(self.expected)


@dataclass(frozen=True)
class Queue:
    """Who waits, in the order they came, and who went without being seen."""

    turns: list[Turn] = field(default_factory=list)
    left: list[DropIn] = field(default_factory=list)


def queue_at(clinic: Clinic, free: Sequence[Slot]) -> Queue:
    """The queue of the clinic; `free` are the slots with a place left, once for each. One statement."""
    drop_ins = db.session.scalars(
        select(DropIn)
        .where(DropIn.clinic_id == clinic.id, DropIn.called_at.is_(None))
        .order_by(DropIn.arrived_at, DropIn.id)
        .options(
            joinedload(DropIn.person).options(
                joinedload(Person.terms).joinedload(Term.council), raiseload("*")
            ),
            joinedload(DropIn.topic).raiseload("*"),
            raiseload("*"),
        )
    ).unique()
    queue = Queue()
    for drop_in in drop_ins:
        if drop_in.left_at is not None:
            queue.left.append(drop_in)
        else:
            queue.turns.append(turn(drop_in, len(queue.turns), free, clinic.lateness))
    return queue


def turn(drop_in: DropIn, ahead: int, free: Sequence[Slot], lateness: timedelta) -> Turn:
    """Each of those ahead takes one of the free times, soonest first; the next one is theirs."""
    now, times = clock.now(), _times(free, lateness)
    before = "Nobody is ahead" if not ahead else "1 person is ahead" if ahead == 1 else f"{ahead} are ahead"
    if ahead >= len(times):
        return Turn(drop_in, ahead, None, f"{before}, and no time is free for them any more today")
    said = ["now" if time <= now else clock_time(time) for time in times[: ahead + 1]]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return Turn(drop_in, ahead, expected_at(ahead, free, lateness), f"{before}; free: {listed}")


def expected_at(ahead: int, free: Sequence[Slot], lateness: timedelta) -> datetime | None:
    """When somebody with so many ahead is likely to be called; None where no time is left for them."""
    times = _times(free, lateness)
    return max(clock.now(), times[ahead]) if ahead < len(times) else None


def minutes_until(moment: datetime | None) -> int | None:
    """How long from now, in steps of five minutes; 0 is now."""
    if moment is None:
        return None
    return max(0, -(-(moment - clock.now()) // STEP)) * 5


def turn_in_words(expected: datetime | None) -> str:
    """What somebody in the queue can count on: "in about 15 minutes"."""
    minutes = minutes_until(expected)
    if minutes is None:
        return "no time is free for you any more today, so ask the hosts"
    return f"in about {hours_and_minutes(minutes)}" if minutes else "you are about to be called"


def _times(free: Sequence[Slot], lateness: timedelta) -> list[datetime]:
    """When each free time that is not over begins, soonest first."""
    return sorted(slot.starts_at + lateness for slot in free if slot.ends_at + lateness > clock.now())


@dataclass(frozen=True)
class Said:
    """An outcome as it was recorded at some moment."""

    at: datetime
    outcome: str
    by: str


def outcomes_before(booking: Booking) -> list[Said]:
    """What was recorded of the visit, the first first. Two statements."""
    entries = [entry for entry in entries_about(booking) if entry.kind == "clinics.OutcomeRecorded"]
    people = select(Person.id, Person.name).where(Person.id.in_({entry.by_id for entry in entries}))
    names: dict[int | None, str] = dict(db.session.execute(people).all())
    return [
        Said(entry.at, str(entry.data["outcome"]), names.get(entry.by_id, "Somebody")) for entry in entries
    ]


@dataclass(frozen=True)
class Brought:
    """A ticket that somebody brings; its words only for whoever may open it."""

    row: BroughtTicket
    may_open: bool


def brought_among(bookings: Sequence[int], person: Person) -> dict[int, list[Brought]]:
    """What is brought to these bookings and was not missed, as the person may see it. Two statements, or one for none."""
    kept = or_(BroughtTicket.ended_at.is_(None), BroughtTicket.settled_at.is_not(None))
    rows = db.session.scalars(
        select(BroughtTicket)
        .where(BroughtTicket.booking_id.in_(bookings), kept)
        .order_by(BroughtTicket.id)
        .options(joinedload(BroughtTicket.ticket))
    ).all()
    if not rows:
        return {}
    ids = visible_tickets(person).where(Ticket.id.in_([row.ticket_id for row in rows]))
    seen = set(db.session.scalars(ids.with_only_columns(Ticket.id)))
    found: dict[int, list[Brought]] = {}
    for row in rows:
        found.setdefault(row.booking_id, []).append(Brought(row, row.ticket_id in seen))
    return found


def to_bring(person: Person, whose: Person) -> Sequence[Ticket]:
    """The open tickets of somebody that the person may bring for them, newest first. One statement."""
    tickets = access.tickets_to_bring(person, whose).order_by(Ticket.id.desc()).limit(20)
    return db.session.scalars(tickets).all()


def clinic_brought_to(ticket: Ticket) -> Booking | None:
    """The booking to which the ticket is brought. One statement."""
    return db.session.scalar(
        select(Booking)
        .join(BroughtTicket, BroughtTicket.booking_id == Booking.id)
        .where(BroughtTicket.ticket_id == ticket.id, BroughtTicket.ended_at.is_(None))
        .options(joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site))
    )


def coming(person: Person) -> Sequence[Booking]:
    """The bookings to come of somebody to which a ticket can be brought, soonest first."""
    return db.session.scalars(
        select(Booking)
        .join(Booking.slot)
        .where(
            Booking.person_id == person.id,
            Booking.state == BookingState.CONFIRMED,
            Slot.ends_at > clock.now(),
        )
        .order_by(Slot.starts_at)
        .options(joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site))
    ).all()
