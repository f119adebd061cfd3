"""On the day: who came, who walked in, who did not come, and what came of it."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from .. import clock
from ..database import db
from ..devices.models import Device
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from ..tickets.models import Channel, Ticket
from ..tickets.raising import raise_ticket
from ..tickets.texts import prose
from .booking import book_slot
from .day.bringing import settle
from .day.outcomes import NOTHING, Besides, act_on
from .emails import was_told
from .events import CheckedIn, CheckInUndone, DidComeAfterAll, DidNotCome, OutcomeRecorded
from .models import Booking, BookingState, Clinic, ClinicTopic, Outcome, Slot
from .queries import free_places

LONGEST_NOTE = 4_000
OFFERED_OUTCOMES = (
    Outcome.FIXED,
    Outcome.ADVICE,
    Outcome.TRAINING,
    Outcome.SWAPPED,
    Outcome.FOLLOW_UP,
    Outcome.TICKET,
)


class NotToday(Refusal):
    reason = "This clinic is not held today. People are checked in on the day."


class BookingCancelledAlready(Refusal):
    reason = "This booking was cancelled. Add {name} as a walk-in instead."


class OutcomeStands(Refusal):
    reason = "What came of it has been recorded already."


class NotOverYet(Refusal):
    reason = "That time has not begun yet, so {name} may still come."


class TheyCame(Refusal):
    reason = "{name} is checked in. Undo that first if it was a mistake."


class TicketStands(Refusal):
    reason = "Ticket {reference} was raised from this booking. Work on that ticket instead."


class RecordedMeanwhile(Refusal):
    reason = "Somebody else has recorded “{outcome}” since you opened this page. Look at it, and save again to correct it."


class NothingSaid(Refusal):
    reason = "Say in a few words what the ticket is about, so that whoever takes it knows what to do."


class NoPlaceLeft(Refusal):
    reason = "Every place still to come at this clinic is taken. Offer {name} another day."


def check_in(booking: Booking, *, by: Person) -> Booking:
    """Note that the person is here. Twice is once."""
    _lock(booking)
    if booking.state in (BookingState.CHECKED_IN, BookingState.SEEN):
        return booking
    if not booking.is_live:
        raise BookingCancelledAlready(name=booking.person.name)
    refuse_another_day(booking.slot.clinic)
    booking.state, booking.offered_until = BookingState.CHECKED_IN, None
    booking.checked_in_at = clock.now()
    booking.version += 1
    announce(CheckedIn(**_about(booking, by)))
    return booking


def undo_check_in(booking: Booking, *, by: Person) -> Booking:
    """They were not here after all. Twice is once."""
    _lock(booking)
    if booking.state is BookingState.SEEN:
        raise OutcomeStands
    if booking.state is not BookingState.CHECKED_IN:
        return booking
    booking.state, booking.checked_in_at = BookingState.CONFIRMED, None
    booking.version += 1
    announce(CheckInUndone(**_about(booking, by)))
    return booking


def record_no_show(booking: Booking, *, by: Person | None) -> Booking:
    """Note that the person did not come, once their time has begun; the timetable does, once it is over. Twice is once."""
    _lock(booking)
    if booking.state is BookingState.NO_SHOW:
        return booking
    if booking.state in (BookingState.CHECKED_IN, BookingState.SEEN):
        raise TheyCame(name=booking.person.name)
    if not booking.is_live:
        raise BookingCancelledAlready(name=booking.person.name)
    if not booking.slot.has_passed:
        raise NotOverYet(name=booking.person.name)
    booking.state, booking.offered_until = BookingState.NO_SHOW, None
    booking.version += 1
    announce(DidNotCome(**_about(booking, by)))
    return booking


def undo_no_show(booking: Booking, *, by: Person) -> Booking:
    """They may still come; or, once their time is over, they were there after all. Twice is once."""
    _lock(booking)
    if booking.state is BookingState.NO_SHOW:
        booking.state = BookingState.CONFIRMED
        if booking.slot.ends_at <= clock.now():
            booking.state, booking.checked_in_at = BookingState.CHECKED_IN, booking.slot.starts_at
        booking.version += 1
        announce(DidComeAfterAll(**_about(booking, by)))
    return booking


def walk_in(
    clinic: Clinic,
    person: Person,
    *,
    by: Person,
    topic: ClinicTopic | None = None,
    details: str = "",
    device: Device | None = None,
    access_needs: str = "",
) -> Booking:
    """Somebody is here without a booking: the first free place from now on is theirs, and they are checked in.

    Who turns out to have booked at this clinic is checked in on that.
    """
    refuse_another_day(clinic)
    if (booked := booking_at(clinic, person)) is not None:
        return check_in(booked, by=by)
    for slot in db.session.scalars(
        select(Slot)
        .where(Slot.clinic_id == clinic.id, Slot.withdrawn_at.is_(None), Slot.ends_at > clock.now())
        .order_by(Slot.starts_at)
    ):
        if free_places([slot.id]).get(slot.id):
            booking = book_slot(
                slot,
                person,
                by=by,
                topic=topic,
                details=details,
                device=device,
                access_needs=access_needs,
                walked_in=True,
            )
            return check_in(booking, by=by)
    raise NoPlaceLeft(name=person.name)


def record_outcome(
    booking: Booking,
    outcome: Outcome,
    *,
    by: Person,
    note: str = "",
    subject: str = "",
    besides: Besides = NOTHING,
    resolving: Sequence[Ticket] = (),
    tell: bool = True,
    seen: str | None = None,
) -> Booking:
    """Say in one step what came of it: the person was here; a ticket is raised, a device swapped, the next time booked.

    It may be corrected, but for what it did elsewhere: a ticket, a swap, a
    booking stand until they are put right where they are. The same once more
    changes nothing; `seen` is the recorded() that a page was made from. Tickets
    that were brought go on, or are resolved where they are among `resolving`.
    The note is mailed to the person (`tell`), in the words it was written in.
    """
    _lock(booking)
    if not booking.is_live:
        raise BookingCancelledAlready(name=booking.person.name)
    note, was = prose(note, what="What you did", limit=LONGEST_NOTE), booking.outcome
    same = was is outcome and note == booking.outcome_note and not resolving
    if same and not (tell and _is_to_be_told(booking)):
        return booking
    if seen is not None and was is not None and seen != recorded(booking):
        raise RecordedMeanwhile(outcome=was.value)
    if booking.ticket is not None and outcome is not Outcome.TICKET:
        raise TicketStands(reference=booking.ticket.reference)
    _refuse_before_the_day(booking.slot.clinic)
    detail = act_on(booking, outcome, besides, by=by)
    resolved = settle(booking, outcome, note, by=by, resolving=resolving)
    if outcome is Outcome.TICKET and booking.ticket is None:
        booking.ticket = _raise_from(booking, subject, note, by)
    with db.session.no_autoflush:  # half of the values might break a rule of the table
        booking.outcome, booking.outcome_note = outcome, note
        booking.outcome_at, booking.outcome_by_id = clock.now(), by.id
        booking.state, booking.offered_until = BookingState.SEEN, None
        booking.checked_in_at = booking.checked_in_at or clock.now()
        booking.version += 1
    announce(
        OutcomeRecorded(
            outcome=outcome.value,
            was=was.value if was else None,
            ticket=booking.ticket,
            given=detail.given if detail else None,
            back=detail.back if detail else None,
            follow_up=detail.follow_up if detail else None,
            letter=tell and booking.ticket is None and not resolved,
            **_about(booking, by),
        )
    )
    return booking


def _is_to_be_told(booking: Booking) -> bool:
    """Whether what is written down of the visit has not been sent to the person, and could be."""
    writable = booking.outcome_note and booking.ticket is None and booking.person.email
    return bool(writable) and not was_told(booking)


def recorded(booking: Booking) -> str:
    """A mark of what is recorded now, by which a page notices that somebody else has recorded something meanwhile."""
    return booking.outcome_at.isoformat() if booking.outcome_at else ""


def suggested_subject(booking: Booking) -> str:
    """What a ticket from this booking would be called unless the host says otherwise."""
    first_line = booking.details.strip().partition("\n")[0]
    topic = booking.topic.name if booking.topic else ""
    return (f"{topic}: {first_line}" if topic and first_line else topic or first_line)[:200]


def _raise_from(booking: Booking, subject: str, note: str, by: Person) -> Ticket:
    """A ticket for what could not be settled at the clinic, with all that is known of it."""
    subject = subject.strip() or suggested_subject(booking)
    if not subject:
        raise NothingSaid
    told = [part for part in (booking.details.strip(), note) if part]
    person, clinic = booking.person, booking.slot.clinic
    belongs = person.is_member or person.employer_id is not None
    return raise_ticket(
        requester=person,
        council=... if belongs else clinic.council,
        subject=subject[:200],
        description="\n\n".join(told) or subject,
        by=by,
        systems=(booking.topic.system,) if booking.topic and booking.topic.system else (),
        channel=Channel.CLINIC,
        device=booking.device,
    )


def booking_at(clinic: Clinic, person: Person) -> Booking | None:
    """What the person has booked at the clinic and may still be checked in on."""
    return db.session.scalars(
        select(Booking)
        .join(Booking.slot)
        .where(
            Slot.clinic_id == clinic.id,
            Booking.person_id == person.id,
            Booking.state.in_((BookingState.OFFERED, BookingState.CONFIRMED, BookingState.NO_SHOW)),
        )
        .order_by(Slot.starts_at)
    ).first()


def _about(booking: Booking, by: Person | None) -> dict[str, Any]:
    return {"about": booking, "person": booking.person, "clinic": booking.slot.clinic, "by": by}


def _lock(booking: Booking) -> None:
    db.session.refresh(
        booking,
        [
            "state",
            "slot_id",
            "outcome",
            "outcome_note",
            "outcome_at",
            "ticket_id",
            "version",
            "checked_in_at",
        ],
        with_for_update={"key_share": True},
    )
    db.session.expire(booking, ["slot", "ticket"])


def refuse_another_day(clinic: Clinic) -> None:
    """Raise NotToday but on the day of the clinic."""
    if clock.today(ZoneInfo(clinic.zone)) != clinic.day:
        raise NotToday


def _refuse_before_the_day(clinic: Clinic) -> None:
    if clock.today(ZoneInfo(clinic.zone)) < clinic.day:
        raise NotToday
