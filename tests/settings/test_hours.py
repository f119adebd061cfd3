"""Opening hours are set in pages: what has been counted stays, what open work does is shown before."""

import html
from datetime import date

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Calendar
from ictsupport.tickets.models import ClockKind
from ictsupport.tickets.rebuilding import rebuild_clocks
from ictsupport.tickets.targets.models import Clock
from tests.cast import WORKING_WEEK


def on(day: date, name: str) -> dict[str, int]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


@pytest.fixture
def hours(calendars) -> str:
    return f"/settings/hours/{calendars['council'].id}"


def due(ticket):
    kind = ClockKind.RESOLUTION
    return db.session.scalar(select(Clock.due_at).where(Clock.ticket_id == ticket.id, Clock.kind == kind))


def test_a_closure_is_shown_with_what_it_moves_before_it_is_saved(sheet, manager, desk, hours, make_ticket):
    ticket = make_ticket(impact=3, urgency=2)
    before = due(ticket)
    form = sheet(manager, f"{hours}/closures")
    wanted = {
        "name": "Moving house",
        "kind": "closed",
        **on(date(2026, 11, 19), "first"),
        **on(date(2026, 11, 20), "last"),
    }
    said = form.look(**wanted)
    assert "1 open ticket of 1 looked at would be due at another time" in said
    assert "2 December 2026 at 10am 4 December 2026 at 10am" in said
    assert due(ticket) == before
    assert form.save(**wanted).status_code == 303
    assert (due(ticket) - before).days == 2
    assert [found for _, found in rebuild_clocks(False) if found] == []
    page = sheet(manager, hours).page
    assert "Moving house" in page
    assert "Take back" in page


def test_a_closure_that_has_not_begun_is_taken_back(sheet, manager, desk, hours, calendars, make_ticket):
    closure = calendars["council"].closures[0]
    assert sheet(manager, f"{hours}/closures/{closure.id}/withdrawal").save().status_code == 303
    db.session.expire_all()
    assert calendars["council"].closures == []
    assert (
        "Christmas closure"
        in entries_about(calendars["council"])[-1].data["changes"]["closures and special days"][0]
    )


def test_new_hours_begin_on_a_day_to_come_and_never_change_what_is_counted(
    sheet, manager, desk, hours, calendars, make_ticket
):
    ticket = make_ticket(impact=3, urgency=2)
    before = due(ticket)
    form = sheet(manager, f"{hours}/week")
    assert 'value="8:30am to 5pm"' in form.page
    week = {f"day_{day}": "08:30-12:00, 13:00-17:00" for day in range(4)} | {"day_4": "", "day_5": ""}
    assert "already been counted" in form.look(**week, **on(date(2026, 11, 17), "starts_on"))
    assert 'value="08:30-12:00, 13:00-17:00"' in form.page
    wanted = {**week, **on(date(2026, 11, 23), "starts_on")}
    assert "would be due at another time" in form.look(**wanted)
    assert form.save(**wanted).status_code == 303
    assert due(ticket) > before
    changes = entries_about(calendars["council"])[-1].data["changes"]
    assert changes["Friday from 23 November 2026"] == ["8:30am to 5pm", "closed"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("8 to 5", "Thursday: “8” is not a time"),
        ("17:00-08:30", "ends before it starts"),
        ("08:30-12:00, 11:00-17:00", "overlap"),
        ("", "never open"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_words(sheet, manager, desk, hours, typed, words):
    form = sheet(manager, f"{hours}/week")
    week = {f"day_{day}": typed for day in range(7)}
    assert words in html.unescape(form.look(**week, **on(date(2026, 11, 23), "starts_on")))


def test_a_special_opening_needs_hours(sheet, manager, desk, hours, calendars):
    form = sheet(manager, f"{hours}/closures")
    wanted = {"name": "Election", "kind": "open", **on(date(2026, 11, 21), "first")}
    assert "Enter the hours" in form.look(**wanted)
    assert form.save(**wanted, windows="09:00-12:00").status_code == 303
    db.session.expire_all()
    assert calendars["council"].closures[0].windows == [["09:00", "12:00"]]


def test_a_council_gets_hours_of_its_own_from_those_of_the_service(sheet, manager, desk, other_council):
    assert "Give Eastmere its own" in sheet(manager, "/settings/hours").page
    assert sheet(manager, "/settings/hours/of/eastmere").save().status_code == 303
    own = db.session.scalars(select(Calendar).where(Calendar.council_id == other_council.id)).one()
    assert own.versions[0].week == WORKING_WEEK
    assert "already has" in sheet(manager, "/settings/hours/of/eastmere").look()


def test_the_service_hours_are_left_to_whoever_manages_all(browser, local_manager, desk, calendars, hours):
    visitor = browser(local_manager)
    assert visitor.get(f"{hours}/week").status_code == 200
    shared = f"/settings/hours/{calendars['service'].id}"
    assert visitor.get(shared).status_code == 200
    assert visitor.get(f"{shared}/week").status_code == 404
    assert visitor.get(f"{shared}/closures").status_code == 404


def test_the_pages_cost_few_statements(browser, manager, desk, hours, count_queries):
    visitor = browser(manager)
    for page in ("/settings/hours", hours):
        with count_queries() as queries:
            assert visitor.get(page).status_code == 200
        assert len(queries) <= 7, queries
