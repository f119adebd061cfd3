"""A word the day before, at nine by the wall clock, once, and never for what is past or cancelled."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.models import BookingReminder
from ictsupport.database import db

THURSDAY_NINE = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


@pytest.fixture
def reminded(outbox):
    """reminded(moment) does what is due by then and lists the reminders sent since the beginning."""

    def at(moment):
        with clock.at(moment):
            jobs.enqueue("clinics.remind")
            jobs.run_all()
        return [address for address, subject in outbox() if subject.startswith("Tomorrow")]

    return at


def test_a_reminder_goes_out_at_nine_the_day_before_and_only_once(clinic, member, reminded):
    book_slot(clinic.slots[0], member, by=member)
    assert reminded(THURSDAY_NINE - timedelta(minutes=1)) == []
    assert reminded(THURSDAY_NINE) == [member.email]
    assert reminded(THURSDAY_NINE + timedelta(hours=1)) == [member.email]


def test_nine_is_wall_time(make_clinic, member):
    clinic = make_clinic(day=date(2027, 3, 29))
    book_slot(clinic.slots[0], member, by=member)
    (reminder,) = db.session.scalars(sa.select(BookingReminder))
    assert reminder.due_at == datetime(2027, 3, 28, 8, 0, tzinfo=UTC)


def test_a_reminder_moves_with_the_booking(clinic, make_clinic, member, reminded):
    later = make_clinic(day=date(2026, 11, 27))
    booking = book_slot(clinic.slots[0], member, by=member)
    move_booking(booking, later.slots[0], by=member)
    assert reminded(THURSDAY_NINE) == []
    assert reminded(THURSDAY_NINE + timedelta(days=7)) == [member.email]


def test_nobody_is_reminded_of_what_is_cancelled_or_past(clinic, member, rival, reminded):
    cancel_booking(book_slot(clinic.slots[0], member, by=member), by=member)
    book_slot(clinic.slots[1], rival, by=rival)
    assert reminded(clinic.ends_at) == []
    assert all(each.missed_at for each in db.session.scalars(sa.select(BookingReminder)))


def test_who_books_on_the_day_before_is_not_reminded_at_once(clinic, member):
    with clock.at(THURSDAY_NINE + timedelta(hours=2)):
        book_slot(clinic.slots[0], member, by=member)
    assert db.session.scalars(sa.select(BookingReminder)).all() == []


def test_a_reminder_survives_a_night_without_a_worker(clinic, member, reminded):
    book_slot(clinic.slots[0], member, by=member)
    assert reminded(THURSDAY_NINE + timedelta(hours=20)) == [member.email]
