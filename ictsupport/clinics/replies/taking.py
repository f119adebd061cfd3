"""What an answer out of a calendar does to a booking.

It has to name the booking by its UID (which only those who were invited know),
come from the person or from whoever booked for them, and speak of the time the
booking has now. "No" cancels, by the rules by which they could cancel on the
page; after the cut-off it is only noted, and the hosts are told. "Yes" and
"perhaps" are noted. Anything else is answered with where to do it.
"""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...journal import announce, on
from ...mail.reading import Letter
from ...mail.receiving import NotUnderstood, taker
from ...people.models import Person
from .. import access
from ..booking import in_words
from ..calling_off import cancel_booking, cancelling_closed, take_turn_to_cancel
from ..events import BookingMoved
from ..models import Booking, BookingState, CalendarAnswer, Clinic, Slot
from .emails import tell_hosts, tell_politely
from .events import BookingAnswered
from .reading import Answer, NoAnswer, answers_in

YES_AND_PERHAPS = {"ACCEPTED": CalendarAnswer.ACCEPTED, "TENTATIVE": CalendarAnswer.TENTATIVE}


@taker("clinics")
def take_replies(letter: Letter) -> str | None:
    """Take the answers in a message, or say why they cannot be used; None for a message without a calendar entry."""
    if not letter.calendars:
        return None
    try:
        answers = answers_in(letter.calendars[0])
    except NoAnswer as reason:
        raise NotUnderstood(str(reason)) from reason
    if letter.sender_fails:
        raise NotUnderstood(
            f"It answers an invitation, but its sender may be forged: the mail server says {letter.sender_fails}."
        )
    return " ".join(dict.fromkeys(_take(answer, letter) for answer in answers))


def _take(answer: Answer, letter: Letter) -> str:
    booking = db.session.scalar(
        select(Booking)
        .where(Booking.uid == answer.uid)
        .options(joinedload(Booking.slot).joinedload(Slot.clinic).joinedload(Clinic.site))
    )
    if booking is None:
        raise NotUnderstood("It answers an invitation that is none of ours: no booking has this UID.")
    sender = _sender(booking, answer, letter)
    take_turn_to_cancel(booking)
    if answer.method == "COUNTER" or answer.partstat == "DELEGATED":
        tell_politely(booking, sender, "clinics/answer_not_possible", letter)
        what = "another time" if answer.method == "COUNTER" else "somebody else"
        return f"They proposed {what}, which a calendar cannot do here. They were told how."
    if answer.sequence < booking.sequence:
        if answer.partstat == "DECLINED" and _is_to_come(booking):
            tell_politely(booking, sender, "clinics/answer_outdated", letter)
            return "They declined a time that the booking no longer has. It stands, and they were told."
        return "It answers an earlier state of the booking, so nothing was changed."
    if answer.partstat == "DECLINED":
        return _declined(booking, sender, answer, letter)
    if answer.partstat in YES_AND_PERHAPS:
        return _noted(booking, sender, YES_AND_PERHAPS[answer.partstat], answer)
    return "It says neither yes nor no, so nothing was changed."


def _sender(booking: Booking, answer: Answer, letter: Letter) -> Person:
    """Who answers: the person or whoever booked for them, by the sender's address, and still allowed to."""
    address = letter.from_address.lower()
    known = [
        person
        for person in (booking.person, booking.booked_by)
        if person.email and person.email.lower() == address and person.is_active
    ]
    addresses = {(person.email or "").lower() for person in (booking.person, booking.booked_by)}
    if not known:
        raise NotUnderstood(
            "It answers an invitation, but is not from whoever was invited or booked for them."
        )
    if answer.attendee not in addresses:
        raise NotUnderstood("It answers an invitation in the name of somebody who was not invited.")
    sender = known[0]
    if db.session.scalar(access.visible_bookings(sender).where(Booking.id == booking.id)) is None:
        raise NotUnderstood("It answers an invitation, but its sender may no longer change that booking.")
    return sender


def _is_to_come(booking: Booking) -> bool:
    return booking.state.is_coming and not booking.slot.has_passed


def _declined(booking: Booking, sender: Person, answer: Answer, letter: Letter) -> str:
    if booking.state is BookingState.CANCELLED:
        return "The booking was cancelled already."
    if not _is_to_come(booking):
        return "Their time had come already, so nothing was changed."
    if not cancelling_closed(booking):
        cancel_booking(booking, by=sender)
        return "They declined: the booking is cancelled."
    if _note(booking, sender, CalendarAnswer.DECLINED, answer, too_late=True):
        before = in_words(booking.slot.clinic.cancel_until_minutes)
        tell_hosts(booking, before)
        tell_politely(booking, sender, "clinics/answer_too_late", letter, before=before)
    return "They declined after cancelling had closed: noted, and the hosts were told."


def _noted(booking: Booking, sender: Person, said: CalendarAnswer, answer: Answer) -> str:
    if not _is_to_come(booking):
        return "The booking was over or cancelled already, so nothing was changed."
    _note(booking, sender, said, answer)
    return f"Noted on the booking: {said.value}."


def _note(
    booking: Booking, sender: Person, said: CalendarAnswer, answer: Answer, *, too_late: bool = False
) -> bool:
    """Keep what was said, unless something later has been; says whether it is news."""
    now = clock.now()
    stamp = min(answer.stamp or now, now)
    db.session.refresh(booking, ["answer", "answered_at"])
    if booking.answered_at is not None and (booking.answered_at > stamp or booking.answer is said):
        return False
    booking.answer, booking.answered_at = said, stamp
    announce(
        BookingAnswered(
            about=booking,
            person=booking.person,
            clinic=booking.slot.clinic,
            answer=said.value,
            too_late=too_late,
            by=sender,
            for_whom=booking.person if booking.person_id != sender.id else None,
        )
    )
    return True


@on(BookingMoved)
def forget_the_answer(event: BookingMoved) -> None:
    """What was said to the old time says nothing of the new one."""
    event.about.answer = event.about.answered_at = None
