"""A clinic that is on at the moment: its host's day sheet, its drop-in queue, and a request that is brought to it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ... import clock
from ...clinics.attending import check_in, record_no_show, record_outcome
from ...clinics.booking import book_slot
from ...clinics.day.bringing import bring
from ...clinics.day.queue import join_queue
from ...clinics.day.visitors import name_visitor
from ...clinics.models import Booking, Clinic, Outcome, Slot, clinic_hosts
from ...clinics.planning import Plan, plan_clinic
from ...config import settings
from ...database import db
from ...devices.models import Custody
from ...people.models import Person
from ...tickets.models import Status, Ticket, TicketType
from .setting import Setting

SLOT, SLOTS = timedelta(minutes=20), 10
EARLIEST, LATEST = time(6), time(20, 20)
"""Between these it begins, whenever the demonstration is made: the day must be long enough for it."""
NOTE = "Removed the old mail account and added the new one."


def hold_clinic_today(scene: Setting) -> None:
    """It began less than an hour ago: one was seen, one did not come, one is here, others are still to come, three wait."""
    clinic = _plan(scene)
    host, now = clinic.hosts[0], clock.now()
    others = _members_free(scene, clinic)
    brings = _request_to_bring(others)
    free = iter([member for member in others if brings is None or member is not brings.requester])
    seen, missed, here = (_book(clinic, number, next(free)) for number in range(3))
    _book(clinic, 3, next(free), "Making the writing bigger", "Large print, and time to read it")
    if brings is not None:
        bring(brings, _book(clinic, 6, brings.requester), by=brings.requester)
    _book(clinic, 8, next(free), "Joining the Wi-Fi in the chamber")
    if now < here.slot.starts_at:
        return
    with clock.at(seen.slot.starts_at):
        check_in(seen, by=host)
    with clock.at(seen.slot.ends_at - timedelta(minutes=3)):
        record_outcome(seen, Outcome.FIXED, by=host, note=NOTE)
    with clock.at(missed.slot.ends_at):
        record_no_show(missed, by=None)
    with clock.at(here.slot.starts_at):
        check_in(here, by=host)
    _wait(clinic, free, host, now)


def _plan(scene: Setting) -> Clinic:
    """At the council of whoever is shown to visitors, from forty minutes before the last full third of an hour."""
    zone = ZoneInfo(settings().time_zone)
    now = clock.now().astimezone(zone)
    begun = now.replace(minute=now.minute // 20 * 20, second=0, microsecond=0) - 2 * SLOT
    opens = min(max(begun.time(), EARLIEST), LATEST) if begun.date() == now.date() else EARLIEST
    closes = (datetime.combine(scene.today, opens) + SLOTS * SLOT).time()
    site = scene.members[0].terms[0].council.sites[0]
    marta, liam = scene.agents["Marta Nowak"], scene.agents["Liam Pearce"]
    busy = (
        select(Clinic.id)
        .join(clinic_hosts)
        .where(Clinic.day == scene.today, clinic_hosts.c.person_id == marta.id)
    )
    plan = Plan(
        site=site, room=site.rooms[0], day=scene.today, opens=opens, closes=closes,
        hosts=[liam if db.session.scalar(busy) else marta], despite="Members asked for one more",
    )  # fmt: skip
    with clock.at(clock.now() - timedelta(days=9)):
        return plan_clinic(plan, by=marta)


def _members_free(scene: Setting, clinic: Clinic) -> list[Person]:
    """Members of that council who have booked nothing that is to come, but not whoever is shown to visitors."""
    booked = select(Booking.person_id).join(Booking.slot).where(Slot.ends_at > clinic.starts_at)
    busy = set(db.session.scalars(booked))
    return [
        member
        for member in scene.members[1:]
        if member.seat and member.seat.council_id == clinic.site.council_id and member.id not in busy
    ]


def _request_to_bring(members: list[Person]) -> Ticket | None:
    """What one of them asked for not long ago, and still waits for."""
    asked = select(Ticket).where(
        Ticket.requester_id.in_([member.id for member in members]),
        Ticket.OPEN,
        Ticket.status != Status.ON_HOLD,
        Ticket.ticket_type != TicketType.PROBLEM,
        Ticket.merged_into_id.is_(None),
        Ticket.confidential.is_(False),
    )
    return db.session.scalars(asked.order_by(Ticket.id.desc()).limit(1)).first()


def _book(clinic: Clinic, number: int, member: Person, details: str = "", needs: str = "") -> Booking:
    topics = clinic.topics
    device = select(Custody).where(Custody.person_id == member.id, Custody.returned_at.is_(None))
    lent = db.session.scalars(device.order_by(Custody.id)).first()
    with clock.at(clinic.starts_at - timedelta(days=6 - number % 5)):
        return book_slot(
            clinic.slots[number], member, by=member, topic=topics[number % len(topics)], details=details,
            device=lent.device if lent else None, access_needs=needs or member.access_needs,
        )  # fmt: skip


def _wait(clinic: Clinic, free: Iterator[Person], host: Person, now: datetime) -> None:
    """Three came without a booking, one of them without an account."""
    with clock.at(now - timedelta(minutes=21)):
        join_queue(clinic, next(free), by=host, topic=clinic.topics[0], details="The papers do not come down")
    with clock.at(now - timedelta(minutes=12)):
        stranger = name_visitor(clinic, "Jo Marsden", by=host, phone="07700 900361")
        join_queue(clinic, stranger, by=host, details="Helps Cllr Wood with her papers")
    with clock.at(now - timedelta(minutes=4)):
        join_queue(clinic, next(free), by=host, topic=clinic.topics[2])
