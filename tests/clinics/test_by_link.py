"""A booking is moved and cancelled by the link in its mail, without signing in; a look changes nothing."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.models import Booking, BookingState
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.mail import Outgoing


@pytest.fixture
def booking(clinic, member, topics):
    return book_slot(clinic.slots[0], member, by=member, topic=topics[0], details="My secret")


def the_link():
    """As it stands in the newest letter."""
    letter = db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id.desc())).first()
    return re.search(r"/clinics/yours/\S+", letter.text)[0]


def test_it_is_moved_and_cancelled_without_signing_in_and_a_look_changes_nothing(
    clinic, booking, member, topics, browser
):
    nobody, link = browser(), the_link()
    page = nobody.get(link).text
    assert "2pm" in page
    assert "My secret" not in page
    assert topics[0].name not in page
    assert (booking.state, booking.slot) == (BookingState.CONFIRMED, clinic.slots[0])
    assert nobody.post(link, data={"slot": clinic.slots[2].id}).status_code == 303
    assert booking.slot_id == clinic.slots[2].id
    assert the_link() == link  # the letter of the move has it too
    assert nobody.post(link, data={"answer": "cancel"}).status_code == 303
    assert booking.state is BookingState.CANCELLED
    assert {entry.by_id for entry in entries_about(booking)} == {member.id}
    page = nobody.get(link).text
    assert "It was cancelled" in page
    assert "Book another time" in page
    assert nobody.post(link, data={"answer": "cancel"}).status_code == 409


def test_once_it_is_over_another_time_is_booked_by_it(clinic, booking, member, topics, browser):
    nobody, link = browser(), the_link()
    nobody.post(link, data={"answer": "cancel"})
    led = nobody.post(link, data={"slot": clinic.slots[0].id})
    assert led.location == the_link()
    led = nobody.post(link, data={"slot": clinic.slots[0].id})  # on the old page: that time is theirs already
    assert led.status_code == 409
    assert "already have" in led.text or "already has" in led.text
    again = db.session.scalars(sa.select(Booking).where(Booking.state == BookingState.CONFIRMED)).one()
    assert (again.person, again.topic, again.slot) == (member, topics[0], clinic.slots[0])
    assert again.details == ""
    assert {entry.by_id for entry in entries_about(again)} == {member.id}
    assert "Cancel booking" in nobody.get(the_link()).text
    assert the_link() != link


def test_a_link_that_is_old_books_nothing(clinic, booking, browser):
    nobody, link = browser(), the_link()
    with clock.at(clinic.ends_at + timedelta(days=61)):
        assert 'name="slot"' not in nobody.get(link).text
        answer = nobody.post(link, data={"slot": clinic.slots[1].id})
    assert answer.status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_cut_offs_hold_and_links_of_others_are_nothing(clinic, booking, browser, make_clinic):
    nobody, link = browser(), the_link()
    with clock.at(clinic.starts_at - timedelta(minutes=30)):
        page = nobody.get(link).text
        assert "Moving closed 1 hour before your time" in page
        assert "Cancel booking" in page
        assert 'name="slot"' not in page
        answer = nobody.post(link, data={"slot": clinic.slots[2].id})
    assert answer.status_code == 409
    assert "Moving closed 1 hour before" in answer.text
    for slot in ("", "abc", "9" * 30):
        assert "not offered" in nobody.post(link, data={"slot": slot}).text
    with clock.at(clinic.starts_at):
        assert "can no longer be moved or cancelled" in nobody.get(link).text
    for forged in (f"{link}x", "/clinics/yours/abc", "/clinics/yours/MQ.abc"):
        assert nobody.get(forged).status_code == 404
    assert booking.slot_id == clinic.slots[0].id
