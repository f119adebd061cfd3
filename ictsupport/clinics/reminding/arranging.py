"""Reminders come into being with a booking, move with it, and end with it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import contains_eager

from ... import clock, jobs, scheduler
from ...database import db, insert_if_new
from ...journal import on
from ..events import BookingCancelled, BookingMoved, SlotBooked
from ..models import Booking, BookingState, Slot
from .models import ClinicReminder, ClinicReminderRule
from .moments import Rule, rules_in_force

GONE = "its moment had passed already"
CANCELLED = "the booking was cancelled"
RULE_ENDED = "reminders of this kind were ended"


@on(SlotBooked)
def arrange(event: SlotBooked) -> None:
    """One for each rule. Whoever books after its moment is not reminded by it: they have just been told."""
    if not event.about.walked_in:
        arrange_for([event.about], rules_in_force())


@on(BookingMoved)
def move_along(event: BookingMoved) -> None:
    """Due anew for the new time; one that was sent for the very same moment is not sent again."""
    booking = event.about
    if booking.state is not BookingState.CONFIRMED:
        return  # a time that is only offered: they are reminded once they take it
    there = {each.rule_id: each for each in _reminders_of(booking)}
    rules = rules_in_force()
    arrange_for([booking], [rule for rule in rules if rule.id not in there])
    for rule in rules:
        reminder = there.get(rule.id)
        if reminder is not None:
            due_at = rule.due(booking.slot.starts_at, booking.slot.clinic.zone)
            if due_at != reminder.due_at:
                schedule(reminder, due_at, booking.slot)


@on(BookingCancelled)
def drop(event: BookingCancelled) -> None:
    for reminder in _reminders_of(event.about):
        if reminder.state == "scheduled":
            miss(reminder, CANCELLED)


def arrange_for(bookings: Iterable[Booking], rules: Iterable[Rule]) -> int:
    """Make the reminders of these bookings by these rules that there are not yet; returns how many."""
    now, rules = clock.now(), list(rules)
    rows: list[dict[str, Any]] = []
    for booking in bookings:
        slot = booking.slot
        for rule in rules:
            due_at = rule.due(slot.starts_at, slot.clinic.zone)
            late = _is_late(due_at, slot, now)
            rows.append(
                {
                    "booking_id": booking.id,
                    "rule_id": rule.id,
                    "due_at": due_at,
                    "missed_at": now if late else None,
                    "missed_why": GONE if late else "",
                }
            )
    return sum(insert_if_new(ClinicReminder, rows[at : at + 500]) for at in range(0, len(rows), 500))


def schedule(reminder: ClinicReminder, due_at: datetime, slot: Slot) -> None:
    """Due then, or missed where that has passed."""
    reminder.due_at, reminder.sent_at = due_at, None
    reminder.missed_at, reminder.missed_why = None, ""
    if _is_late(due_at, slot, clock.now()):
        miss(reminder, GONE)
    db.session.flush()


def miss(reminder: ClinicReminder, why: str) -> None:
    reminder.missed_at, reminder.missed_why = clock.now(), why


def arrange_by(rule: Rule) -> None:
    """The reminders by a rule that is new or was changed, for every booking to come.

    What is scheduled moves to the rule's new moment, unless that has passed
    already: then it keeps the one it had, so that nobody goes without. What
    was sent is not sent again.
    """
    rows = db.session.scalars(
        select(ClinicReminder)
        .join(ClinicReminder.booking)
        .join(Booking.slot)
        .where(ClinicReminder.rule_id == rule.id, ClinicReminder.sent_at.is_(None), *_to_come())
        .options(contains_eager(ClinicReminder.booking).contains_eager(Booking.slot).joinedload(Slot.clinic))
    ).all()
    for reminder in rows:
        slot = reminder.booking.slot
        due_at = rule.due(slot.starts_at, slot.clinic.zone)
        if not _is_late(due_at, slot, clock.now()) and reminder.missed_why in ("", GONE):
            schedule(reminder, due_at, slot)
    arrange_missing()


def _to_come() -> tuple[Any, ...]:
    return Booking.state == BookingState.CONFIRMED, Slot.starts_at > clock.now()


def arrange_missing() -> None:
    """Make what bookings to come have not yet: a rule may be new, or just being made while they were booked."""
    for rule in rules_in_force():
        has = exists().where(ClinicReminder.booking_id == Booking.id, ClinicReminder.rule_id == rule.id)
        bookings = db.session.scalars(
            select(Booking)
            .join(Booking.slot)
            .where(*_to_come(), ~has)
            .options(contains_eager(Booking.slot).joinedload(Slot.clinic))
        ).all()
        arrange_for(bookings, [rule])


def end_by(rule: ClinicReminderRule) -> None:
    """What is scheduled by a rule that has ended is not sent."""
    for reminder in db.session.scalars(
        select(ClinicReminder).where(ClinicReminder.rule_id == rule.id, ClinicReminder.SCHEDULED)
    ):
        miss(reminder, RULE_ENDED)


def _is_late(due_at: datetime, slot: Slot, now: datetime) -> bool:
    return due_at <= now or due_at >= slot.starts_at


def _reminders_of(booking: Booking) -> list[ClinicReminder]:
    found = select(ClinicReminder).where(ClinicReminder.booking_id == booking.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


@jobs.handles("clinics.arrange_reminders")
def _arrange(_payload: dict[str, Any]) -> None:
    arrange_missing()


scheduler.every("clinics.arrange_reminders", hours=1)
