"""A booking as calendars understand it: one event, with the same UID for life and a SEQUENCE that only rises."""

from datetime import timedelta
from email.utils import parseaddr

from icalendar import Alarm, Calendar, Event, vCalAddress, vText, vUri

from .. import clock
from ..config import settings
from ..mail.outbox import address_of
from ..people.models import Person
from .models import Booking, BookingState

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
WARNING = timedelta(hours=-1)


def invitation(booking: Booking) -> tuple[str, str]:
    """The iTIP method and the text of the calendar part of a mail: asks for the time, or takes it back."""
    method = REQUEST if booking.is_live else CANCEL
    return method, calendar_text(booking, method)


def calendar_text(booking: Booking, method: str) -> str:
    """A calendar of one event, in UTC, without the topic: others may see somebody's calendar."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings().service_name}//clinics//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(booking, method))
    return str(calendar.to_ical().decode())


def link_to(booking: Booking) -> str:
    """Where the booking is moved and cancelled."""
    return address_of("clinics.booking", booking_id=booking.id)


def _event(booking: Booking, method: str) -> Event:
    slot, clinic = booking.slot, booking.slot.clinic
    event = Event()
    event.add("uid", booking.uid)
    event.add("sequence", booking.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", slot.starts_at)
    event.add("dtend", slot.ends_at)
    event.add("summary", f"iPad clinic at {clinic.site.name}")
    event.add("location", clinic.where)
    event.add("description", f"To move or cancel this booking: {link_to(booking)}")
    event["url"] = vUri(link_to(booking))
    event.add("status", _status(booking))
    event["organizer"] = _organiser()
    if booking.person.email and method != PUBLISH:  # what is published invites nobody (RFC 5546, 3.2.1)
        event.add("attendee", _attendee(booking), encode=False)
    if method != CANCEL:
        event.add("transp", "OPAQUE")
        event.add_component(_alarm(clinic.site.name))
    return event


def _status(booking: Booking) -> str:
    if booking.state is BookingState.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if booking.state is BookingState.OFFERED else "CONFIRMED"


def _organiser() -> vCalAddress:
    """The mailbox to which calendars answer: the one we read, if there is one."""
    config = settings()
    organiser = vCalAddress(f"mailto:{config.mail_inbox or parseaddr(config.mail_from)[1]}")
    organiser.params["CN"] = vText(config.service_name)
    return organiser


def _attendee(booking: Booking) -> vCalAddress:
    """The person it is for; whoever booked on their behalf is named as having sent it.

    Who booked by themself comes. An answer is asked for where there is somebody to read it.
    """
    attendee = vCalAddress(f"mailto:{booking.person.email}")
    attendee.params["CN"] = vText(booking.person.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText(_partstat(booking))
    attendee.params["RSVP"] = vText("TRUE" if settings().mail_inbox and booking.is_live else "FALSE")
    sender: Person = booking.booked_by
    if booking.for_somebody_else and sender.email:
        attendee.params["SENT-BY"] = vText(f"mailto:{sender.email}")
    return attendee


def _partstat(booking: Booking) -> str:
    if not booking.is_live:
        return "DECLINED"
    if booking.answer is not None:
        return booking.answer.name
    asked = settings().mail_inbox and (booking.for_somebody_else or booking.state is BookingState.OFFERED)
    return "NEEDS-ACTION" if asked else "ACCEPTED"


def _alarm(where: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"iPad clinic at {where} in an hour")
    alarm.add("trigger", WARNING)
    return alarm
