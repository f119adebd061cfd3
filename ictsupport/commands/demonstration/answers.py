"""What calendars have answered to invitations, a request by e-mail, and a letter from nobody we know: all of it as mail."""

from email.message import EmailMessage

from icalendar import Calendar, Event, vCalAddress, vText
from sqlalchemy import select

from ... import clock
from ...clinics.models import Booking, BookingState, Clinic, Slot
from ...database import db
from ...mail.models import IncomingMessage
from ...mail.receiving import hand_on, receive
from .setting import Setting

ASKED = "It asks for a password when I open the papers. Can somebody ring me before Tuesday?"
QUOTED = (
    "On Monday, ICT support <ictsupport@localhost> wrote:\n> Your iPad is ready for you.\n> ICT support\n"
)
LAID_OUT = (
    '<p>See <a href="https://tablets.example/help">what it says</a>.</p><img src="https://tablets.example/logo.png" alt="Logo">'
    "<blockquote><p>Your iPad is ready for you.</p><p>ICT support</p></blockquote>"
)
ANSWERS = ("ACCEPTED", "ACCEPTED", "TENTATIVE", "ACCEPTED")


def answer_invitations(scene: Setting) -> None:
    """Some of those who come to the next clinics have said so."""
    to_come = (
        select(Booking)
        .join(Booking.slot)
        .join(Slot.clinic)
        .where(
            Booking.state == BookingState.CONFIRMED,
            Slot.starts_at > clock.now(),
            Clinic.called_off_at.is_(None),
        )
        .order_by(Slot.starts_at)
        .limit(2 * len(ANSWERS))
    )
    bookings = db.session.scalars(to_come).all()[::2]
    for booking, partstat in zip(bookings, ANSWERS, strict=False):
        _take_in(_answer(booking, partstat))
    _write_to_the_desk(scene)


def _write_to_the_desk(scene: Setting) -> None:
    """A member asks by e-mail, below what they once were sent; somebody writes whom nobody knows."""
    member = scene.members[0]
    letter = _letter(member.name, member.email or "", "My iPad again")
    letter.set_content(f"{ASKED}\n\n-- \n{member.name}\n\n{QUOTED}")
    letter.add_alternative(f"<p>{ASKED}</p>{LAID_OUT}", subtype="html")
    _take_in(letter)
    stranger = _letter("Prize office", "win@prizes.example", "You have won a tablet")
    stranger.set_content("Answer with your password to have it sent to you.\n")
    _take_in(stranger)


def _take_in(letter: EmailMessage) -> None:
    receive(letter.as_bytes())
    hand_on(
        {"incoming": db.session.scalars(select(IncomingMessage.id).order_by(-IncomingMessage.id)).first()}
    )


def _letter(name: str, address: str, subject: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = f'"{name}" <{address}>'
    letter["Subject"] = subject
    letter["Message-ID"] = f"<{subject.lower().replace(' ', '-').replace(':', '')}@demonstration.example>"
    return letter


def _answer(booking: Booking, partstat: str) -> EmailMessage:
    person = booking.person
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params["PARTSTAT"] = vText(partstat)
    event = Event()
    for name, value in (("uid", booking.uid), ("sequence", booking.sequence), ("dtstamp", clock.now())):
        event.add(name, value)
    event.add("attendee", attendee, encode=False)
    calendar = Calendar()
    for name, text in (("prodid", "-//demonstration//EN"), ("version", "2.0"), ("method", "REPLY")):
        calendar.add(name, text)
    calendar.add_component(event)
    letter = _letter(person.name, person.email or "", f"{partstat.title()}: iPad clinic {booking.id}")
    letter.set_content("They have answered the invitation.\n")
    letter.add_alternative(
        calendar.to_ical(), maintype="text", subtype="calendar", params={"method": "REPLY"}
    )
    return letter
