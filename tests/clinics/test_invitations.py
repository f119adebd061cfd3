"""What calendars are sent, read back by a parser that did not write it."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import vobject

from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.invitations import PUBLISH, calendar_text
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.offering import accept
from ictsupport.database import db
from ictsupport.mail import Outgoing, delivery


@pytest.fixture
def letters(app):
    """letters() lists the calendars that were mailed, oldest first, as (method, event)."""

    def read():
        rows = db.session.scalars(
            sa.select(Outgoing).where(Outgoing.calendar.is_not(None)).order_by(Outgoing.id)
        ).all()
        read_back = [vobject.readOne(row.calendar) for row in rows]
        assert [calendar.method.value for calendar in read_back] == [row.calendar_method for row in rows]
        return [(calendar.method.value, calendar.vevent) for calendar in read_back]

    return read


def test_a_booking_is_an_invitation_with_all_that_calendars_need(clinic, member, topics, letters):
    booking = book_slot(clinic.slots[0], member, by=member, topic=topics[0], details="A private matter")
    ((method, event),) = letters()
    assert method == "REQUEST"
    assert event.uid.value == booking.uid
    assert event.sequence.value == "0"
    assert event.dtstart.value == datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    assert event.dtend.value == datetime(2026, 11, 20, 14, 20, tzinfo=UTC)
    assert event.dtstamp.value == datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
    assert event.status.value == "CONFIRMED"
    assert event.location.value == "Committee room 2, Town Hall, 1 Market Street"
    assert event.organizer.value == "mailto:ictsupport@localhost"
    assert event.attendee.value == f"mailto:{member.email}"
    assert event.attendee.params["CN"] == [member.name]
    assert "SENT-BY" not in event.attendee.params
    assert event.valarm.trigger.value == timedelta(hours=-1)
    assert f"/clinics/bookings/{booking.id}" in event.description.value


def test_times_are_written_in_utc_and_nothing_private_is_told(clinic, member, topics):
    booking = book_slot(clinic.slots[0], member, by=member, topic=topics[0], details="A private matter")
    text = calendar_text(booking, PUBLISH)
    assert "DTSTART:20261120T140000Z" in text
    assert "A private matter" not in text
    assert topics[0].name not in text
    assert "\r\n" in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_what_is_published_invites_nobody_and_a_cancellation_rings_no_bell(clinic, member, letters):
    """RFC 5546: PUBLISH has no ATTENDEE; CANCEL has UID, ORGANIZER, a SEQUENCE that rose, and STATUS:CANCELLED."""
    booking = book_slot(clinic.slots[0], member, by=member)
    published = vobject.readOne(calendar_text(booking, PUBLISH)).vevent
    assert "attendee" not in published.contents
    assert published.organizer.value == "mailto:ictsupport@localhost"
    cancel_booking(booking, by=member)
    _, (method, event) = letters()
    assert method == "CANCEL"
    assert "valarm" not in event.contents
    assert (event.uid.value, event.sequence.value) == (booking.uid, "1")
    assert event.organizer.value == "mailto:ictsupport@localhost"
    assert event.attendee.params["PARTSTAT"] == ["DECLINED"]


def test_a_time_that_is_only_offered_is_tentative_and_taking_it_rises(
    make_clinic, member, rival, calendars, letters
):
    clinic = make_clinic(closes=time(14, 20))
    first = book_slot(clinic.slots[0], rival, by=rival)
    entry = join([clinic], member, by=member)
    cancel_booking(first, by=rival)
    db.session.refresh(entry)
    offered = vobject.readOne(calendar_text(entry.booking, PUBLISH)).vevent
    assert (offered.status.value, offered.sequence.value) == ("TENTATIVE", "0")
    accept(entry, by=member)
    method, event = letters()[-1]
    assert (method, event.status.value, event.sequence.value) == ("REQUEST", "CONFIRMED", "1")


def test_a_booking_for_somebody_else_says_who_sent_it(clinic, member, host, letters):
    book_slot(clinic.slots[0], member, by=host)
    ((_, event),) = letters()
    assert event.attendee.params["SENT-BY"] == [f"mailto:{host.email}"]


def test_a_move_and_a_cancellation_are_the_same_event_with_the_next_sequence(clinic, member, letters):
    booking = book_slot(clinic.slots[0], member, by=member)
    move_booking(booking, clinic.slots[1], by=member)
    cancel_booking(booking, by=member)
    methods, events = zip(*letters(), strict=True)
    assert methods == ("REQUEST", "REQUEST", "CANCEL")
    assert {event.uid.value for event in events} == {booking.uid}
    assert [event.sequence.value for event in events] == ["0", "1", "2"]
    assert [event.status.value for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event.dtstart.value.minute for event in events] == [0, 20, 20]


def test_over_the_change_of_clocks_the_instant_is_right(make_clinic, member, letters):
    clinic = make_clinic(day=datetime(2027, 3, 29).date())  # noqa: DTZ001
    book_slot(clinic.slots[0], member, by=member)
    ((_, event),) = letters()
    assert event.dtstart.value == datetime(2027, 3, 29, 13, 0, tzinfo=UTC)


def test_the_mail_carries_text_and_calendar_as_two_ways_to_say_one_thing(clinic, member):
    book_slot(clinic.slots[0], member, by=member)
    message = delivery.compose(db.session.scalars(sa.select(Outgoing)).one())
    assert message.get_content_type() == "multipart/alternative"
    text, calendar = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_param("charset") == "utf-8"
    assert calendar.get_content_disposition() is None
    event = vobject.readOne(calendar.get_content()).vevent
    assert event.attendee.value == f"mailto:{member.email}"


def test_a_name_cannot_write_lines_of_its_own_into_the_calendar(clinic, member, letters):
    member.name = 'Pat "P" Ashcroft\r\nATTENDEE:mailto:evil@example.com'
    book_slot(clinic.slots[0], member, by=member)
    ((_, event),) = letters()
    assert len(event.contents["attendee"]) == 1
