"""iPad clinics of the last year and the next weeks: planned, booked, attended."""

import contextlib
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from ... import clock, jobs
from ...clinics.attending import check_in, record_no_show, record_outcome
from ...clinics.booking import book_slot
from ...clinics.calling_off import call_off_clinic, cancel_booking
from ...clinics.cohorts.keeping import keep_places_for
from ...clinics.day.queue import call, join_queue, leave_queue
from ...clinics.day.visitors import name_visitor
from ...clinics.models import Booking, BookingState, Clinic, ClinicTopic, Outcome, Slot
from ...clinics.planning import Plan
from ...clinics.queries import next_free_times
from ...clinics.reminding.models import ClinicReminder
from ...clinics.series.models import SeriesPlan
from ...clinics.series.planning import plan_series, skip_date
from ...clinics.waiting.joining import join
from ...clinics.waiting.offering import accept as accept_offer
from ...clinics.waiting.replacing import place_everybody_anew
from ...config import settings
from ...database import db
from ...devices.lending import accept, agree_return, lend
from ...devices.models import Custody, Device
from ...devices.returning import ask_back
from ...errors import Refusal
from ...mail import Outgoing
from ...people.joining import leave_seat, mark_left
from ...people.models import Person, Site
from ...tickets.models import Ticket
from .setting import Setting, at_noon

TOPICS = [
    ("Committee papers app", "committee-management"),
    ("E-mail and calendar", None),
    ("Passwords and signing in", None),
    ("Wi-Fi at home or at the council", "network-and-wifi"),
    ("Following my enquiries", "member-casework"),
    ("Something else", None),
]
WORDS = [
    "The papers app asks for a password I never had",
    "How do I highlight in the agenda and find it again?",
    "My e-mail stopped on the iPad",
    "Joining the Wi-Fi in the chamber",
    "",
    "Video calls: nobody hears me",
    "Making the writing bigger",
    "",
]
NOTES = [
    "Set the papers app up again and downloaded the next three meetings.",
    "Removed the old mail account and added the new one.",
    "Showed how to highlight and share notes.",
    "Updated the iPad; it had run out of space.",
    "Joined the members' Wi-Fi and made it remember the password.",
]
STRANGERS = ["Jo Marsden", "Priya Nair", "Sam Turner", "Elaine Foy"]
WEEKS_AHEAD = 8
SPARE = 4
"""iPads of the shared stock that nobody has: for swaps at a clinic."""


def lend_devices(scene: Setting) -> None:
    """Every member has an iPad, and a fair part of staff a laptop."""
    by = scene.agents["Marta Nowak"]
    for number, member in enumerate(scene.members, start=1):
        council = member.terms[0].council
        model = scene.dice.choice(["iPad (9th generation)", "iPad (10th generation)", "iPad Air"])
        device = Device(
            asset_tag=f"{council.short_name[0]}{council.short_name[-1].upper()}-{4000 + number}",
            kind="iPad", model=model, serial=f"DMP{scene.dice.randrange(10**7, 10**8)}",
            os_version=scene.dice.choice(["iPadOS 26.1", "iPadOS 26.0", "iPadOS 18.7"]), council=council,
        )  # fmt: skip
        _lend(scene, device, member, by)
    for number, person in enumerate(scene.dice.sample(scene.staff, 180), start=1):
        device = Device(
            asset_tag=f"LT-{2000 + number}", kind="laptop", model=scene.dice.choice(["Latitude 5450", "EliteBook 840"]),
            serial=f"5CG{scene.dice.randrange(10**6, 10**7)}", os_version="Windows 11", council=person.employer,
        )  # fmt: skip
        _lend(scene, device, person, by)
    for number in range(SPARE):
        device = Device(
            asset_tag=f"SH-{5001 + number}", kind="iPad", model="iPad Air", serial=f"DMP900{number:05}",
            os_version="iPadOS 26.1", council=None,
        )  # fmt: skip
        db.session.add(device)


def _lend(scene: Setting, device: Device, person: Person, by: Person) -> None:
    db.session.add(device)
    db.session.flush()
    with clock.at(at_noon(scene.ago(days=scene.dice.randrange(30, 900)), settings().zone)):
        lend(device, person, by=by)
        accept(device, by=person)


def hold_clinics(scene: Setting, weeks_back: int) -> None:
    """A clinic every fortnight at each council, before evening meetings; people book, come, and are helped."""
    topics = _topics(scene)
    hosts = [scene.agents["Marta Nowak"], scene.agents["Liam Pearce"]]
    devices = {custody.person_id: custody.device for custody in db.session.scalars(select(Custody))}
    monday = scene.today - timedelta(days=scene.today.weekday(), weeks=weeks_back)
    clinics: list[Clinic] = []
    for number, council in enumerate(scene.councils.values()):
        first = monday + timedelta(weeks=number % 2, days=2 + number)
        clinics += _plan(scene, council.sites[0], first, hosts[number % 2], topics)
    for number, clinic in enumerate(sorted(clinics, key=lambda each: each.starts_at)):
        if number % 8 == 3 and clinic.day < scene.today:
            _wait_and_be_placed(scene, clinic)
        _book(scene, clinic, topics, devices)
        if clinic.day < scene.today:
            _attend(scene, clinic, clinic.hosts[0])
    _wait_and_call_off(scene, devices)
    _keep_for_new_members(scene)
    send_nothing()


def _plan(scene: Setting, site: Site, first: date, host: Person, topics: list[ClinicTopic]) -> list[Clinic]:
    """A series since that day, made some weeks ahead; its host is stood in for when they are away."""
    plan = Plan(
        site=site, room=site.rooms[-1], day=first, opens=time(16, 0), closes=time(18, 0), slot_minutes=20, places=1,
        hosts=[host], topics=topics, despite="A colleague stands in",
    )  # fmt: skip
    with clock.at(at_noon(first - timedelta(weeks=6), settings().zone)):
        made = plan_series(plan, every_weeks=2, by=host, horizon=scene.today + timedelta(weeks=WEEKS_AHEAD))
    facts = db.session.get_one(SeriesPlan, made.clinics[0].series_id)
    skipped = made.clinics[-1].day + timedelta(weeks=2)
    with contextlib.suppress(Refusal):  # a bank holiday is passed over anyway
        skip_date(facts, skipped, reason="Budget council sits that evening", by=host)
    return made.clinics


def _wait_and_be_placed(scene: Setting, clinic: Clinic) -> None:
    """It was full; somebody waited, and took the place of somebody who could not come."""
    members = [member for member in scene.members if member.terms[0].council_id == clinic.site.council_id]
    waits, *coming = scene.dice.sample(members, len(clinic.slots) + 1)
    days = scene.dice.randrange(2, 6)
    with contextlib.suppress(Refusal), db.session.begin_nested():
        with clock.at(clinic.starts_at - timedelta(days=9)):
            taken = [
                book_slot(slot, who, by=who, topic=clinic.topics[0])
                for slot, who in zip(clinic.slots, coming, strict=True)
            ]
        with clock.at(clinic.starts_at - timedelta(days=8)):
            entry = join([clinic], waits, by=waits, topic=clinic.topics[0])
        with clock.at(clinic.starts_at - timedelta(days=8 - days)):
            cancel_booking(scene.dice.choice(taken), by=clinic.hosts[0])
            accept_offer(entry, by=waits)


def _wait_and_call_off(scene: Setting, devices: dict[int, Device]) -> None:
    """The next clinic but one of a council is full: members wait, and the first of them has an offer.

    One of the other council is called off, and those who booked are placed anew.
    """
    to_come = select(Clinic).where(Clinic.starts_at > clock.now()).order_by(Clinic.starts_at)
    clinics = db.session.scalars(to_come).all()
    first = scene.members[0]
    here = first.terms[0].council_id
    full = [
        each
        for each in clinics
        if each.site.council_id == here and each.day > scene.today + timedelta(days=2)
    ]
    others = [
        member for member in scene.members if member.terms[0].council_id == here and member is not first
    ]
    for clinic in full[:1]:
        for slot, left in next_free_times([clinic.id]):
            for member in scene.dice.sample(others, left):
                with contextlib.suppress(Refusal):
                    book_slot(slot, member, by=member, topic=clinic.topics[0], device=devices.get(member.id))
    for member in (first, *scene.dice.sample(others, 3)):
        with contextlib.suppress(Refusal):
            join([full[0]], member, by=member, topic=full[0].topics[1], device=devices.get(member.id))
    given_back = select(Booking).join(Booking.slot).where(Slot.clinic_id == full[0].id)
    if (booking := db.session.scalars(given_back.order_by(Slot.starts_at.desc())).first()) is not None:
        cancel_booking(booking, by=booking.person)
    off = next((each for each in clinics if each.site.council_id != here), None)
    if off is not None:
        _without_mail(off)
        calling_off = call_off_clinic(off, reason="The room has no heating", by=off.hosts[0])
        with clock.at(calling_off.due_at):
            place_everybody_anew({"calling_off": calling_off.id})


def _without_mail(clinic: Clinic) -> None:
    """Whoever booked there first reads no mail, and has to be rung."""
    booked = select(Booking).join(Booking.slot).where(Slot.clinic_id == clinic.id, Booking.LIVE)
    first = db.session.scalars(booked.order_by(Slot.starts_at)).first()
    if first is not None:
        first.person.email = None


def raise_from_clinics() -> None:
    """What could not be settled at the last clinics is a ticket."""
    seen = (
        select(Booking)
        .join(Booking.slot)
        .where(Booking.outcome == Outcome.ADVICE, Booking.topic_id.is_not(None))
        .order_by(Slot.starts_at.desc())
        .limit(3)
    )
    for booking in db.session.scalars(seen).all():
        host = booking.slot.clinic.hosts[0]
        with clock.at(booking.slot.starts_at + timedelta(minutes=18)):
            record_outcome(
                booking, Outcome.TICKET, by=host, subject=booking.topic.name if booking.topic else ""
            )
    send_nothing()


def _keep_for_new_members(scene: Setting) -> None:
    """The clinic after next of each council keeps its times for a few weeks for those elected last."""
    for council in scene.councils.values():
        terms = [term for member in scene.members for term in member.terms if term.council_id == council.id]
        to_come = (
            select(Clinic)
            .where(Clinic.council_id == council.id, Clinic.starts_at > clock.now() + timedelta(weeks=5))
            .order_by(Clinic.starts_at)
            .limit(1)
        )
        cohort = max(term.cohort for term in terms if term.cohort)
        for clinic in db.session.scalars(to_come).all():
            until = scene.today + timedelta(weeks=3)
            keep_places_for(cohort, [clinic], places=1, until=until, by=clinic.hosts[0])


def leave_with_devices(scene: Setting) -> None:
    """A member who did not stand again and three of staff have left, and still have what was lent to them."""
    by = scene.agents["Marta Nowak"]
    lent = [custody.person for custody in db.session.scalars(select(Custody).order_by(Custody.id))]
    booked = set(db.session.scalars(select(Booking.person_id)))
    member = next(person for person in lent if person.is_member and person.id not in booked)
    busy = set(db.session.scalars(select(Ticket.requester_id).where(Ticket.OPEN)))
    staff = [
        person for person in lent if not person.is_member and not person.grants and person.id not in busy
    ]
    leave_seat(member.terms[0], scene.today - timedelta(days=19), by=by)
    for days, person in zip((24, 9, -10), staff, strict=False):
        mark_left(person, scene.today - timedelta(days=days), by=by)
    borrower = staff[4]
    custody = next(custody for custody in db.session.scalars(select(Custody)) if custody.person is borrower)
    agree_return(custody.device, scene.today + timedelta(days=6), by=by)
    ask_back({})
    send_nothing()


def _topics(scene: Setting) -> list[ClinicTopic]:
    topics = [
        ClinicTopic(name=name, position=place, system=scene.systems[slug] if slug else None)
        for place, (name, slug) in enumerate(TOPICS)
    ]
    db.session.add_all(topics)
    db.session.flush()
    return topics


def _book(scene: Setting, clinic: Clinic, topics: list[ClinicTopic], devices: dict[int, Device]) -> None:
    dice = scene.dice
    members = [member for member in scene.members if member.terms[0].council_id == clinic.site.council_id]
    if clinic.day >= scene.today:  # whoever is shown to visitors waits, and can still book for themself
        members = [member for member in members if member is not scene.members[0]]
    weeks_away = (clinic.day - scene.today).days / 7
    share = 0.78 if weeks_away < 0 else max(0.1, 0.8 - weeks_away * 0.13)
    for slot in clinic.slots:
        if dice.random() > share:
            continue
        member = dice.choice(members)
        booked = min(clock.now(), slot.starts_at - timedelta(days=dice.uniform(1, 12)))
        with clock.at(booked):
            try:
                book_slot(
                    slot, member, by=member, topic=dice.choice(topics), details=dice.choice(WORDS),
                    device=devices.get(member.id), access_needs=member.access_needs,
                )  # fmt: skip
            except Refusal:
                continue  # has another booking at that time


def _attend(scene: Setting, clinic: Clinic, host: Person) -> None:
    dice = scene.dice
    booked = select(Booking).where(Booking.slot_id.in_([slot.id for slot in clinic.slots]))
    confirmed = booked.where(Booking.state == BookingState.CONFIRMED)
    for booking in db.session.scalars(confirmed).all():
        starts_at: datetime = booking.slot.starts_at
        if dice.random() < 0.09:
            with clock.at(starts_at + timedelta(minutes=25)):
                record_no_show(booking, by=host)
            continue
        with clock.at(starts_at - timedelta(minutes=2)):
            check_in(booking, by=host)
        outcome = dice.choices([Outcome.FIXED, Outcome.ADVICE, Outcome.TRAINING], [60, 20, 20])[0]
        with clock.at(starts_at + timedelta(minutes=17)):
            record_outcome(booking, outcome, by=host, note=dice.choice(NOTES))
    _drop_in(scene, clinic, host)


def _drop_in(scene: Setting, clinic: Clinic, host: Person) -> None:
    """At about every third clinic somebody comes without a booking: a member, or somebody who has no account."""
    dice = scene.dice
    if dice.random() > 0.3:
        return
    members = [member for member in scene.members if member.terms[0].council_id == clinic.site.council_id]
    with clock.at(clinic.starts_at + timedelta(minutes=dice.randrange(10, 70))):
        stranger = dice.random() < 0.25
        person = name_visitor(clinic, dice.choice(STRANGERS), by=host) if stranger else dice.choice(members)
        came = join_queue(clinic, person, by=host, topic=dice.choice(clinic.topics))
    with clock.at(clinic.starts_at + timedelta(minutes=85)), contextlib.suppress(Refusal):
        if isinstance(came, Booking):
            record_outcome(came, Outcome.FIXED, by=host, note=dice.choice(NOTES))
        elif dice.random() < 0.15:
            leave_queue(came, by=host)
        else:
            record_outcome(call(came, by=host), Outcome.FIXED, by=host, note=dice.choice(NOTES))


def send_nothing() -> None:
    """What was written in the past has been sent, as far as the demonstration goes, and no reminder is due."""
    db.session.flush()
    reminded = update(ClinicReminder).where(ClinicReminder.SCHEDULED, ClinicReminder.due_at <= clock.now())
    db.session.execute(reminded.values(sent_at=ClinicReminder.due_at))
    db.session.execute(update(Outgoing).where(Outgoing.sent_at.is_(None)).values(sent_at=Outgoing.created_at))
    done = update(jobs.Job).where(jobs.Job.done_at.is_(None), jobs.Job.run_at <= clock.now())
    db.session.execute(done.values(done_at=clock.now()))
