"""An open ticket is brought to a clinic: it waits for that day, and goes on when it is over, whatever came of it.

Where the clinic is called off it waits with whoever brings it: for the time that
is offered to them instead, or until it is clear that they get none.
A ticket that waits for something else already keeps waiting for that; one that
is merged meanwhile is left as it is, and goes on when it is unmerged.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import announce, on
from ...pages.filters import long_date, near_moment
from ...people.models import Person
from ...tickets.holding import hold, release
from ...tickets.models import HoldReason, Resolution, Status, Ticket
from ...tickets.related.events import TicketUnmerged
from ...tickets.replying import note as write_note
from ...tickets.resolving import resolve
from ...tickets.versions import take_turn
from ..events import BookingCancelled, BookingMoved, DidNotCome
from ..models import Booking, BookingState, Outcome
from ..waiting.events import OfferDeclined, OfferLapsed, OfferMade, WaitingEnded
from ..waiting.models import WaitingEntry, WaitingState
from .events import TicketBrought, TicketLeftAtHome
from .models import BroughtTicket


class NotTheirs(Refusal):
    reason = "{reference} is somebody else’s request. Choose one of {name}’s own."


class NotOpen(Refusal):
    reason = "{reference} is finished already, so there is nothing to bring."


class BroughtElsewhere(Refusal):
    reason = "{reference} is brought to the clinic on {when} already. Take it off that booking first."


class NotComing(Refusal):
    reason = "That booking is over or cancelled. Choose another time to bring the request."


class NothingBrought(Refusal):
    reason = "{name} did not bring a request. Choose something else, or raise a ticket."


class GoesOnOrResolved(Refusal):
    reason = "{reference} cannot go on at the desk and be resolved as well. Choose one of the two."


def bring(ticket: Ticket, booking: Booking, *, by: Person) -> BroughtTicket:
    """Deal with the ticket at the clinic: until then it is on hold. Twice is once."""
    take_turn(ticket)
    if ticket.requester_id != booking.person_id:
        raise NotTheirs(reference=ticket.reference, name=booking.person.name)
    if not ticket.is_open:
        raise NotOpen(reference=ticket.reference)
    if booking.state not in (BookingState.CONFIRMED, BookingState.CHECKED_IN):
        raise NotComing
    live = select(BroughtTicket).where(BroughtTicket.ticket_id == ticket.id, BroughtTicket.LIVE)
    if (known := db.session.scalar(live)) is not None:
        if known.booking_id == booking.id:
            return known
        if known.booking.state in (
            BookingState.OFFERED,
            BookingState.CANCELLED,
        ):  # it waited for another time
            _bring_instead(known, booking, by)
            announce(TicketBrought(about=known, **_about(known, by)))
            return known
        when = near_moment(known.booking.slot.starts_at)
        raise BroughtElsewhere(reference=ticket.reference, when=when)
    brought = BroughtTicket(
        booking_id=booking.id, ticket_id=ticket.id, brought_by_id=by.id, brought_at=clock.now()
    )
    db.session.add(brought)
    db.session.flush()
    if ticket.status is not Status.ON_HOLD:
        hold(ticket, HoldReason.BOOKED, by=by, until=booking.slot.clinic.day)
    announce(TicketBrought(about=brought, **_about(brought, by)))
    return brought


def leave_at_home(brought: BroughtTicket, *, by: Person) -> None:
    """It is not brought after all: what comes of the visit is none of its business. The journal remembers it."""
    if brought.ended_at is None:
        _end(brought, by)
        announce(TicketLeftAtHome(about=brought, **_about(brought, by)))
        db.session.delete(brought)
        db.session.flush()


def settle(
    booking: Booking, outcome: Outcome, note: str, *, by: Person, resolving: Collection[Ticket] = ()
) -> bool:
    """What came of the visit is written on what was brought, which goes on, or is resolved; says whether any was."""
    rows = brought_to(booking)
    if outcome is Outcome.GOES_ON and not rows:
        raise NothingBrought(name=booking.person.name)
    if outcome is Outcome.GOES_ON and resolving:
        raise GoesOnOrResolved(reference=" and ".join(ticket.reference for ticket in resolving))
    chosen = {ticket.id for ticket in resolving}
    resolved = False
    for row in rows:
        if row.settled_at is None:
            row.settled_at = clock.now()
            _end(row, by)
            said = f"At the iPad clinic on {long_date(booking.slot.starts_at)}: {outcome.value}."
            write_note(row.ticket, f"{said}\n\n{note}".strip(), by=by)
        if row.ticket_id in chosen and row.ticket.is_open and row.ticket.merged_into_id is None:
            resolve(row.ticket, Resolution.FIXED, note or "Fixed at the iPad clinic.", by=by)
            resolved = True
    return resolved


def brought_to(booking: Booking) -> Sequence[BroughtTicket]:
    """What is brought to the booking, or was until that was missed or cancelled. One statement."""
    return db.session.scalars(
        select(BroughtTicket)
        .where(BroughtTicket.booking_id == booking.id)
        .order_by(BroughtTicket.id)
        .options(joinedload(BroughtTicket.ticket))
    ).all()


def _end(brought: BroughtTicket, by: Person | None) -> None:
    """It no longer waits for the clinic."""
    if brought.ended_at is not None:
        return
    brought.ended_at = clock.now()
    db.session.flush()
    _go_on(brought.ticket, by)


def _go_on(ticket: Ticket, by: Person | None) -> None:
    """Off hold, if that is what it waits for."""
    if ticket.merged_into_id is None and ticket.hold_reason is HoldReason.BOOKED:
        release(ticket, by=by)


@on(BookingCancelled, DidNotCome)
def not_this_time(event: BookingCancelled | DidNotCome) -> None:
    """Cancelled or missed: what was to be brought goes on without. Called off: it waits with them for another time."""
    waits = isinstance(event, BookingCancelled) and event.called_off and _waits_for_another(event.about)
    for row in _live(event.about.id):
        if waits:
            _wait_until(row.ticket, None, event.by)
        else:
            _end(row, event.by)


@on(BookingMoved)
def wait_for_the_new_day(event: BookingMoved) -> None:
    for row in _live(event.about.id):
        _wait_until(row.ticket, event.clinic.day, event.by)


@on(OfferMade)
def wait_for_what_is_offered(event: OfferMade) -> None:
    """Instead of the time that was called off."""
    for row in _live(event.entry.lost_booking_id):
        _bring_instead(row, event.about, event.by)


@on(OfferDeclined, OfferLapsed)
def nothing_taken(event: OfferDeclined | OfferLapsed) -> None:
    for row in _live(event.about.id):
        _end(row, event.by)


@on(WaitingEnded)
def nothing_found(event: WaitingEnded) -> None:
    for row in _live(event.about.lost_booking_id):
        _end(row, event.by)


def _waits_for_another(booking: Booking) -> bool:
    """Whether whoever lost this time is offered another, or waits for one."""
    live = WaitingEntry.state.in_((WaitingState.WAITING, WaitingState.OFFERED))
    entry = select(WaitingEntry.id).where(WaitingEntry.lost_booking_id == booking.id, live)
    return db.session.scalar(entry) is not None


def _live(booking_id: int | None) -> Sequence[BroughtTicket]:
    """What waits for that booking. One statement, or none."""
    if booking_id is None:
        return ()
    rows = select(BroughtTicket).where(BroughtTicket.booking_id == booking_id, BroughtTicket.LIVE)
    return db.session.scalars(rows.order_by(BroughtTicket.id).options(joinedload(BroughtTicket.ticket))).all()


def _bring_instead(brought: BroughtTicket, booking: Booking, by: Person | None) -> None:
    brought.booking = booking
    db.session.flush()
    _wait_until(brought.ticket, booking.slot.clinic.day, by)


def _wait_until(ticket: Ticket, day: date | None, by: Person | None) -> None:
    """Another day (None: nobody knows yet), if it is the clinic that it waits for."""
    waits = ticket.hold_reason is HoldReason.BOOKED and ticket.merged_into_id is None
    if waits and ticket.hold_until != day:
        hold(ticket, HoldReason.BOOKED, by=by, until=day)


@on(TicketUnmerged)
def go_on_alone(event: TicketUnmerged) -> None:
    """While it was merged the clinic took place, or was cancelled: it waits for it no longer."""
    ticket = event.about
    if ticket.hold_reason is not HoldReason.BOOKED:
        return
    rows = db.session.scalars(select(BroughtTicket).where(BroughtTicket.ticket_id == ticket.id)).all()
    if rows and all(row.ended_at is not None for row in rows):
        _go_on(ticket, event.by)


def _about(brought: BroughtTicket, by: Person) -> dict[str, Any]:
    booking = brought.booking
    whom = booking.person if booking.person_id != by.id else None
    return {"ticket": brought.ticket, "booking": booking, "by": by, "for_whom": whom}
