"""What a feed says: when and where, and how many places are taken. Never what about, or where to change it.

Who comes is said to nobody but those who act for them, and there by name alone.

Its text stays the same until something in it changes, so that a calendar that
asks every hour is mostly told that there is nothing new.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from ... import clock
from ...config import settings
from ...database import db
from ...mail import domain
from ...people.access import members_acted_for
from ...people.models import DelegateScope, Person
from ...people.sessions import hashed
from ..models import Booking, BookingState, Clinic, Slot, clinic_hosts
from ..queries import how_full
from .keeping import may_have
from .models import CalendarFeed, FeedKind

BACK = timedelta(days=30)
OF_PEOPLE = (FeedKind.MINE, FeedKind.ACTED_FOR)
HELD = (BookingState.CONFIRMED, BookingState.CHECKED_IN, BookingState.SEEN)


def feed_named(token: str) -> CalendarFeed | None:
    """The feed of a secret, as long as it stands and its owner may see what it holds. One statement."""
    feed = (
        db.session.scalars(
            select(CalendarFeed)
            .where(CalendarFeed.token_hash == hashed(token), CalendarFeed.revoked_at.is_(None))
            .options(
                joinedload(CalendarFeed.person).joinedload(Person.grants),
                joinedload(CalendarFeed.site),
                joinedload(CalendarFeed.council),
            )
        )
        .unique()
        .first()
    )
    if feed is None or not may_have(feed.person, feed.kind, feed.site, feed.council):
        return None
    return feed


def text_of(feed: CalendarFeed) -> bytes:
    """The calendar, from a month ago on. One statement."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings().service_name}//clinics//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "iPad clinics")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in _clinics(feed) if feed.kind not in OF_PEOPLE else _bookings(feed):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _bookings(feed: CalendarFeed) -> Iterable[Event]:
    """The owner's own times, or those of whom they act for now, named. The UID is not the one of the invitation, by which a booking can be answered."""
    named = feed.kind is FeedKind.ACTED_FOR
    theirs = (
        Booking.person_id.in_(members_acted_for(feed.person, DelegateScope.BOOK))
        if named
        else Booking.person_id == feed.person_id
    )
    bookings = db.session.scalars(
        select(Booking)
        .join(Booking.slot)
        .join(Slot.clinic)
        .where(theirs, Booking.state.in_(HELD), Slot.starts_at > clock.now() - BACK)
        .order_by(Slot.starts_at, Booking.id)
        .options(
            contains_eager(Booking.slot).contains_eager(Slot.clinic).joinedload(Clinic.site),
            joinedload(Booking.person).raiseload("*"),
            raiseload("*"),
        )
    )
    for booking in bookings:
        slot, clinic = booking.slot, booking.slot.clinic
        mark = hashlib.sha256(booking.uid.encode()).hexdigest()[:24]
        event = _event(f"time-{mark}", booking.sequence, clinic, booking.booked_at)
        event.add("dtstart", slot.starts_at)
        event.add("dtend", slot.ends_at)
        whose = f"{booking.person.name}: " if named else ""
        event.add("summary", f"{whose}iPad clinic at {clinic.site.name}")
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE")
        yield event


def _clinics(feed: CalendarFeed) -> Iterable[Event]:
    places, taken = how_full()
    clinics = (
        select(Clinic, places, taken)
        .where(Clinic.starts_at > clock.now() - BACK, Clinic.called_off_at.is_(None))
        .order_by(Clinic.starts_at, Clinic.id)
        .options(joinedload(Clinic.site), raiseload("*"))
    )
    if feed.kind is FeedKind.HOST:
        clinics = clinics.join(clinic_hosts, clinic_hosts.c.clinic_id == Clinic.id).where(
            clinic_hosts.c.person_id == feed.person_id
        )
    elif feed.kind is FeedKind.SITE:
        clinics = clinics.where(Clinic.site_id == feed.site_id)
    else:
        clinics = clinics.where(Clinic.site.has(council_id=feed.council_id))
    for clinic, offered, booked in db.session.execute(clinics):
        event = _event(f"clinic-{clinic.id}", clinic.version, clinic, clinic.planned_at)
        event.add("dtstart", clinic.starts_at)
        event.add("dtend", clinic.ends_at)
        event.add("summary", f"iPad clinic at {clinic.site.name}: {booked} of {offered} booked")
        event.add("transp", "OPAQUE" if feed.kind is FeedKind.HOST else "TRANSPARENT")
        yield event


def _event(name: str, sequence: int, clinic: Clinic, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@{domain()}")
    event.add("sequence", sequence)
    event.add("dtstamp", stamp)
    event.add("location", clinic.where)
    return event
