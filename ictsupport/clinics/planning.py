"""Planning clinics: when and where, cut into slots, with hosts and topics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, insert, select

from .. import clock
from ..config import settings
from ..database import db, lock, table_of
from ..errors import Refusal
from ..journal import announce
from ..pages.filters import clock_time
from ..people.models import Person, Site
from ..people.scopes import scoped_to
from ..tickets.texts import line
from .clashes import Diary, await_hosts, diary, may_override
from .events import ClinicChanged, ClinicPlanned
from .models import Booking, Clinic, ClinicTopic, Slot, SlotPlace
from .queries import LIVE

MOST_PLACES = 50
MOST_SLOTS = 100
BOOKING_OPENS = time(9)
"""Wall time at which booking opens, where a plan says so many days before."""


class NoSuchTime(Refusal):
    reason = "{time} does not exist on {day}: the clocks go forward that night. Choose another time."


class EndsBeforeItBegins(Refusal):
    reason = "The clinic must end after it begins."


class NoWholeSlot(Refusal):
    reason = (
        "Not one slot of {minutes} minutes fits between those times. Choose a later end or shorter slots."
    )


class TooManySlots(Refusal):
    reason = "That would make {slots} slots, and one clinic has at most {most}. Make the slots longer."


class NotOnTheTick(Refusal):
    reason = "Clinics begin, and slots last, a multiple of five minutes: 2pm or 2:05pm, 20 or 25 minutes."


class ClinicInThePast(Refusal):
    reason = "That time has already passed. Choose a later day or time."


class PlacesOutOfRange(Refusal):
    reason = "A slot has between 1 and {most} places."


class NobodyHosts(Refusal):
    reason = "Choose at least one host: somebody has to be there."


class NothingLeftToBook(Refusal):
    reason = "Keep fewer places for drop-in than a slot has, so that at least one can be booked."


class HasBookings(Refusal):
    reason = (
        "Somebody has booked at this clinic, so its time and place can no longer be changed. "
        "Call it off, or plan another clinic and move those who booked."
    )


class AlreadyCalledOff(Refusal):
    reason = "This clinic has been called off. Plan a new one instead."


class ChangedMeanwhile(Refusal):
    reason = "Somebody else has changed this clinic since you opened it. Look at it again before you save."


@dataclass(frozen=True, kw_only=True)
class CutOffs:
    """Until how many minutes before a slot people may book, move and cancel by themselves."""

    book: int = 60
    move: int = 60
    cancel: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All there is to say about a clinic before it is held. `topics` None means every topic on offer.

    `drop_in` of the places in each slot are kept for whoever walks in, `buffer_minutes`
    lie between two slots, booking opens `book_from_days` before the day (None: at
    once), and `despite` is why it is planned although something stands in the way.
    """

    site: Site
    room: str
    day: date
    opens: time
    closes: time
    slot_minutes: int = 20
    places: int = 1
    drop_in: int = 0
    buffer_minutes: int = 0
    hosts: Sequence[Person]
    topics: Sequence[ClinicTopic] | None = None
    cut_offs: CutOffs = CutOffs()
    shared: bool = False
    for_staff_too: bool = False
    bookable_from: datetime | None = None
    book_from_days: int | None = None
    despite: str = ""


def plan_clinic(plan: Plan, *, by: Person) -> Clinic:
    """Plan a clinic and cut it into slots: for the members of the site's council, or for all when shared.

    Times are wall time in the service's zone. One that the clocks skip is
    refused; one that comes twice is the first.
    """
    clinic = Clinic(planned_by_id=by.id, zone=settings().time_zone)
    starts = fill_in(clinic, plan, by=by)
    keep_planned([(clinic, starts)], by=by)
    return clinic


def keep_planned(planned: Sequence[tuple[Clinic, list[time]]], *, by: Person | None) -> None:
    """Store clinics that are filled in and cut them into slots: as many statements for one as for a hundred."""
    db.session.add_all([clinic for clinic, _ in planned])
    db.session.flush()
    cut_into_slots(planned)
    for clinic, _ in planned:
        announce(ClinicPlanned(about=clinic, by=by))


def change_clinic(clinic: Clinic, plan: Plan, *, by: Person, version: int | None = None) -> Clinic:
    """Plan the clinic anew, as long as nobody has booked; hosts, topics and cut-offs may change at any time."""
    await_hosts(plan.hosts)
    lock(clinic)
    if version is not None and version != clinic.version:
        raise ChangedMeanwhile
    if clinic.is_called_off:
        raise AlreadyCalledOff
    before, old_times = said(clinic), times(clinic)
    with db.session.no_autoflush:
        starts = fill_in(clinic, plan, by=by)
    if times(clinic) != old_times:
        if has_bookings(clinic):
            raise HasBookings
        withdraw_slots(clinic)
        cut_into_slots([(clinic, starts)])
    tell_changes(clinic, before, by=by)
    return clinic


def tell_changes(clinic: Clinic, before: dict[str, Any], *, by: Person) -> None:
    """Announce what of the clinic is not as it was said before."""
    changes = {
        name: [old, new]
        for (name, old), new in zip(before.items(), said(clinic).values(), strict=True)
        if old != new
    }
    if changes:
        clinic.version += 1
        announce(ClinicChanged(about=clinic, by=by, changes=changes))


def has_bookings(clinic: Clinic) -> bool:
    """Whether anybody holds a place at the clinic."""
    held = exists().where(Booking.slot_id == Slot.id, Slot.clinic_id == clinic.id, LIVE)
    return bool(db.session.scalar(select(held)))


def days_before(clinic: Clinic) -> int | None:
    """How many days before it booking opens; None for at once."""
    if clinic.bookable_from is None:
        return None
    return (clinic.day - clinic.bookable_from.astimezone(ZoneInfo(clinic.zone)).date()).days


def offered_topics() -> Sequence[ClinicTopic]:
    """The topics on offer, in the order they are shown."""
    return db.session.scalars(
        select(ClinicTopic)
        .where(ClinicTopic.retired_at.is_(None))
        .order_by(ClinicTopic.position, ClinicTopic.name)
    ).all()


def instant(day: date, wall: time, zone: str) -> datetime:
    """The instant of a wall time: the first of one that comes twice; one that the clocks skip is refused."""
    here = ZoneInfo(zone)
    local = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=here)
    moment = local.astimezone(UTC)
    if moment.astimezone(here).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(time=clock_time(wall), day=f"{day:%A} {day.day} {day:%B %Y}")
    return moment


def slot_starts(opens: time, closes: time, slot_minutes: int, buffer_minutes: int = 0) -> list[time]:
    """The wall times at which slots begin: as many whole ones as fit."""
    if opens.minute % 5 or opens.second or slot_minutes % 5 or slot_minutes < 5 or buffer_minutes % 5:
        raise NotOnTheTick
    if closes <= opens:
        raise EndsBeforeItBegins
    first, last = (wall.hour * 60 + wall.minute for wall in (opens, closes))
    starts = range(first, last - slot_minutes + 1, slot_minutes + buffer_minutes)
    if not starts:
        raise NoWholeSlot(minutes=slot_minutes)
    if len(starts) > MOST_SLOTS:
        raise TooManySlots(slots=len(starts), most=MOST_SLOTS)
    return [time(minutes // 60, minutes % 60) for minutes in starts]


def fill_in(
    clinic: Clinic, plan: Plan, *, by: Person | None, read: Diary | None = None, held: bool = False
) -> list[time]:
    """Write the plan into the clinic, or refuse it; returns the wall times of its slots.

    `read` is the diary of hosts and room, where it has been read for several dates;
    a clinic that is `held` where it stands already is not asked about again.
    """
    starts = slot_starts(plan.opens, plan.closes, plan.slot_minutes, plan.buffer_minutes)
    if not 1 <= plan.places <= MOST_PLACES:
        raise PlacesOutOfRange(most=MOST_PLACES)
    if not 0 <= plan.drop_in < plan.places:
        raise NothingLeftToBook
    if not plan.hosts:
        raise NobodyHosts
    starts_at = instant(plan.day, plan.opens, clinic.zone)
    ends_at = instant(plan.day, starts[-1], clinic.zone) + timedelta(minutes=plan.slot_minutes)
    if starts_at <= clock.now() and starts_at != clinic.starts_at:
        raise ClinicInThePast
    if not held:
        _refuse_clashes(clinic, plan, starts_at, ends_at, by, read)
    clinic.site = plan.site
    for name, value in scoped_to(None if plan.shared else plan.site.council).items():
        setattr(clinic, name, value)
    if plan.shared:
        clinic.council = None
    clinic.room = line(plan.room, what="The room", limit=120)
    clinic.day, clinic.opens, clinic.closes = plan.day, plan.opens, plan.closes
    clinic.starts_at, clinic.ends_at = starts_at, ends_at
    clinic.slot_minutes, clinic.buffer_minutes = plan.slot_minutes, plan.buffer_minutes
    clinic.places, clinic.drop_in = plan.places, plan.drop_in
    clinic.hosts = list(plan.hosts)
    clinic.topics = list(offered_topics() if plan.topics is None else plan.topics)
    clinic.for_staff_too, clinic.bookable_from = plan.for_staff_too, plan.bookable_from
    if plan.book_from_days is not None:
        opens_on = plan.day - timedelta(days=plan.book_from_days)
        clinic.bookable_from = instant(opens_on, BOOKING_OPENS, clinic.zone)
    clinic.book_until_minutes = plan.cut_offs.book
    clinic.move_until_minutes = plan.cut_offs.move
    clinic.cancel_until_minutes = plan.cut_offs.cancel
    return starts


def _refuse_clashes(
    clinic: Clinic, plan: Plan, starts_at: datetime, ends_at: datetime, by: Person | None, read: Diary | None
) -> None:
    """Nobody hosts two clinics at one time, and a room holds one; the desk may go on with a reason, which is kept."""
    if read is None:
        apart_from = [clinic.id] if clinic.id is not None else []
        read = diary(plan.site, plan.room, plan.hosts, starts_at, ends_at, apart_from)
    clash = read.clash(plan.day, starts_at, ends_at)
    if clash is not None:
        reason = line(plan.despite, what="The reason", limit=300)
        if not reason or by is None or not may_override(by):
            raise clash
        clinic.despite = reason
    clinic.unhosted = False


def cut_into_slots(planned: Sequence[tuple[Clinic, list[time]]]) -> None:
    """Make the slots of clinics and the places in them."""
    made = [(clinic, _slot(clinic, wall)) for clinic, starts in planned for wall in starts]
    db.session.add_all([slot for _, slot in made])
    db.session.flush()
    keep_places((slot, number) for clinic, slot in made for number in range(1, clinic.places + 1))
    for clinic, _ in planned:
        db.session.expire(clinic, ["slots"])


def keep_places(places: Iterable[tuple[Slot, int]]) -> None:
    """Make places in slots."""
    rows = [{"slot_id": slot.id, "number": number} for slot, number in places]
    if rows:
        db.session.execute(insert(table_of(SlotPlace)), rows)


def _slot(clinic: Clinic, wall: time) -> Slot:
    at = instant(clinic.day, wall, clinic.zone)
    return Slot(
        clinic_id=clinic.id, wall=wall, starts_at=at, ends_at=at + timedelta(minutes=clinic.slot_minutes)
    )


def withdraw_slots(clinic: Clinic) -> None:
    """Take the slots off the clinic: those that were never booked are removed, the others only closed."""
    mine = select(Slot.id).where(Slot.clinic_id == clinic.id)
    booked = select(Booking.slot_id).where(Booking.slot_id.in_(mine))
    gone = select(Slot.id).where(Slot.clinic_id == clinic.id, Slot.id.not_in(booked))
    gone_ids = list(db.session.scalars(gone))
    db.session.execute(delete(SlotPlace).where(SlotPlace.slot_id.in_(gone_ids)))
    db.session.execute(delete(Slot).where(Slot.id.in_(gone_ids)))
    for slot in db.session.scalars(
        select(Slot).where(Slot.clinic_id == clinic.id, Slot.withdrawn_at.is_(None))
    ):
        slot.withdrawn_at = clock.now()
    db.session.flush()


def times(clinic: Clinic) -> tuple[Any, ...]:
    """What those who booked were told: once somebody has, it stays."""
    return (
        clinic.site.id,
        clinic.room,
        clinic.day,
        clinic.opens,
        clinic.closes,
        clinic.slot_minutes,
        clinic.buffer_minutes,
        clinic.places,
    )


def said(clinic: Clinic) -> dict[str, Any]:
    """The clinic as the journal tells its changes."""
    return {
        "site": clinic.site.id,
        "room": clinic.room,
        "day": clinic.day,
        "opens": clinic.opens,
        "closes": clinic.closes,
        "slot_minutes": clinic.slot_minutes,
        "buffer_minutes": clinic.buffer_minutes,
        "places": clinic.places,
        "drop_in": clinic.drop_in,
        "hosts": sorted(host.id for host in clinic.hosts),
        "topics": sorted(topic.id for topic in clinic.topics),
        "shared": clinic.is_shared,
        "for_staff_too": clinic.for_staff_too,
        "bookable_from": clinic.bookable_from,
        "despite": clinic.despite,
        "unhosted": clinic.unhosted,
        "cut_offs": [clinic.book_until_minutes, clinic.move_until_minutes, clinic.cancel_until_minutes],
    }
