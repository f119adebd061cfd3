"""What is written when an answer out of a calendar cannot do what it says."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from ... import clock
from ...config import settings
from ...database import db
from ...mail import Outgoing, send
from ...mail.reading import Letter
from ...people.models import Person
from ..models import Booking

QUIET = timedelta(hours=1)
"""Nobody is written the same answer twice within this time: two programs must not talk to each other for ever."""


def tell_politely(booking: Booking, to: Person, template: str, letter: Letter, **more: Any) -> None:
    """Say what was not done and where to do it: to a person we know, never to a program, once in a while."""
    if letter.automatic or _told_lately(to, template):
        return
    send(to=to, template=template, about=booking, **_context(booking), **more)


def tell_hosts(booking: Booking, before: str) -> None:
    """Each host hears that somebody cannot come whose place is not free."""
    for host in booking.slot.clinic.hosts:
        send(to=host, template="clinics/cannot_come", about=booking, before=before, **_context(booking))


def _told_lately(to: Person, template: str) -> bool:
    lately = exists().where(
        Outgoing.to_id == to.id, Outgoing.template == template, Outgoing.created_at > clock.now() - QUIET
    )
    return bool(db.session.scalar(select(lately)))


def _context(booking: Booking) -> dict[str, Any]:
    clinic = booking.slot.clinic
    return {
        "booking": booking,
        "starts_at": booking.slot.starts_at,
        "clinic": clinic,
        "phone": settings().service_phone,
    }
