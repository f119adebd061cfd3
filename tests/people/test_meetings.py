"""Meetings come from a list or a calendar file, and each member is offered their own."""

from datetime import timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.importing import Outcome, bring_in
from ictsupport.people.meetings.importing import Meetings
from ictsupport.people.meetings.models import Meeting
from ictsupport.people.meetings.queries import meetings_of
from ictsupport.people.models import Role

from ..conftest import NOW

LIST = b"""Title,Start,End,Room,Status,ID
Planning Committee,2026-11-18 18:30,2026-11-18 20:30,Committee room 2,,p1
Licensing,19/11/2026 14:00,,,,l1
Council,2026-11-20 18:00,,Chamber,,c1
Planning Committee,2026-12-18 18:30,,,,p2
"""
CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:p1
SUMMARY:Meeting of Planning Committee
DTSTART;TZID=Europe/London:20261118T190000
DTEND;TZID=Europe/London:20261118T210000
LOCATION:Committee room 1
END:VEVENT
BEGIN:VEVENT
UID:z1
SUMMARY:Scrutiny
DTSTART:20261119T180000Z
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def planner(member):
    member.terms[0].committees = ["Planning Committee"]
    db.session.flush()
    return member


def bring(data, **more):
    return bring_in(Meetings(council="Northbrook"), data, commit=True, **more)


def told(member):
    return [(each.title, each.starts_at.strftime("%d %H:%M")) for each in meetings_of(member)]


def test_a_member_is_offered_their_own_meetings_of_the_week(planner, rival, staff):
    report = bring(LIST)
    assert (report.committed, report.counts[Outcome.NEW]) == (True, 4)
    assert told(planner) == [("Planning Committee", "18 18:30"), ("Council", "20 18:00")]
    assert told(rival) == [("Council", "20 18:00")]
    assert meetings_of(staff) == []
    with clock.at(NOW + timedelta(hours=10)):
        assert told(planner) == [("Council", "20 18:00")]


def test_the_same_file_again_changes_nothing_and_a_calendar_moves_what_it_knows(planner):
    bring(LIST)
    assert bring(LIST).counts[Outcome.SAME] == 4
    report = bring(CALENDAR)
    assert (report.counts[Outcome.CHANGED], report.counts[Outcome.NEW]) == (1, 1)
    (moved, _council) = meetings_of(planner)
    assert (moved.title, moved.place, moved.starts_at.hour) == (
        "Meeting of Planning Committee",
        "Committee room 1",
        19,
    )
    off = db.session.scalars(db.select(Meeting).where(Meeting.uid == "z1")).one()
    assert off.called_off_at is not None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Title,Start\nPlanning,\n", "is empty"),
        (b"Title,Start\nPlanning,tomorrow\n", "is not a date and time"),
        (b"Title,Start,End\nPlanning,2026-11-18 18:00,2026-11-18 17:00\n", "is not after it begins"),
        (CALENDAR.replace(b"LOCATION:", b"RRULE:FREQ=WEEKLY\nLOCATION:"), "repeats"),
        (b"BEGIN:VCALENDAR\nnonsense", "not an iCalendar file"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_comes_in(data, words, council):
    report = bring(data)
    assert not report.committed
    assert words in " ".join(str(each) for each in report.troubles)
    assert db.session.scalars(db.select(Meeting)).all() == []


def test_another_councils_name_is_refused(council):
    report = bring_in(Meetings(council="Nowhere"), LIST, commit=True)
    assert "is no council here" in str(report.troubles[0])


def test_those_who_look_after_members_see_the_list(planner, council, make_person, browser, count_queries):
    bring(LIST)
    client = browser(make_person("Dora Fell", council, roles=(Role.DEMOCRATIC_SERVICES,)))
    with count_queries() as queries:
        page = client.get("/meetings").text
    assert "Planning Committee" in page
    assert "Whole council" in page
    assert len(queries) <= 8


def test_a_member_says_for_which_meeting_and_it_is_ready_by_then(planner, desk, browser):
    from ictsupport.tickets.models import Ticket

    bring(LIST)
    client = browser(planner)
    about = {"for_whom": "0", "kind": "incident", "system": "0", "subject": "Papers do not open"}
    details = client.post("/tickets/new", data=about).headers["Location"]
    page = client.get(details).text
    assert "Planning Committee, 6:30pm today" in page
    (tonight, _later) = meetings_of(planner)
    given = {"how_bad": "hampered", "who_else": "me", "contact_by": "mail", "meeting": tonight.id}
    client.post(client.post(details, data=given).headers["Location"])
    ticket = db.session.scalars(db.select(Ticket)).one()
    assert (ticket.needed_by, ticket.needed_for) == (tonight.starts_at, "Planning Committee")
    assert ticket.urgency == 1
