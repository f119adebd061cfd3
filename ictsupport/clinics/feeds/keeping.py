"""Feeds are made, renewed and revoked by whoever has them, and end when that person leaves.

The secret is 256 random bits. It is told once, when it is made, and kept only
as its hash, like a sign-in.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce, on
from ...people.access import members_acted_for
from ...people.events import PersonLeft
from ...people.models import Council, DelegateScope, Person, Site
from ...people.sessions import hashed
from .. import access
from ..queries import hosts_something
from .events import FeedMade, FeedRenewed, FeedRevoked
from .models import CalendarFeed, FeedKind

MOST = 10


class NotYours(Refusal):
    reason = "You may not see these clinics. Choose one of the calendars shown."


class TooManyFeeds(Refusal):
    reason = "You have {most} calendars already. Stop one that you no longer use."


class Stopped(Refusal):
    reason = "This calendar was stopped. Make a new one."


def make_feed(
    person: Person, kind: FeedKind, *, site: Site | None = None, council: Council | None = None
) -> tuple[CalendarFeed, str]:
    """A new feed of the person's, and its secret, which is told only now."""
    if not may_have(person, kind, site, council):
        raise NotYours
    lock(person)
    live = select(func.count()).select_from(feeds_of(person).subquery())
    if (db.session.scalar(live) or 0) >= MOST:
        raise TooManyFeeds(most=MOST)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(kind=kind, person=person, site=site, council=council, token_hash=hashed(token))
    db.session.add(feed)
    db.session.flush()
    announce(FeedMade(about=feed, holds=feed.kind.value, by=person))
    return feed, token


def renew_feed(feed: CalendarFeed, *, by: Person) -> str:
    """Another secret for the feed; the old address is dead from now on."""
    lock(feed)
    if feed.revoked_at is not None:
        raise Stopped
    token = secrets.token_urlsafe(32)
    feed.token_hash, feed.last_used_at = hashed(token), None
    announce(FeedRenewed(about=feed, holds=feed.kind.value, by=by))
    return token


def revoke_feed(feed: CalendarFeed, *, by: Person | None) -> None:
    """The address is dead from now on. Twice is once."""
    lock(feed)
    if feed.revoked_at is None:
        feed.revoked_at = clock.now()
        announce(FeedRevoked(about=feed, holds=feed.kind.value, by=by))


@on(PersonLeft)
def revoke_all(event: PersonLeft) -> None:
    for feed in db.session.scalars(feeds_of(event.about)).all():
        revoke_feed(feed, by=event.by)


def feeds_of(person: Person) -> Select[CalendarFeed]:
    """The feeds the person has, in the order they were made."""
    return (
        select(CalendarFeed)
        .where(CalendarFeed.person_id == person.id, CalendarFeed.revoked_at.is_(None))
        .order_by(CalendarFeed.id)
        .options(joinedload(CalendarFeed.site), joinedload(CalendarFeed.council))
    )


def may_have(person: Person, kind: FeedKind, site: Site | None, council: Council | None) -> bool:
    """Whether the person may see what such a feed holds: their own always, others' as far as they run clinics there.

    For whom they act is looked at whenever the feed is read, so that one may always stand, and be empty.
    """
    if not person.is_active:
        return False
    if kind in (FeedKind.MINE, FeedKind.ACTED_FOR, FeedKind.HOST):
        return True
    where = site.council_id if site is not None else council.id if council is not None else None
    return where is not None and access.plans_clinics(person) and _within(access.plans_for(person), where)


def offered_to(person: Person) -> list[tuple[str, FeedKind, Site | None, Council | None]]:
    """The feeds the person may make: (name in a form, kind, site, council). Four statements at most."""
    offered: list[tuple[str, FeedKind, Site | None, Council | None]] = [("mine", FeedKind.MINE, None, None)]
    if db.session.scalar(members_acted_for(person, DelegateScope.BOOK).limit(1)) is not None:
        offered.append(("acted-for", FeedKind.ACTED_FOR, None, None))
    plans = access.plans_clinics(person)
    if plans or hosts_something(person):
        offered.append(("host", FeedKind.HOST, None, None))
    if plans:
        reach = access.plans_for(person)
        sites = _some(select(Site).order_by(Site.name), reach, Site.council_id)
        councils = _some(select(Council).order_by(Council.name), reach, Council.id)
        offered += [(f"site-{site.id}", FeedKind.SITE, site, None) for site in sites]
        offered += [(f"council-{each.id}", FeedKind.COUNCIL, None, each) for each in councils]
    return offered


def _some(rows: Select, reach: set[int] | None, column: object) -> Sequence:  # type: ignore[type-arg]
    return db.session.scalars(rows if reach is None else rows.where(column.in_(reach))).all()  # type: ignore[attr-defined]


def _within(reach: set[int] | None, council_id: int) -> bool:
    return reach is None or council_id in reach
