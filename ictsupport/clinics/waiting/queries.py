"""The lists of those who wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, raiseload, selectinload

from ...database import db
from ...mail import Outgoing
from ...people.models import Person
from .. import access
from ..models import Booking, Clinic, Slot
from .models import CallToMake, WaitingEntry, WaitingPlace, WaitingState

LIVE = WaitingEntry.state.in_((WaitingState.WAITING, WaitingState.OFFERED))


@dataclass(frozen=True)
class Turn:
    """Whose turn it is where: "you are 2nd"."""

    clinic: Clinic
    number: int


@dataclass(frozen=True)
class Waits:
    """Somebody who waits, and their turn at each clinic."""

    entry: WaitingEntry
    turns: list[Turn]


def turns_of(entries: Iterable[WaitingEntry]) -> dict[int, list[Turn]]:
    """The turn of each entry at each clinic it waits for, soonest clinic first. One statement."""
    ids = [entry.id for entry in entries]
    if not ids:
        return {}
    other = aliased(WaitingPlace)
    number = func.row_number().over(
        partition_by=other.clinic_id, order_by=(other.rank, other.since, other.entry_id)
    )
    concerned = select(WaitingPlace.clinic_id).where(WaitingPlace.entry_id.in_(ids))
    line = (
        select(other.entry_id, other.clinic_id, number.label("number"))
        .join(WaitingEntry, WaitingEntry.id == other.entry_id)
        .where(WaitingEntry.state == WaitingState.WAITING, other.clinic_id.in_(concerned))
        .subquery()
    )
    rows = db.session.execute(
        select(line.c.entry_id, line.c.number, Clinic)
        .join(Clinic, Clinic.id == line.c.clinic_id)
        .where(line.c.entry_id.in_(ids))
        .options(joinedload(Clinic.site))
        .order_by(Clinic.starts_at)
    )
    turns: dict[int, list[Turn]] = {key: [] for key in ids}
    for entry_id, place, clinic in rows:
        turns[entry_id].append(Turn(clinic, place))
    return turns


def waits_of(people: Iterable[int]) -> list[Waits]:
    """What these people wait for and are offered, the offers first. Two statements where somebody waits."""
    entries = db.session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.person_id.in_(list(people)), LIVE)
        .order_by(WaitingEntry.state, WaitingEntry.joined_at, WaitingEntry.id)
        .options(
            joinedload(WaitingEntry.person),
            joinedload(WaitingEntry.booking)
            .joinedload(Booking.slot)
            .joinedload(Slot.clinic)
            .joinedload(Clinic.site),
        )
    ).all()
    turns = turns_of(entries)
    return [Waits(entry, turns[entry.id]) for entry in entries]


def list_of(clinic: Clinic) -> Sequence[WaitingEntry]:
    """Who waits for the clinic, in their order, for those who run it. One statement."""
    return (
        db.session.scalars(
            select(WaitingEntry)
            .join(WaitingEntry.places)
            .where(WaitingPlace.clinic_id == clinic.id, WaitingEntry.state == WaitingState.WAITING)
            .order_by(WaitingPlace.rank, WaitingPlace.since, WaitingEntry.id)
            .options(
                contains_eager(WaitingEntry.places),
                joinedload(WaitingEntry.person),
                joinedload(WaitingEntry.topic),
                raiseload("*"),
            )
        )
        .unique()
        .all()
    )


def visible_entries(person: Person) -> Select[WaitingEntry]:
    """The entries somebody may see and answer: their own, and those of people they may book for."""
    others = access.bookable_people(person).with_only_columns(Person.id)
    return select(WaitingEntry).where(
        or_(WaitingEntry.person_id == person.id, WaitingEntry.person_id.in_(others))
    )


@dataclass(frozen=True)
class Told:
    """Somebody whose booking was called off: what they were offered, and whether they must be rung."""

    booking: Booking
    entry: WaitingEntry | None
    call: CallToMake | None
    mail_fails: bool

    @property
    def why_call(self) -> str:
        if self.call is not None:
            return self.call.why
        return "the e-mail to them fails" if self.mail_fails else ""


def told_of(clinic: Clinic) -> list[Told]:
    """Everybody whose booking went with the clinic, in the order they booked. Two statements."""
    rows = (
        db.session.execute(
            select(Booking, WaitingEntry, CallToMake)
            .join(Booking.slot)
            .join(WaitingEntry, WaitingEntry.lost_booking_id == Booking.id)
            .outerjoin(CallToMake, CallToMake.booking_id == Booking.id)
            .where(Slot.clinic_id == clinic.id)
            .order_by(Booking.booked_at, Booking.id)
            .options(
                contains_eager(Booking.slot),
                joinedload(Booking.person),
                joinedload(WaitingEntry.booking)
                .joinedload(Booking.slot)
                .joinedload(Slot.clinic)
                .joinedload(Clinic.site),
                selectinload(WaitingEntry.places).joinedload(WaitingPlace.clinic).joinedload(Clinic.site),
                joinedload(CallToMake.done_by),
            )
        )
        .unique()
        .all()
    )
    failing = set(
        db.session.scalars(
            select(Outgoing.about_id).where(
                Outgoing.about_kind == "booking",
                Outgoing.about_id.in_([booking.id for booking, _entry, _call in rows]),
                Outgoing.template == "clinics/called_off",
                Outgoing.sent_at.is_(None),
                or_(Outgoing.failed_at.is_not(None), Outgoing.error.is_not(None)),
            )
        )
    )
    return [Told(booking, entry, call, booking.id in failing) for booking, entry, call in rows]
