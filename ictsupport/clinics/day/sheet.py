"""The day sheet: every place of a clinic in order, who has it, and what is known of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload

from ...database import db
from ...people.models import Person, Term
from ...tickets.models import Ticket
from ..models import Booking, BookingState, Clinic, ClinicTopic, Outcome, Slot, SlotPlace
from ..queries import HELD, LIVE

SHOWN_VISITS = 2


@dataclass(frozen=True)
class Visit:
    """A time at which somebody was seen before."""

    at: datetime
    topic: str
    outcome: str


@dataclass
class SheetRow:
    """A line of the day sheet: a place, and who has it."""

    slot: Slot
    booking: Booking | None = None
    visits: list[Visit] = field(default_factory=list)
    open_tickets: int = 0


def day_sheet(clinic: Clinic) -> list[SheetRow]:
    """Every place of the clinic in order, with who comes, when they last came and how many open tickets they have."""
    left = func.count(SlotPlace.number) - func.count(Booking.id)
    slots = db.session.execute(
        select(Slot, left)
        .join(SlotPlace, SlotPlace.slot_id == Slot.id)
        .outerjoin(Booking, HELD)
        .where(Slot.clinic_id == clinic.id)
        .group_by(Slot.id)
        .order_by(Slot.starts_at)
        .options(raiseload("*"))
    ).all()
    who_comes = (
        joinedload(Booking.person).joinedload(Person.terms).joinedload(Term.council),
        joinedload(Booking.topic),
        joinedload(Booking.device),
        joinedload(Booking.ticket).raiseload("*"),
    )
    there = Booking.slot_id.in_([slot.id for slot, _free in slots])
    found = select(Booking).where(there, LIVE).options(*who_comes).order_by(Booking.place)
    bookings = db.session.scalars(found).unique().all()
    people = {booking.person_id for booking in bookings}
    visits, tickets = _last_visits(people, clinic.starts_at), _open_tickets(people)
    rows: list[SheetRow] = []
    for slot, free in slots:
        for booking in bookings:
            if booking.slot_id == slot.id:
                key = booking.person_id
                rows.append(SheetRow(slot, booking, visits.get(key, []), tickets.get(key, 0)))
        if slot.withdrawn_at is None:
            rows.extend(SheetRow(slot) for _ in range(free))
    return rows


def _last_visits(people: Collection[int], before: datetime) -> dict[int, list[Visit]]:
    """The last times each was seen, the latest first."""
    latest = func.row_number().over(partition_by=Booking.person_id, order_by=Slot.starts_at.desc())
    seen = (
        select(
            Booking.person_id,
            Slot.starts_at.label("at"),
            ClinicTopic.name.label("topic"),
            Booking.outcome,
            latest.label("latest"),
        )
        .join(Booking.slot)
        .outerjoin(Booking.topic)
        .where(Booking.person_id.in_(people), Booking.state == BookingState.SEEN, Slot.starts_at < before)
        .subquery()
    )
    rows = db.session.execute(
        select(seen).where(seen.c.latest <= SHOWN_VISITS).order_by(seen.c.person_id, seen.c.latest)
    )
    visits: dict[int, list[Visit]] = {}
    for row in rows:
        outcome: Outcome | None = row.outcome
        visit = Visit(row.at, row.topic or "", outcome.value if outcome else "")
        visits.setdefault(row.person_id, []).append(visit)
    return visits


def _open_tickets(people: Collection[int]) -> dict[int, int]:
    """Counts of work leave confidential tickets out."""
    tickets = (
        select(Ticket.requester_id, func.count())
        .where(Ticket.requester_id.in_(people), Ticket.OPEN, Ticket.confidential.is_(False))
        .group_by(Ticket.requester_id)
    )
    return dict(db.session.execute(tickets).all())
