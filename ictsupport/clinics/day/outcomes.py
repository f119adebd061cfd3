"""What an outcome does besides being written down: a device is swapped, the next time is booked."""

from dataclasses import dataclass

from sqlalchemy import select

from ...database import db
from ...devices.lending import find_device, lend, take_back
from ...devices.models import Custody, Device
from ...errors import Refusal
from ...pages.filters import long_date, near_moment
from ...people.models import Person
from ..booking import LONGEST_DETAILS, book_slot
from ..models import Booking, Clinic, Outcome, Slot
from .models import OutcomeDetail

FOLLOW_UP_NOTE = "Follow-up of the clinic on {day}"


class TagMissing(Refusal):
    reason = "Enter the asset tag of the device they get. It is on its back."


class NoSuchDevice(Refusal):
    reason = "No device with the asset tag {tag} is free to be lent here. Check the tag, or look it up in the register."


class NotTheirDevice(Refusal):
    reason = "{name} does not have {device}, so they cannot hand it back."


class TimeMissing(Refusal):
    reason = "Choose the time of the follow-up."


class SwapStands(Refusal):
    reason = "The swap to {device} stands in the register of devices. Put it right there if it was a mistake."


class FollowUpStands(Refusal):
    reason = "A follow-up is booked for {when}. Cancel that booking first."


@dataclass(frozen=True, kw_only=True)
class Besides:
    """What some outcomes need to know besides their note: the devices of a swap, the time of a follow-up."""

    given: Device | None = None
    back: Device | None = None
    next_slot: Slot | None = None


NOTHING = Besides()


def detail_of(booking: Booking) -> OutcomeDetail | None:
    return db.session.get(OutcomeDetail, booking.id)


def refuse_what_stands(outcome: Outcome, detail: OutcomeDetail | None) -> None:
    """A swap, and a follow-up that is still booked, are not undone by saying something else."""
    if detail is None:
        return
    if detail.given is not None and outcome is not Outcome.SWAPPED:
        raise SwapStands(device=detail.given.label)
    if (follow_up := detail.follow_up) is not None and outcome is not Outcome.FOLLOW_UP:
        if follow_up.is_live:
            raise FollowUpStands(when=near_moment(follow_up.slot.starts_at))
        detail.follow_up = None


def act_on(booking: Booking, outcome: Outcome, besides: Besides, *, by: Person) -> OutcomeDetail | None:
    """Do what the outcome says, once."""
    detail = detail_of(booking)
    refuse_what_stands(outcome, detail)
    done = detail is not None and (
        detail.given is not None or (detail.follow_up is not None and detail.follow_up.is_live)
    )
    if done or outcome not in (Outcome.SWAPPED, Outcome.FOLLOW_UP):
        return detail
    if detail is None:
        detail = OutcomeDetail(booking_id=booking.id)
        db.session.add(detail)
    if outcome is Outcome.SWAPPED:
        detail.given, detail.back = swap(booking, besides, by=by)
    else:
        detail.follow_up = book_again(booking, besides.next_slot, by=by)
    db.session.flush()
    return detail


def swap(booking: Booking, besides: Besides, *, by: Person) -> tuple[Device, Device | None]:
    """Take the old device back and lend the new one, in the register: who had what, and until when, is kept there."""
    given, back, person = besides.given, besides.back, booking.person
    if given is None:
        raise TagMissing
    if not may_be_lent(given, booking.slot.clinic, person):
        raise NoSuchDevice(tag=given.asset_tag)
    if back is not None:
        if back.custody is None or back.custody.person_id != person.id:
            raise NotTheirDevice(name=person.name, device=back.label)
        take_back(back, by=by)
    lend(given, person, by=by, note=f"At the iPad clinic on {long_date(booking.slot.starts_at)}")
    return given, back


def device_to_lend(tag: str, clinic: Clinic, person: Person) -> Device:
    """The device of that tag, if it is free to be lent to the person at the clinic."""
    device = find_device(tag)
    if device is None or not may_be_lent(device, clinic, person):
        raise NoSuchDevice(tag=tag.strip()[:40])
    return device


def may_be_lent(device: Device, clinic: Clinic, person: Person) -> bool:
    """Those of the shared stock, of the clinic's council and of the person's, that nobody has and that are in use."""
    seat = person.seat
    councils = {None, clinic.site.council_id, seat.council_id if seat else person.employer_id}
    return device.retired_on is None and device.custody is None and device.council_id in councils


def book_again(booking: Booking, slot: Slot | None, *, by: Person) -> Booking:
    """A place at a clinic to come, for the same matter."""
    if slot is None:
        raise TimeMissing
    told = FOLLOW_UP_NOTE.format(day=long_date(booking.slot.starts_at))
    offered = booking.topic if booking.topic in slot.clinic.topics else None
    return book_slot(
        slot,
        booking.person,
        by=by,
        topic=offered,
        details="\n\n".join(part for part in (told, booking.details) if part)[:LONGEST_DETAILS],
        device=_still_theirs(booking),
        access_needs=booking.access_needs,
    )


def _still_theirs(booking: Booking) -> Device | None:
    if booking.device_id is None:
        return None
    has = select(Custody.id).where(
        Custody.device_id == booking.device_id,
        Custody.person_id == booking.person_id,
        Custody.returned_at.is_(None),
    )
    return booking.device if db.session.scalar(has) is not None else None
