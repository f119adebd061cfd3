"""What calendars answer: "no" cancels, "yes" is noted, and nobody else's answer does anything."""

from datetime import UTC, datetime, time

import pytest
import sqlalchemy as sa
import vobject

from ictsupport import clock, jobs
from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.models import BookingState, CalendarAnswer
from ictsupport.clinics.planning import CutOffs
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.models import WaitingState
from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.mail import Outgoing, receiving
from ictsupport.mail.models import IncomingMessage, IncomingState
from ictsupport.people.models import DelegateScope, Delegation

from ..cast import keep
from ..conftest import NOW
from ..mail.letters import answer_of


@pytest.fixture
def came(app):
    """came(raw) takes a message in and returns it, with what became of it."""

    def take(raw):
        receiving.receive(raw)
        jobs.run_all()
        return db.session.scalars(sa.select(IncomingMessage).order_by(IncomingMessage.id.desc())).first()

    return take


@pytest.fixture
def booking(clinic, member):
    return book_slot(clinic.slots[0], member, by=member)


def letters(template: str) -> list[str]:
    found = sa.select(Outgoing.to_address).where(Outgoing.template == template).order_by(Outgoing.id)
    return list(db.session.scalars(found))


def test_no_cancels_and_passes_the_place_on_once(make_clinic, member, rival, calendars, came):
    clinic = make_clinic(closes=time(14, 20))
    booking = book_slot(clinic.slots[0], member, by=member)
    waits = join([clinic], rival, by=rival)
    raw = answer_of(booking)
    message = came(raw)
    assert message.state is IncomingState.TAKEN
    assert "cancelled" in message.outcome
    assert (booking.state, booking.sequence, booking.cancelled_by_id) == (
        BookingState.CANCELLED,
        1,
        member.id,
    )
    assert waits.state is WaitingState.OFFERED
    came(raw)
    again = came(answer_of(booking, message_id="answer-2", sequence=1))
    assert again.outcome == "The booking was cancelled already."
    assert letters("clinics/cancelled") == [member.email]


def test_yes_and_perhaps_are_noted_the_latest_counts_and_a_move_forgets_them(
    booking, clinic, member, host, browser, came
):
    came(answer_of(booking, "TENTATIVE", stamp="20261118T095500Z"))
    assert booking.answer is CalendarAnswer.TENTATIVE
    came(answer_of(booking, "ACCEPTED", message_id="two", stamp="20261118T095800Z"))
    came(answer_of(booking, "TENTATIVE", message_id="three", stamp="20261118T095700Z"))
    assert booking.answer is CalendarAnswer.ACCEPTED
    came(answer_of(booking, "ACCEPTED", message_id="four", stamp="20991118T095800Z"))
    assert booking.answered_at <= NOW
    told = sa.select(sa.func.count()).where(Entry.kind == "clinics.BookingAnswered")
    assert db.session.scalar(told) == 2
    assert "Says they will come" in browser(host).get(f"/clinics/{clinic.id}/sheet").text
    assert "Accepted in the calendar" in browser(member).get(f"/clinics/bookings/{booking.id}").text
    move_booking(booking, clinic.slots[1], by=member)
    assert booking.answer is None


def test_after_the_cut_off_no_is_noted_and_the_hosts_are_told(make_clinic, member, host, came):
    clinic = make_clinic(cut_offs=CutOffs(book=60, move=60, cancel=24 * 60))
    booking = book_slot(clinic.slots[0], member, by=member)
    with clock.at(datetime(2026, 11, 19, 15, 0, tzinfo=UTC)):
        message = came(answer_of(booking, stamp="20261119T145900Z"))
        came(answer_of(booking, message_id="again", stamp="20261119T145900Z"))
    assert "hosts were told" in message.outcome
    assert (booking.state, booking.answer) == (BookingState.CONFIRMED, CalendarAnswer.DECLINED)
    assert letters("clinics/cannot_come") == [host.email]
    assert letters("clinics/answer_too_late") == [member.email]


def test_when_the_time_has_come_nothing_changes(booking, came):
    with clock.at(booking.slot.starts_at):
        message = came(answer_of(booking))
    assert "had come already" in message.outcome
    assert booking.state is BookingState.CONFIRMED


def test_no_to_a_time_the_booking_no_longer_has_is_politely_told(booking, clinic, member, came):
    move_booking(booking, clinic.slots[1], by=member)
    message = came(answer_of(booking, sequence=0))
    assert message.state is IncomingState.TAKEN
    assert booking.state is BookingState.CONFIRMED
    assert letters("clinics/answer_outdated") == [member.email]
    came(answer_of(booking, message_id="now"))
    assert booking.state is BookingState.CANCELLED


def test_whoever_booked_may_answer_while_they_may_book(clinic, member, staff, council, came):
    grant = keep(
        Delegation(
            member=member,
            delegate=staff,
            scopes=[DelegateScope.BOOK.value],
            starts_on=NOW.date(),
        )
    )
    booking = book_slot(clinic.slots[0], member, by=staff)
    grant.ended_at = NOW
    db.session.flush()
    refused = came(answer_of(booking, sender=staff.email, attendee=member.email))
    assert "may no longer" in refused.outcome
    assert booking.state is BookingState.CONFIRMED
    grant.ended_at = None
    db.session.flush()
    came(answer_of(booking, sender=staff.email, attendee=member.email, message_id="two"))
    assert (booking.state, booking.cancelled_by_id) == (BookingState.CANCELLED, staff.id)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"sender": "stranger@northbrook.example"}, "not from whoever was invited"),
        ({"attendee": "stranger@northbrook.example"}, "somebody who was not invited"),
        ({"uid": "booking-0@localhost"}, "no booking has this UID"),
        ({"headers": ["Authentication-Results: mx.council.example; dmarc=fail"]}, "forged"),
        ({"method": "REQUEST"}, "kind REQUEST"),
        ({"sequence": "-1"}, "SEQUENCE cannot be"),
        ({"sequence": "nine"}, "damaged"),
    ],
)
def test_what_is_not_theirs_changes_nothing_and_answers_nobody(booking, came, more, why):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing))
    message = came(answer_of(booking, **more))
    assert message.state is IncomingState.NOT_UNDERSTOOD
    assert why in message.outcome
    assert (booking.state, booking.answer) == (BookingState.CONFIRMED, None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == before


@pytest.mark.parametrize(("method", "partstat"), [("COUNTER", "TENTATIVE"), ("REPLY", "DELEGATED")])
def test_another_time_or_person_is_politely_refused_once_an_hour_and_never_to_a_program(
    booking, member, came, method, partstat
):
    for n in range(3):
        headers = ["Auto-Submitted: auto-replied"] if n == 0 else []
        message = came(answer_of(booking, partstat, method=method, message_id=f"m{n}", headers=headers))
        assert message.state is IncomingState.TAKEN
        assert len(letters("clinics/answer_not_possible")) == min(n, 1)
    assert booking.state is BookingState.CONFIRMED


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VEVENT\r\n" * 1_900,
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:never\r\nEND:VEVENT\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n" + b"X:y\r\n" * 3_000,
        b"\x00\xff" * 500,
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nATTENDEE"
        + b";A=B" * 20_000
        + b":x\r\nEND:VEVENT",
    ],
)
def test_a_damaged_entry_is_kept_and_told_of(context, came, entry):
    raw = b"From: pat@northbrook.example\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n" + entry
    assert came(raw).state is IncomingState.NOT_UNDERSTOOD


def test_an_answer_within_a_forwarded_message_is_nobodys_answer(booking, came):
    inner = answer_of(booking)
    raw = b"From: stranger@c.example\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    assert came(raw).outcome == "Nobody here has the address that it comes from."
    assert booking.state is BookingState.CONFIRMED


def test_where_answers_are_read_invitations_ask_for_one_at_that_address(
    app, clinic, member, host, monkeypatch
):
    monkeypatch.setattr(app.config["SETTINGS"], "mail_inbox", "clinics@northbrook.example")
    book_slot(clinic.slots[0], member, by=host)
    (text,) = db.session.scalars(sa.select(Outgoing.calendar).where(Outgoing.calendar.is_not(None)))
    event = vobject.readOne(text).vevent
    assert event.organizer.value == "mailto:clinics@northbrook.example"
    assert event.attendee.params["RSVP"] == ["TRUE"]
    assert event.attendee.params["PARTSTAT"] == ["NEEDS-ACTION"]
