"""What clinics achieved: one set of figures, used by the page, the CSV and the JSON alike.

Every figure is a count of rows of one kind, told apart by a condition, and the
list behind it shows the rows of that condition (behind.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from ...clinics.models import Booking, BookingState, Clinic, Outcome, Slot, SlotPlace
from ...clinics.waiting.models import WaitingEntry, WaitingState
from ...config import settings
from ...database import days_between, db, first_day_of, local_day
from ..asking import Named, Stretch
from ..models import SHARED
from .asking import Question

ENOUGH = 5
"""From fewer than this no rate and no median is told: one person would make it, and could be guessed."""

HELD = Clinic.called_off_at.is_(None)
CAME = Booking.state.in_((BookingState.CHECKED_IN, BookingState.SEEN))
MISSED = Booking.state == BookingState.NO_SHOW
STANDS = Booking.state.in_(
    (BookingState.CONFIRMED, BookingState.CHECKED_IN, BookingState.SEEN, BookingState.NO_SHOW)
)
AHEAD = Booking.walked_in.is_(False)

CLINICS: dict[str, ColumnElement[bool]] = {"held": HELD, "called_off": ~HELD}
BOOKINGS: dict[str, ColumnElement[bool]] = {
    "booked": STANDS,
    "ahead": and_(STANDS, AHEAD),
    "walked_in": and_(STANDS, ~AHEAD),
    "attended": CAME,
    "missed": MISSED,
    "expected": and_(AHEAD, CAME | MISSED),
    "unnoted": Booking.state == BookingState.CONFIRMED,
    "told": and_(CAME, Booking.outcome.is_not(None)),
    **{f"outcome_{each.name.lower()}": and_(CAME, Booking.outcome == each) for each in Outcome},
}
FIXED, RAISED = (f"outcome_{each.name.lower()}" for each in (Outcome.FIXED, Outcome.TICKET))


@dataclass(frozen=True)
class Days:
    """How many people waited how many days."""

    counts: Counter[int] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return self.counts.total()

    @property
    def median(self) -> int | None:
        return self.within(Fraction(1, 2))

    @property
    def p90(self) -> int | None:
        return self.within(Fraction(9, 10))

    def within(self, share: Fraction) -> int | None:
        """The fewest days that at least this share of them stayed within; None of too few."""
        if self.people < ENOUGH:
            return None
        left = ceil(self.people * share)
        for days in sorted(self.counts):
            left -= self.counts[days]
            if left <= 0:
                return days
        return None


@dataclass
class Tally:
    """The counts of some clinics, and how long people waited for them."""

    counts: Counter[str] = field(default_factory=Counter)
    lead: Days = field(default_factory=Days)
    wait: Days = field(default_factory=Days)

    @property
    def is_empty(self) -> bool:
        return not self.counts["held"] and not self.counts["called_off"] and not self.counts["booked"]

    @property
    def taken(self) -> float | None:
        """Booked, of the places offered."""
        return self._share("booked", "offered")

    @property
    def no_show_rate(self) -> float | None:
        """Did not come, of those who had booked and of whom is known whether they came."""
        return self._share("missed", "expected")

    @property
    def fixed_share(self) -> float | None:
        return self._share(FIXED, "told")

    def _share(self, part: str, whole: str) -> float | None:
        return self.counts[part] / self.counts[whole] if self.counts[whole] >= ENOUGH else None


@dataclass(frozen=True)
class Key:
    """What one sum is of: `council` is SHARED for a clinic of all, `topic` nought where none was said or asked."""

    first: date
    council: int
    site: int
    topic: int


@dataclass(frozen=True)
class Answer:
    """The answer to a question."""

    question: Question
    tallies: dict[Key, Tally]

    @property
    def total(self) -> Tally:
        return added(self.tallies.values())

    @property
    def by_stretch(self) -> list[tuple[Stretch, Tally]]:
        found = self._by(lambda key: key.first)
        return [(each, found.get(each.first, Tally())) for each in self.question.stretches]

    @property
    def by_council(self) -> list[tuple[Named, Tally]]:
        found = self._by(lambda key: key.council)
        return [(each, found[each.id]) for each in self.question.councils if each.id in found]

    @property
    def by_site(self) -> list[tuple[Named, Tally]]:
        found = self._by(lambda key: key.site)
        return [(each, found[each.id]) for each in self.question.names.sites if each.id in found]

    @property
    def by_topic(self) -> list[tuple[Named, Tally]]:
        found = self._by(lambda key: key.topic)
        topics = [(each, found.get(each.id, Tally())) for each in self.question.names.topics]
        return [(each, tally) for each, tally in topics if tally.counts["booked"]]

    @property
    def by_place(self) -> list[tuple[date, Named | None, Named | None, Tally]]:
        """By stretch, council and site: the finest there is, for a spreadsheet."""
        councils = {each.id: each for each in self.question.councils}
        sites = {each.id: each for each in self.question.names.sites}
        found = self._by(lambda key: (key.first, key.council, key.site))
        return [
            (first, councils.get(council), sites.get(site), tally)
            for (first, council, site), tally in sorted(found.items(), key=lambda one: one[0])
        ]

    def _by(self, of: Callable[[Key], Any]) -> dict[Any, Tally]:
        parted: dict[Any, list[Tally]] = {}
        for key, tally in self.tallies.items():
            parted.setdefault(of(key), []).append(tally)
        return {name: added(tallies) for name, tallies in parted.items()}


def added(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for each in tallies:
        total.counts.update(each.counts)
        total.lead.counts.update(each.lead.counts)
        total.wait.counts.update(each.wait.counts)
    return total


def answer(question: Question) -> Answer:
    """All figures of the page, in five statements however many clinics there were."""
    tallies: dict[Key, Tally] = {}

    def tally(row: Any) -> Tally:
        return tallies.setdefault(
            Key(row.first, row.council, row.site, getattr(row, "topic", None) or 0), Tally()
        )

    of_clinic, of_booking = _keys(question), _keys(question, Booking.topic_id)
    for statement, measures in (
        (_counted(clinics(question), of_clinic, CLINICS), [*CLINICS]),
        (places(question).add_columns(*of_clinic, func.count().label("offered")), ["offered"]),
        (_counted(bookings(question), of_booking, BOOKINGS), [*BOOKINGS]),
    ):
        grouped = statement.group_by(*(of_booking if "booked" in measures else of_clinic))
        for row in db.session.execute(grouped):
            tally(row).counts.update({name: getattr(row, name) for name in measures})
    zone = settings().zone
    lead = days_between(local_day(Booking.booked_at, zone), Clinic.day)
    for row in _days(question, bookings(question).where(BOOKINGS["ahead"]), lead):
        tally(row).lead.counts[max(row.days, 0)] += row.people
    wait = days_between(local_day(WaitingEntry.joined_at, zone), local_day(WaitingEntry.ended_at, zone))
    for row in _days(question, waited(question), wait):
        tally(row).wait.counts[max(row.days, 0)] += row.people
    return Answer(question, tallies)


def clinics(question: Question) -> Select[Any]:
    """The clinics asked for, nothing selected of them yet."""
    return select().select_from(Clinic).where(question.clinics)


def places(question: Question) -> Select[Any]:
    """The places in slots of those that were held."""
    return (
        clinics(question)
        .join(Slot, Slot.clinic_id == Clinic.id)
        .join(SlotPlace, SlotPlace.slot_id == Slot.id)
        .where(HELD, Slot.withdrawn_at.is_(None))
    )


def bookings(question: Question) -> Select[Any]:
    """The bookings at those that were held, whatever became of them."""
    return (
        clinics(question)
        .join(Slot, Slot.clinic_id == Clinic.id)
        .join(Booking, Booking.slot_id == Slot.id)
        .where(HELD, *question.on_topic)
    )


def waited(question: Question) -> Select[Any]:
    """Those who waited on a list and were given a place there."""
    return (
        bookings(question)
        .join(WaitingEntry, WaitingEntry.booking_id == Booking.id)
        .where(WaitingEntry.state == WaitingState.ACCEPTED)
    )


def _keys(question: Question, topic: Any = None) -> list[Any]:
    unit: Any = question.grain.value
    return [
        first_day_of(unit, Clinic.day).label("first"),
        func.coalesce(Clinic.council_id, SHARED).label("council"),
        Clinic.site_id.label("site"),
        *([] if topic is None else [topic.label("topic")]),
    ]


def _counted(rows: Select[Any], keys: Sequence[Any], measures: dict[str, ColumnElement[bool]]) -> Select[Any]:
    counts = (func.count().filter(condition).label(name) for name, condition in measures.items())
    return rows.add_columns(*keys, *counts)


def _days(question: Question, rows: Select[Any], days: Any) -> Sequence[Any]:
    keys = [*_keys(question, Booking.topic_id), days.label("days")]
    counted = rows.add_columns(*keys, func.count().label("people")).group_by(*keys)
    return db.session.execute(counted).all()
