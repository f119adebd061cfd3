"""Planning clinics: when and where, cut into slots, with hosts and topics."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, select

from .. import clock
from ..config import settings
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person, Site
from ..people.scopes import scoped_to
from ..tickets.texts import line
from .events import ClinicChanged, ClinicPlanned
from .models import Booking, BookingState, Clinic, ClinicSeries, ClinicTopic, Slot, SlotPlace, clinic_hosts

MOST_PLACES = 50
MOST_SLOTS = 100
LONGEST_SERIES = timedelta(days=366)


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


class HostBusy(Refusal):
    reason = "{host} already hosts a clinic at {site} at that time. Choose another host or another time."


class RoomTaken(Refusal):
    reason = "There is already a clinic in {room} at that time. Choose another room or another time."


class HasBookings(Refusal):
    reason = (
        "Somebody has booked at this clinic, so its time and place can no longer be changed. "
        "Call it off, or plan another clinic and move those who booked."
    )


class AlreadyCalledOff(Refusal):
    reason = "This clinic has been called off. Plan a new one instead."


class ChangedMeanwhile(Refusal):
    reason = "Somebody else has changed this clinic since you opened it. Look at it again before you save."


class SeriesTooLong(Refusal):
    reason = "Plan clinics at most a year ahead."


@dataclass(frozen=True, kw_only=True)
class CutOffs:
    """Until how many minutes before a slot people may book, move and cancel by themselves."""

    book: int = 60
    move: int = 60
    cancel: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All there is to say about a clinic before it is held. `topics` None means every topic on offer."""

    site: Site
    room: str
    day: date
    opens: time
    closes: time
    slot_minutes: int = 20
    places: int = 1
    hosts: Sequence[Person]
    topics: Sequence[ClinicTopic] | None = None
    cut_offs: CutOffs = CutOffs()
    shared: bool = False
    for_staff_too: bool = False
    bookable_from: datetime | None = None


def plan_clinic(plan: Plan, *, by: Person, series: ClinicSeries | None = None) -> Clinic:
    """Plan a clinic and cut it into slots: for the members of the site's council, or for all when shared.

    Times are wall time in the service's zone. One that the clocks skip is
    refused; one that comes twice is the first.
    """
    clinic = Clinic(planned_by_id=by.id, zone=settings().time_zone)
    starts = _fill_in(clinic, plan)
    if series is not None:
        clinic.series_id, clinic.recurrence = series.id, f"{plan.day.isoformat()}T{plan.opens:%H:%M}"
    db.session.add(clinic)
    db.session.flush()
    _cut_into_slots(clinic, starts)
    announce(ClinicPlanned(about=clinic, by=by))
    return clinic


def plan_series(plan: Plan, *, every_weeks: int, until: date, by: Person) -> list[Clinic]:
    """Plan the same clinic every so many weeks, from the plan's day until a last day: all of them or none."""
    if until - plan.day > LONGEST_SERIES:
        raise SeriesTooLong
    series = ClinicSeries(
        rule=f"FREQ=WEEKLY;INTERVAL={every_weeks};UNTIL={until:%Y%m%d}", created_by_id=by.id
    )
    db.session.add(series)
    db.session.flush()
    days = range(0, (until - plan.day).days + 1, every_weeks * 7)
    return [plan_clinic(replace(plan, day=plan.day + timedelta(days=n)), by=by, series=series) for n in days]


def change_clinic(clinic: Clinic, plan: Plan, *, by: Person, version: int | None = None) -> Clinic:
    """Plan the clinic anew, as long as nobody has booked; hosts, topics and cut-offs may change at any time."""
    lock(clinic)
    if version is not None and version != clinic.version:
        raise ChangedMeanwhile
    if clinic.is_called_off:
        raise AlreadyCalledOff
    before, old_times = _said(clinic), _times(clinic)
    with db.session.no_autoflush:
        starts = _fill_in(clinic, plan)
    if _times(clinic) != old_times:
        if has_bookings(clinic):
            raise HasBookings
        _withdraw_slots(clinic)
        _cut_into_slots(clinic, starts)
    changes = {
        name: [old, new]
        for (name, old), new in zip(before.items(), _said(clinic).values(), strict=True)
        if old != new
    }
    if changes:
        clinic.version += 1
        announce(ClinicChanged(about=clinic, by=by, changes=changes))
    return clinic


def has_bookings(clinic: Clinic) -> bool:
    """Whether anybody holds a place at the clinic."""
    held = exists().where(
        Booking.slot_id == Slot.id, Slot.clinic_id == clinic.id, Booking.state != BookingState.CANCELLED
    )
    return bool(db.session.scalar(select(held)))


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
        raise NoSuchTime(time=f"{wall:%H:%M}", day=f"{day:%A} {day.day} {day:%B %Y}")
    return moment


def slot_starts(opens: time, closes: time, slot_minutes: int) -> list[time]:
    """The wall times at which slots begin: as many whole ones as fit."""
    if opens.minute % 5 or opens.second or slot_minutes % 5 or slot_minutes < 5:
        raise NotOnTheTick
    if closes <= opens:
        raise EndsBeforeItBegins
    first, last = (wall.hour * 60 + wall.minute for wall in (opens, closes))
    starts = range(first, last - slot_minutes + 1, slot_minutes)
    if not starts:
        raise NoWholeSlot(minutes=slot_minutes)
    if len(starts) > MOST_SLOTS:
        raise TooManySlots(slots=len(starts), most=MOST_SLOTS)
    return [time(minutes // 60, minutes % 60) for minutes in starts]


def _fill_in(clinic: Clinic, plan: Plan) -> list[time]:
    """Write the plan into the clinic, or refuse it; returns the wall times of its slots."""
    starts = slot_starts(plan.opens, plan.closes, plan.slot_minutes)
    if not 1 <= plan.places <= MOST_PLACES:
        raise PlacesOutOfRange(most=MOST_PLACES)
    if not plan.hosts:
        raise NobodyHosts
    starts_at = instant(plan.day, plan.opens, clinic.zone)
    ends_at = instant(plan.day, starts[-1], clinic.zone) + timedelta(minutes=plan.slot_minutes)
    if starts_at <= clock.now() and starts_at != clinic.starts_at:
        raise ClinicInThePast
    _refuse_clashes(clinic, plan, starts_at, ends_at)
    clinic.site = plan.site
    for name, value in scoped_to(None if plan.shared else plan.site.council).items():
        setattr(clinic, name, value)
    if plan.shared:
        clinic.council = None
    clinic.room = line(plan.room, what="The room", limit=120)
    clinic.day, clinic.opens, clinic.closes = plan.day, plan.opens, plan.closes
    clinic.starts_at, clinic.ends_at = starts_at, ends_at
    clinic.slot_minutes, clinic.places = plan.slot_minutes, plan.places
    clinic.hosts = list(plan.hosts)
    clinic.topics = list(offered_topics() if plan.topics is None else plan.topics)
    clinic.for_staff_too, clinic.bookable_from = plan.for_staff_too, plan.bookable_from
    clinic.book_until_minutes = plan.cut_offs.book
    clinic.move_until_minutes = plan.cut_offs.move
    clinic.cancel_until_minutes = plan.cut_offs.cancel
    return starts


def _refuse_clashes(clinic: Clinic, plan: Plan, starts_at: datetime, ends_at: datetime) -> None:
    """Nobody hosts two clinics at one time, and a room holds one."""
    overlapping = select(Clinic).where(
        Clinic.starts_at < ends_at, Clinic.ends_at > starts_at, Clinic.called_off_at.is_(None)
    )
    if clinic.id is not None:
        overlapping = overlapping.where(Clinic.id != clinic.id)
    same_room = (Clinic.site_id == plan.site.id) & (Clinic.room == plan.room)
    for host in plan.hosts:
        hosted = exists().where(clinic_hosts.c.clinic_id == Clinic.id, clinic_hosts.c.person_id == host.id)
        if other := db.session.scalars(overlapping.where(hosted)).first():
            raise HostBusy(host=host.name, site=other.site.name)
    if plan.room and db.session.scalars(overlapping.where(same_room)).first():
        raise RoomTaken(room=plan.room)


def _cut_into_slots(clinic: Clinic, starts: list[time]) -> None:
    length = timedelta(minutes=clinic.slot_minutes)
    begins = [(wall, instant(clinic.day, wall, clinic.zone)) for wall in starts]
    slots = [Slot(clinic_id=clinic.id, wall=wall, starts_at=at, ends_at=at + length) for wall, at in begins]
    db.session.add_all(slots)
    db.session.flush()
    numbers = range(1, clinic.places + 1)
    db.session.add_all(SlotPlace(slot_id=slot.id, number=number) for slot in slots for number in numbers)
    db.session.flush()
    db.session.expire(clinic, ["slots"])


def _withdraw_slots(clinic: Clinic) -> None:
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


def _times(clinic: Clinic) -> tuple[Any, ...]:
    """What those who booked were told: once somebody has, it stays."""
    return (
        clinic.site.id,
        clinic.room,
        clinic.day,
        clinic.opens,
        clinic.closes,
        clinic.slot_minutes,
        clinic.places,
    )


def _said(clinic: Clinic) -> dict[str, Any]:
    """The clinic as the journal tells its changes."""
    return {
        "site": clinic.site.id,
        "room": clinic.room,
        "day": clinic.day,
        "opens": clinic.opens,
        "closes": clinic.closes,
        "slot_minutes": clinic.slot_minutes,
        "places": clinic.places,
        "hosts": sorted(host.id for host in clinic.hosts),
        "topics": sorted(topic.id for topic in clinic.topics),
        "shared": clinic.is_shared,
        "for_staff_too": clinic.for_staff_too,
        "bookable_from": clinic.bookable_from,
        "cut_offs": [clinic.book_until_minutes, clinic.move_until_minutes, clinic.cancel_until_minutes],
    }
