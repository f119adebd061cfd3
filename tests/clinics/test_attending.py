"""On the day: who came, who did not, and what came of it, each in one step that can be put right."""

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.attending import (
    BookingCancelledAlready,
    NoPlaceLeft,
    NothingSaid,
    NotOverYet,
    NotToday,
    OutcomeStands,
    TheyCame,
    TicketStands,
    check_in,
    record_no_show,
    record_outcome,
    undo_check_in,
    undo_no_show,
    walk_in,
)
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.models import BookingState, Outcome
from ictsupport.clinics.queries import booking_of_ticket
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.mail import Outgoing
from ictsupport.tickets.models import Channel, Status


@pytest.fixture
def booking(clinic, member, topics, ipad):
    return book_slot(
        clinic.slots[0], member, by=member, topic=topics[2], details="No sound\nin calls", device=ipad
    )


@pytest.fixture
def on_the_day(clinic):
    with clock.at(clinic.starts_at):
        yield


def kinds(row) -> list[str]:
    return [entry.kind for entry in entries_about(row)]


def test_checking_in_twice_is_once_and_can_be_undone(booking, host, on_the_day):
    check_in(booking, by=host)
    check_in(booking, by=host)
    assert booking.state is BookingState.CHECKED_IN
    assert booking.checked_in_at == clock.now()
    undo_check_in(booking, by=host)
    undo_check_in(booking, by=host)
    assert (booking.state, booking.checked_in_at) == (BookingState.CONFIRMED, None)
    assert kinds(booking) == ["clinics.SlotBooked", "clinics.CheckedIn", "clinics.CheckInUndone"]


def test_people_are_checked_in_on_the_day_only(booking, host):
    with pytest.raises(NotToday):
        check_in(booking, by=host)


def test_who_cancelled_is_not_checked_in(booking, host, member):
    cancel_booking(booking, by=member)
    with pytest.raises(BookingCancelledAlready, match="walk-in"):
        check_in(booking, by=host)


def test_not_coming_is_noted_once_the_time_has_begun_and_can_be_undone(booking, host, clinic):
    with pytest.raises(NotOverYet):
        record_no_show(booking, by=host)
    with clock.at(clinic.starts_at):
        record_no_show(booking, by=host)
        record_no_show(booking, by=host)
        assert booking.state is BookingState.NO_SHOW
        undo_no_show(booking, by=host)
        assert booking.state is BookingState.CONFIRMED
        check_in(booking, by=host)
        with pytest.raises(TheyCame):
            record_no_show(booking, by=host)


def test_who_did_not_come_may_still_turn_up(booking, host, on_the_day):
    record_no_show(booking, by=host)
    check_in(booking, by=host)
    assert booking.state is BookingState.CHECKED_IN


def test_a_walk_in_takes_the_first_free_place_and_gets_no_invitation(
    booking, clinic, host, rival, outbox, on_the_day
):
    letters = len(outbox())
    walked = walk_in(clinic, rival, by=host, details="Locked out")
    assert walked.slot is clinic.slots[1]
    assert (walked.walked_in, walked.state) == (True, BookingState.CHECKED_IN)
    assert len(outbox()) == letters


def test_a_walk_in_to_a_full_clinic_is_refused_in_words(
    booking, clinic, host, rival, make_person, council, on_the_day
):
    for name in ("Cllr A One", "Cllr B Two"):
        walk_in(clinic, make_person(name, council, ward="Park"), by=host)
    with pytest.raises(NoPlaceLeft, match="Robin Vale"):
        walk_in(clinic, rival, by=host)


def test_who_has_a_booking_is_checked_in_on_it_and_takes_no_second_place(clinic, member, host):
    booking = book_slot(clinic.slots[2], member, by=member)
    with clock.at(clinic.starts_at):
        assert walk_in(clinic, member, by=host) is booking
    assert (booking.state, booking.walked_in) == (BookingState.CHECKED_IN, False)


def test_fixed_is_recorded_in_one_step_and_the_note_is_mailed(booking, host, member, outbox, on_the_day):
    record_outcome(booking, Outcome.FIXED, by=host, note="We turned the sound on.")
    assert (booking.state, booking.outcome) == (BookingState.SEEN, Outcome.FIXED)
    assert booking.checked_in_at == clock.now()
    assert outbox()[-1] == (member.email, "What we did at your iPad clinic on 20 November 2026")
    letter = db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id.desc())).first()
    assert "We turned the sound on." in letter.text


def test_an_outcome_can_be_corrected_until_a_ticket_is_raised(booking, desk, host, on_the_day):
    record_outcome(booking, Outcome.FIXED, by=host)
    record_outcome(booking, Outcome.ADVICE, by=host)
    with pytest.raises(OutcomeStands):
        undo_check_in(booking, by=host)
    record_outcome(booking, Outcome.TICKET, by=host)
    with pytest.raises(TicketStands, match=booking.ticket.reference):
        record_outcome(booking, Outcome.FIXED, by=host)


def test_a_ticket_is_raised_with_all_that_is_known_and_linked_both_ways(
    booking, desk, host, member, ipad, telephony, on_the_day
):
    record_outcome(booking, Outcome.TICKET, by=host, note="The microphone is broken.")
    ticket = booking.ticket
    assert ticket.subject == "Calls on the iPad: No sound"
    assert ticket.description == "No sound\nin calls\n\nThe microphone is broken."
    assert (ticket.requester, ticket.opened_by, ticket.device) == (member, host, ipad)
    assert ticket.systems == [telephony]
    assert (ticket.channel, ticket.status) == (Channel.CLINIC, Status.NEW)
    assert ticket.first_responded_at == clock.now()
    assert booking_of_ticket(ticket) is booking
    assert booking.outcome is Outcome.TICKET


def test_a_ticket_needs_a_word_of_what_it_is_about(clinic, desk, rival, host, on_the_day):
    walked = walk_in(clinic, rival, by=host)
    with pytest.raises(NothingSaid):
        record_outcome(walked, Outcome.TICKET, by=host)
    record_outcome(walked, Outcome.TICKET, by=host, subject="Locked out")
    assert walked.ticket.subject == "Locked out"


def test_nothing_came_of_it_before_the_day(booking, host):
    with pytest.raises(NotToday):
        record_outcome(booking, Outcome.FIXED, by=host)
