"""Whose time is over without them is noted by the timetable and can be put right; a clinic that runs late moves nobody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.attending import check_in, record_outcome, undo_no_show
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import call_off_clinic
from ictsupport.clinics.day.late import NoLateness, run_late
from ictsupport.clinics.day.not_coming import note_who_did_not_come
from ictsupport.clinics.day.queries import queue_at
from ictsupport.clinics.day.queue import join_queue
from ictsupport.clinics.models import BookingState, Outcome
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.mail import Outgoing


@pytest.fixture
def booking(clinic, member):
    return book_slot(clinic.slots[0], member, by=member)


def kinds(row) -> list[str]:
    return [entry.kind for entry in entries_about(row)]


def test_the_timetable_notes_who_did_not_come_once_their_time_is_over(clinic, booking, rival, host):
    came = book_slot(clinic.slots[1], rival, by=rival)
    with clock.at(clinic.slots[0].ends_at - timedelta(seconds=1)):
        check_in(came, by=host)
        note_who_did_not_come({})
        assert booking.state is BookingState.CONFIRMED
    with clock.at(clinic.ends_at + timedelta(days=3)):  # nothing ran for three days
        note_who_did_not_come({})
        note_who_did_not_come({})
    assert (booking.state, came.state) == (BookingState.NO_SHOW, BookingState.CHECKED_IN)
    assert kinds(booking) == ["clinics.SlotBooked", "clinics.DidNotCome"]


def test_who_was_there_after_all_is_not_noted_again(clinic, booking, host):
    with clock.at(clinic.ends_at):
        note_who_did_not_come({})
        undo_no_show(booking, by=host)
        note_who_did_not_come({})
        assert (booking.state, booking.checked_in_at) == (BookingState.CHECKED_IN, clinic.starts_at)
        record_outcome(booking, Outcome.FIXED, by=host)
    assert booking.state is BookingState.SEEN


def test_an_outcome_recorded_the_day_after_puts_a_no_show_right(clinic, booking, host):
    with clock.at(clinic.ends_at + timedelta(days=1)):
        note_who_did_not_come({})
        record_outcome(booking, Outcome.FIXED, by=host)
    assert booking.state is BookingState.SEEN


def test_nothing_is_noted_of_a_clinic_that_is_called_off_or_long_over(
    clinic, booking, host, make_clinic, rival
):
    with clock.at(clinic.starts_at - timedelta(hours=3)):
        call_off_clinic(clinic, reason="The roof leaks", by=host)
    with clock.at(clinic.ends_at + timedelta(minutes=1)):
        note_who_did_not_come({})
    assert booking.state is BookingState.CONFIRMED
    other = make_clinic(day=clinic.day + timedelta(days=7))
    old = book_slot(other.slots[0], rival, by=rival)
    with clock.at(other.ends_at + timedelta(days=15)):
        note_who_did_not_come({})
    assert old.state is BookingState.CONFIRMED


def test_whoever_nobody_called_has_left_when_the_day_is_over(clinic, rival, host):
    with clock.at(clinic.starts_at):
        drop_in = join_queue(clinic, rival, by=host)
    with clock.at(clinic.ends_at + timedelta(hours=7)):
        note_who_did_not_come({})
        assert drop_in.left_at == clock.now()


def test_a_clinic_that_runs_late_tells_those_to_come_and_moves_nobody(
    clinic, booking, rival, make_person, council, host
):
    second = book_slot(clinic.slots[1], rival, by=rival)
    drop_in = make_person("Cllr Una Late", council, ward="Park")
    before = (second.slot_id, second.sequence, second.version)
    with clock.at(clinic.starts_at + timedelta(minutes=10)):
        check_in(booking, by=host)
        join_queue(clinic, drop_in, by=host)
        run_late(clinic, 15, by=host)
        run_late(clinic, 15, by=host)
        letters = db.session.scalars(
            sa.select(Outgoing).where(Outgoing.template == "clinics/running_late")
        ).all()
        assert [letter.to_id for letter in letters] == [rival.id]
        assert letters[0].subject == "Your iPad clinic today runs about 15 minutes late"
        assert "Your time was 2:20pm: expect to be seen at about 2:35pm." in letters[0].text
        assert letters[0].calendar is None
        assert (second.slot_id, second.sequence, second.version) == before
        assert queue_at(clinic, clinic.slots[2:]).turns[0].why == "Nobody is ahead; free: 2:55pm"
        run_late(clinic, 0, by=host)
        last = db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id.desc())).first()
        assert last.subject == "Your iPad clinic today is on time again"
        with pytest.raises(NoLateness):
            run_late(clinic, 7, by=host)


def test_nobody_is_missed_while_the_clinic_runs_late(clinic, booking, host):
    with clock.at(clinic.slots[0].ends_at - timedelta(minutes=5)):
        run_late(clinic, 20, by=host)
    with clock.at(clinic.slots[0].ends_at + timedelta(minutes=19)):
        note_who_did_not_come({})
        assert booking.state is BookingState.CONFIRMED
    with clock.at(clinic.slots[0].ends_at + timedelta(minutes=20)):
        note_who_did_not_come({})
    assert booking.state is BookingState.NO_SHOW


def test_the_sheet_and_the_booking_show_what_to_expect(clinic, booking, member, host, browser):
    member.email = None
    clinic_id, key = clinic.id, booking.id
    with clock.at(clinic.starts_at):
        runner = browser(host)
        assert "Choose by how many minutes" in runner.post(f"/clinics/{clinic_id}/lateness", data={}).text
        answer = runner.post(
            f"/clinics/{clinic_id}/lateness", data={"minutes": "30"}, follow_redirects=True
        ).text
        assert "nobody is moved. Without an e-mail address, so ring them: Cllr Pat Ashcroft." in answer
        assert "about 2:30pm" in answer
        page = browser(member).get(f"/clinics/bookings/{key}").text
        assert "running about 30 minutes late: expect to be seen at about 2:30pm" in page
        assert "Running late: about 2:30pm" in browser(member).get("/clinics/mine").text
    with clock.at(clinic.ends_at + timedelta(hours=1)):
        note_who_did_not_come({})
        assert "Was there after all" in runner.get(f"/clinics/{clinic_id}/sheet").text
