"""Whose opening hours count, and how they are changed without touching what has been counted."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.people.calendars import (
    AlreadyCounted,
    NoCalendar,
    NotOpeningHours,
    calendar_for,
    catalogue,
    change_week,
    close_days,
    open_specially,
    withdraw,
)
from ictsupport.people.models import CalendarVersion

TODAY, TOMORROW = date(2026, 11, 18), date(2026, 11, 19)
SEVEN_IN_THE_MORNING = datetime(2026, 11, 18, 7, tzinfo=UTC)
WEEK = dict.fromkeys(range(5), "09:00-17:00")


def test_a_council_has_its_own_hours_and_the_others_those_of_the_service(calendars, council, other_council):
    assert calendar_for(council.id).name == "Northbrook"
    assert calendar_for(other_council.id).name == calendar_for(None).name == "Shared ICT service"


def test_without_any_calendar_the_reason_is_said_in_words(app):
    with pytest.raises(NoCalendar, match="An administrator has to enter"):
        calendar_for(None)


def test_rows_become_hours_with_holidays_and_closures(calendars, council):
    hours = calendar_for(council.id)
    assert hours.day(date(2026, 12, 25)).why == "Bank holiday: Christmas Day"
    assert hours.day(date(2026, 12, 30)).why == "Christmas closure"
    assert str(hours.day(TODAY).windows[0]) == "8:30am to 5pm"


def test_the_catalogue_is_read_once_until_it_changes(calendars, council, other_council, count_queries):
    calendar_for(council.id)
    db.session.commit()
    with count_queries() as queries:
        for _ in range(50):
            calendar_for(council.id)
            calendar_for(other_council.id)
    assert len(queries) == 1  # whether it has changed


def test_equal_rows_share_one_calendar_over_transactions(calendars, council):
    before = calendar_for(council.id)
    db.session.commit()
    assert calendar_for(council.id) is before


def test_a_changed_row_is_seen_at_once(calendars, council):
    before = calendar_for(council.id)
    calendars["council"].closures[0].name = "Closed for Christmas"
    db.session.flush()
    assert calendar_for(council.id) is not before
    assert calendar_for(council.id).day(date(2026, 12, 30)).why == "Closed for Christmas"


def test_days_to_come_can_be_closed(calendars, council, administrator):
    close_days(calendars["council"], TOMORROW, TOMORROW, "Moving the servers", by=administrator)
    assert calendar_for(council.id).day(TOMORROW).why == "Moving the servers"
    assert db.session.scalars(select(Entry.kind)).all() == ["people.CalendarChanged"]


def test_a_day_can_have_hours_of_its_own_even_on_a_bank_holiday(calendars, council):
    day = date(2026, 12, 25)
    open_specially(calendars["council"], day, "10:00-12:00, 13:00-14:00", "Snow", by=None)
    assert not calendar_for(council.id).day(day).is_open
    withdraw(calendars["council"].closures[-1], by=None)
    open_specially(calendars["council"], day, "10:00-12:00", "Snow", by=None, although_holiday=True)
    assert [str(window) for window in calendar_for(council.id).day(day).windows] == ["10am to 12 midday"]


def test_new_weekly_hours_count_from_their_day(calendars, council):
    change_week(calendars["council"], date(2027, 1, 4), WEEK, by=None)
    hours = calendar_for(council.id)
    assert str(hours.day(date(2026, 12, 21)).windows[0]) == "8:30am to 5pm"
    assert str(hours.day(date(2027, 1, 5)).windows[0]) == "9am to 5pm"


@pytest.mark.parametrize("day", [date(2026, 11, 17), TODAY])
def test_a_day_that_has_been_counted_stays_as_it_was(calendars, day):
    for change in (
        lambda: close_days(calendars["council"], day, TOMORROW, "Too late", by=None),
        lambda: open_specially(calendars["council"], day, "08:30-12:00", "Too late", by=None),
        lambda: change_week(calendars["council"], day, WEEK, by=None),
    ):
        with pytest.raises(AlreadyCounted, match="has already been counted"):
            change()
    assert calendars["council"].closures[0].name == "Christmas closure"
    assert len(calendars["council"].closures) == len(calendars["council"].versions) == 1


def test_before_opening_today_can_still_be_closed(calendars, council):
    with clock.at(SEVEN_IN_THE_MORNING):
        close_days(calendars["council"], TODAY, TODAY, "Snow", by=None)
    assert calendar_for(council.id).day(TODAY).why == "Snow"


def test_but_not_opened_from_before_now(calendars):
    with clock.at(SEVEN_IN_THE_MORNING), pytest.raises(AlreadyCounted):
        open_specially(calendars["council"], TODAY, "06:00-17:00", "Early", by=None)


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        ("17:00-09:00", "ends before it starts"),
        ("09:00-12:00, 11:00-13:00", "overlap"),
        ("", "at least one pair"),
        ("noon", "pair of times"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_words(calendars, windows, words):
    with pytest.raises(NotOpeningHours, match=words):
        open_specially(calendars["council"], TOMORROW, windows, "Odd", by=None)


def test_weekly_hours_that_make_no_sense_are_refused(calendars):
    for week in ({}, {0: ""}, {8: "09:00-17:00"}, {0: "09:00-12:00, 11:00-13:00"}):
        with pytest.raises(NotOpeningHours):
            change_week(calendars["council"], TOMORROW, week, by=None)
    change_week(calendars["council"], date(2027, 1, 4), WEEK, by=None)
    with pytest.raises(NotOpeningHours, match="same day"):
        change_week(calendars["council"], date(2027, 1, 4), WEEK, by=None)
    assert len(db.session.scalars(select(CalendarVersion)).all()) == 3


def test_a_closure_without_end_is_refused(calendars):
    with pytest.raises(NotOpeningHours, match="does not open within two years"):
        close_days(calendars["council"], TOMORROW, date(2030, 1, 1), "For good", by=None)


def test_two_days_of_the_same_date_are_refused(calendars):
    open_specially(calendars["council"], TOMORROW, "10:00-12:00", "Once", by=None)
    with pytest.raises(NotOpeningHours, match="twice"):
        open_specially(calendars["council"], TOMORROW, "10:00-13:00", "Again", by=None)
    assert len(catalogue().by_id(calendars["council"].id).special_days) == 1
