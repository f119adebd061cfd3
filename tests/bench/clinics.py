"""What clinics cost: listing the next eight weeks of six series with 2,000 bookings, booking, and a series of two years."""

import secrets
import statistics
import time as clocks
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import cycle

import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.models import Booking, BookingState, Clinic, ClinicTopic, Slot
from ictsupport.clinics.planning import Plan
from ictsupport.clinics.queries import next_clinics
from ictsupport.clinics.series.planning import plan_series
from ictsupport.config import settings
from ictsupport.database import db, table_of, take_stock
from ictsupport.people.models import Person, Site

SERIES, WEEKS, BOOKINGS, RUNS = 6, 8, 2_000, 30


@dataclass(frozen=True)
class Took:
    """Milliseconds: of the clock on the wall, and of the processor."""

    name: str
    wall: Sequence[float]
    cpu: Sequence[float]

    def __str__(self) -> str:
        wall, cpu = statistics.median(self.wall), statistics.median(self.cpu)
        return f"{self.name}: p50 {wall:.1f} ms, CPU {cpu:.1f} ms"


def measured() -> list[Took]:
    """All three, in a database of one's own. Commits."""
    seated = sa.select(Person).where(Person.terms.any()).order_by(Person.id)
    members = [each for each in db.session.scalars(seated) if each.is_member]
    today = clock.today(settings().zone)
    settings().clinic_bookings_each = 10_000  # there are fewer members than it takes
    monday = today + timedelta(days=7 - today.weekday())
    plans = _plans(monday, members)
    planning = _time("a series of two years", plans, lambda plan: _plan(plan, monday))
    _fill(members, monday)
    take_stock()  # as the database would by itself after so much
    here = [each for each in members if each.terms[0].council_id == members[0].terms[0].council_id]
    listing = _time(
        "eight weeks of six series", cycle(here), lambda who: next_clinics(who, limit=SERIES * WEEKS)
    )
    later = (
        sa.select(Slot)
        .join(Slot.clinic)
        .where(
            Clinic.day > monday + timedelta(weeks=WEEKS + 1), Clinic.council_id == here[0].terms[0].council_id
        )
        .order_by(Slot.starts_at)
    )
    slots = db.session.scalars(later.limit(2 * RUNS)).all()
    booking = _time("a booking", zip(slots, cycle(here), strict=False), _book)
    return [planning, listing, booking]


def _time(name: str, things: object, work: Callable[..., object]) -> Took:
    """The first is not counted, unless there are few."""
    wall, cpu = [], []
    for n, thing in enumerate(things):  # type: ignore[var-annotated, arg-type]
        if n > RUNS:
            break
        db.session.expire_all()
        started, spent = clocks.perf_counter(), clocks.process_time()
        work(thing)
        wall.append((clocks.perf_counter() - started) * 1000)
        cpu.append((clocks.process_time() - spent) * 1000)
        db.session.commit()
    return Took(name, wall[1:] or wall, cpu[1:] or cpu)


def _plans(monday: date, members: Sequence[Person]) -> list[Plan]:
    """Six weekly series at the sites of one council, each on a day and with a host of its own."""
    council_id = members[0].terms[0].council_id
    sites = db.session.scalars(sa.select(Site).where(Site.council_id == council_id).order_by(Site.id)).all()
    hosts = db.session.scalars(
        sa.select(Person).where(Person.grants.any()).order_by(Person.id).limit(SERIES)
    ).all()
    db.session.add(ClinicTopic(name=f"Bench {secrets.token_hex(3)}"))
    return [
        Plan(
            site=sites[n % len(sites)], room=f"Room {n}", day=monday + timedelta(days=n % 5), opens=time(9),
            closes=time(16), slot_minutes=20, places=2, hosts=[hosts[n]], despite="Measured",
        )
        for n in range(SERIES)
    ]  # fmt: skip


def _plan(plan: Plan, monday: date) -> None:
    end = monday + timedelta(days=2 * 364)
    plan_series(plan, every_weeks=1, until=end, horizon=end, by=plan.hosts[0])


def _fill(members: Sequence[Person], monday: date) -> None:
    """Two thousand bookings in the next eight weeks, put down without asking."""
    soon = (
        sa.select(Slot.id)
        .join(Slot.clinic)
        .where(Clinic.day >= monday, Clinic.day < monday + timedelta(weeks=WEEKS), Clinic.places == 2)
    )
    places = [(slot, place) for slot in db.session.scalars(soon.order_by(Slot.starts_at)) for place in (1, 2)]
    people = cycle(members)
    rows = [
        {
            "slot_id": slot, "place": place, "person_id": who, "booked_by_id": who, "state": BookingState.CONFIRMED,
            "uid": secrets.token_hex(12), "booked_at": clock.now(),
        }
        for (slot, place), who in zip(places[:BOOKINGS], (each.id for each in people), strict=False)
    ]  # fmt: skip
    db.session.execute(sa.insert(table_of(Booking)), rows)
    db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def _book(pair: tuple[Slot, Person]) -> None:
    slot, person = pair
    book_slot(slot, person, by=person)
    db.session.commit()
