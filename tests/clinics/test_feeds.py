"""Feeds: read by a calendar without signing in, by a secret address, and private in every line."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import vobject

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.feeds.keeping import NotYours, make_feed, offered_to
from ictsupport.clinics.feeds.models import CalendarFeed, FeedKind
from ictsupport.database import db
from ictsupport.journal import Payload
from ictsupport.people.joining import mark_left
from ictsupport.people.models import DelegateScope, Delegation, Grant, Role
from ictsupport.people.scopes import scoped_to

from ..conftest import NOW


@pytest.fixture
def read(browser):
    """read(token, ...) asks for the feed as a calendar does, signed in as nobody."""

    def ask(token, **headers):
        return browser().get(f"/feeds/{token}.ics", headers=headers)

    return ask


def events(answer) -> list[vobject.base.Component]:
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    calendar = vobject.readOne(answer.text)
    return list(calendar.contents.get("vevent", []))


def test_a_members_feed_has_their_times_and_nothing_private(clinic, member, rival, host, topics, read):
    booking = book_slot(
        clinic.slots[0], member, by=host, topic=topics[0], details="A private matter", access_needs="Loop"
    )
    book_slot(clinic.slots[1], rival, by=rival)
    _, token = make_feed(member, FeedKind.MINE)
    assert len(token) >= 43
    answer = read(token)
    (event,) = events(answer)
    assert event.dtstart.value == datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    assert event.dtend.value == datetime(2026, 11, 20, 14, 20, tzinfo=UTC)
    assert event.summary.value == "iPad clinic at Town Hall"
    assert event.sequence.value == "0"
    for secret in (
        topics[0].name,
        "private",
        "Loop",
        member.name,
        member.email,
        host.name,
        booking.uid,
        "http",
    ):
        assert secret not in answer.text.replace("\r\n ", "")
    cancel_booking(booking, by=member)
    assert events(read(token)) == []


def test_who_acts_for_members_reads_whose_time_it_is_as_long_as_they_act_for_them(
    clinic, member, rival, staff, host, topics, read
):
    assert FeedKind.ACTED_FOR not in [kind for _, kind, _, _ in offered_to(staff)]
    today = NOW.date()
    acts = Delegation(member=member, delegate=staff, scopes=[DelegateScope.BOOK.value], starts_on=today)
    db.session.add(acts)
    db.session.flush()
    assert FeedKind.ACTED_FOR in [kind for _, kind, _, _ in offered_to(staff)]
    book_slot(clinic.slots[0], member, by=staff, topic=topics[0], details="A private matter")
    book_slot(clinic.slots[1], rival, by=rival)
    _, token = make_feed(staff, FeedKind.ACTED_FOR)
    (event,) = events(read(token))
    assert event.summary.value == f"{member.name}: iPad clinic at Town Hall"
    assert "private" not in read(token).text
    assert topics[0].name not in read(token).text
    acts.ended_at = NOW
    db.session.flush()
    assert events(read(token)) == []


def test_feeds_of_hosts_sites_and_councils_say_how_many_and_never_who(
    clinic, make_clinic, member, host, manager, council, site, read, count_queries
):
    book_slot(clinic.slots[0], member, by=member)
    off = make_clinic(day=date(2026, 11, 27))
    call_off_clinic(off, reason="No heating", by=host)
    for number in range(5):
        make_clinic(day=date(2026, 12, 1 + number))
    tokens = [
        make_feed(host, FeedKind.HOST)[1],
        make_feed(manager, FeedKind.SITE, site=site)[1],
        make_feed(manager, FeedKind.COUNCIL, council=council)[1],
    ]
    for token in tokens:
        read(token)
        with count_queries() as queries:
            answer = read(token)
        assert len([each for each in queries if each.startswith("SELECT")]) == 2
        found = events(answer)
        assert len(found) == 6
        assert found[0].summary.value == "iPad clinic at Town Hall: 1 of 3 booked"
        assert member.name not in answer.text
        assert "http" not in answer.text
    _, nothing = make_feed(manager, FeedKind.HOST)
    assert events(read(nothing)) == []


def test_a_calendar_that_asks_again_is_told_that_nothing_is_new(clinic, member, read):
    feed, token = make_feed(member, FeedKind.MINE)
    book_slot(clinic.slots[0], member, by=member)
    first = read(token)
    with clock.at(NOW + timedelta(minutes=30)):
        again = read(token, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    db.session.refresh(feed)
    assert feed.last_used_at == NOW  # noted once an hour at most
    book_slot(clinic.slots[2], member, by=member)
    assert len(events(read(token, **{"If-None-Match": first.headers["ETag"]}))) == 2


def test_an_address_is_kept_as_a_hash_told_once_renewed_and_stopped(member, rival, browser, read):
    person = browser(member)
    page = person.post("/clinics/feeds", data={"which": "mine", "once": "a-key"})
    assert "no-store" in page.headers["Cache-Control"]
    token = page.text.split("/feeds/")[1].split(".ics")[0]
    assert "webcal://" in page.text
    again = person.post("/clinics/feeds", data={"which": "mine", "once": "a-key"})
    assert again.status_code == 303
    (feed,) = db.session.scalars(sa.select(CalendarFeed))
    assert token not in feed.token_hash
    assert token not in person.get("/clinics/feeds").text
    assert not any(token in str(data) for data in db.session.scalars(sa.select(Payload.data)))
    assert read(token).status_code == 200
    assert "Last read" in person.get("/clinics/feeds").text
    assert browser(rival).post(f"/clinics/feeds/{feed.id}/renewal").status_code == 404
    page = person.post(f"/clinics/feeds/{feed.id}/renewal").text
    new = page.split("webcal:")[1].split("/feeds/")[1].split(".ics")[0]
    assert (read(token).status_code, read(new).status_code) == (404, 200)
    person.post(f"/clinics/feeds/{feed.id}/stopping")
    assert read(new).status_code == 404
    assert read("x" * 43).status_code == 404


def test_feeds_end_with_leaving_and_with_the_role(make_person, council, other_council, site, read):
    member = make_person("Cllr Lee Holt", council, ward="Mill")
    _, mine = make_feed(member, FeedKind.MINE)
    some = make_person("Sam Low", council)
    grant = Grant(role=Role.CLINIC_HOST, **scoped_to(council))
    some.grants.append(grant)
    db.session.flush()
    with pytest.raises(NotYours):
        make_feed(some, FeedKind.COUNCIL, council=other_council)
    with pytest.raises(NotYours):
        make_feed(member, FeedKind.SITE, site=site)
    assert [name for name, *_ in offered_to(some)] == [
        "mine", "host", f"site-{site.id}", f"council-{council.id}",
    ]  # fmt: skip
    _, there = make_feed(some, FeedKind.SITE, site=site)
    assert (read(mine).status_code, read(there).status_code) == (200, 200)
    grant.ended_at = NOW
    mark_left(member, NOW.date() - timedelta(days=1), by=None)
    assert (read(mine).status_code, read(there).status_code) == (404, 404)
    assert db.session.scalars(sa.select(CalendarFeed.revoked_at).order_by(CalendarFeed.id)).first() == NOW
