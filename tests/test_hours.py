"""Opening hours: what is refused, why a day is closed, and counting that is exact to the second."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ictsupport import hours as hours_module
from ictsupport.hours import (
    BadHours,
    Calendar,
    Closure,
    Elapsed,
    NeverOpen,
    OutOfReach,
    SpecialDay,
    Version,
    Window,
    bank_holidays,
    parse_windows,
)

settings.register_profile("patient", deadline=None)  # the bank holidays are loaded once, within some test
settings.load_profile("patient")

LONDON = "Europe/London"
OFFICE = {weekday: parse_windows("08:30-17:00") for weekday in range(5)}
LUNCH = {
    **{weekday: parse_windows("08:30-12:00, 13:00-17:00") for weekday in range(4)},
    4: parse_windows("09:00-13:00"),
}
ALWAYS = {weekday: parse_windows("00:00-24:00") for weekday in range(7)}
NIGHTS = {weekday: parse_windows("00:00-04:00, 22:00-24:00") for weekday in range(7)}
LONG_AGO = date(2000, 1, 1)

office = Calendar(LONDON, [Version(LONG_AGO, OFFICE)])
lunch = Calendar(LONDON, [Version(LONG_AGO, LUNCH)])
always = Calendar(LONDON, [Version(LONG_AGO, ALWAYS, holidays=None)])
nights = Calendar(LONDON, [Version(LONG_AGO, NIGHTS, holidays=None)])
changing = Calendar(
    LONDON,
    [
        Version(LONG_AGO, OFFICE),
        Version(date(2026, 3, 30), LUNCH),
        Version(date(2026, 10, 25), NIGHTS, holidays=None),
    ],
    closures=[Closure(date(2026, 12, 28), date(2026, 12, 31), "Closed over Christmas")],
    special_days=[SpecialDay(date(2026, 5, 9), parse_windows("10:00-16:00"), "Count of votes")],
)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=office.zone, fold=fold).astimezone(UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


# What is refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("09:00-09:00", "not open at all"),
        ("17:00-09:00", "ends before it starts"),
        ("09:00-25:00", "within one day"),
        ("09:00-24:01", "within one day"),
        ("09:60-10:00", "not a time"),
        ("nine-five", "not a time"),
        ("09:00", "not a pair of times"),
        ("", "not a pair of times"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_in_words(text, words):
    with pytest.raises(BadHours, match=words):
        Window.parse(text)


def test_times_are_read_as_people_write_them():
    assert parse_windows("8:30am to 12 midday, 1pm–4.30pm") == parse_windows("08:30-12:00, 13:00-16:30")
    assert Window.parse("12am-12pm") == Window.parse("00:00-12:00")


@pytest.mark.parametrize("text", ["08:30-17:00", "00:00-24:00", "12:00-12:30"])
def test_hours_are_said_as_they_may_be_typed_and_kept_as_they_were(text):
    window = Window.parse(text)
    assert Window.parse(str(window)) == window
    assert "-".join(window.pair) == text


def test_overlapping_windows_are_refused_and_name_the_day():
    with pytest.raises(BadHours, match="Tuesday: 9am to 12 midday and 11am to 5pm overlap"):
        Version(LONG_AGO, {1: parse_windows("11:00-17:00, 09:00-12:00")})
    with pytest.raises(BadHours, match="overlap"):
        SpecialDay(date(2026, 5, 9), parse_windows("09:00-12:00, 09:00-12:00"))


def test_windows_that_only_touch_are_fine():
    assert Version(LONG_AGO, {1: parse_windows("12:00-17:00, 09:00-12:00")}).week[1][0] == Window.parse(
        "9:00-12:00"
    )


def test_a_week_or_a_day_without_hours_is_refused():
    with pytest.raises(BadHours, match="never open"):
        Version(LONG_AGO, {0: ()})
    with pytest.raises(BadHours, match="at least one pair"):
        SpecialDay(date(2026, 5, 9), ())
    with pytest.raises(BadHours, match="needs opening hours"):
        Calendar(LONDON, [])


def test_two_versions_or_two_special_days_on_one_date_are_refused():
    with pytest.raises(BadHours, match="start on the same day"):
        Calendar(LONDON, [Version(LONG_AGO, OFFICE), Version(LONG_AGO, LUNCH)])
    twice = [SpecialDay(date(2026, 5, 9), parse_windows("10:00-16:00"))] * 2
    with pytest.raises(BadHours, match="twice"):
        Calendar(LONDON, [Version(LONG_AGO, OFFICE)], special_days=twice)


def test_a_backward_closure_an_unknown_weekday_zone_or_region_is_refused():
    with pytest.raises(BadHours, match="ends before it starts"):
        Closure(date(2026, 12, 31), date(2026, 12, 28), "Christmas")
    with pytest.raises(BadHours, match="no weekday 7"):
        Version(LONG_AGO, {7: parse_windows("09:00-12:00")})
    for zone in ("Europe/Chester", "", "../etc/passwd"):
        with pytest.raises(BadHours, match="not a time zone"):
            Calendar(zone, [Version(LONG_AGO, OFFICE)])
    with pytest.raises(BadHours, match="No bank holidays"):
        Calendar(LONDON, [Version(LONG_AGO, OFFICE, holidays="GB-XXX")]).day(date(2026, 1, 1))


def test_a_moment_without_a_zone_and_a_backward_span_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        office.is_open(datetime(2026, 3, 2, 9))  # noqa: DTZ001
    with pytest.raises(ValueError, match="before it starts"):
        office.elapsed(local("2026-03-03T09:00"), local("2026-03-02T09:00"))
    for add in (
        lambda: office.add(local("2026-03-03T09:00"), hours(-1)),
        lambda: office.add_working_days(local("2026-03-03T09:00"), -1),
    ):
        with pytest.raises(ValueError, match="to come"):
            add()


# Why a day is open or closed


@pytest.mark.parametrize(
    ("day", "opens", "why"),
    [
        (date(2026, 3, 2), True, "Open as usual"),
        (date(2026, 3, 7), False, "Closed on Saturdays"),
        (date(2026, 4, 3), False, "Bank holiday: Good Friday"),
        (date(2026, 5, 9), True, "Count of votes"),
        (date(2026, 12, 28), False, "Bank holiday: Boxing Day (observed)"),
    ],
)
def test_a_calendar_says_why_a_day_is_open_or_closed(day, opens, why):
    known = Calendar(LONDON, [Version(LONG_AGO, OFFICE)], special_days=changing.special_days.values())
    assert (known.day(day).is_open, known.day(day).why) == (opens, why)


def test_one_off_and_substitute_bank_holidays_are_known():
    assert date(2022, 9, 19) in bank_holidays("GB-ENG", 2022)
    assert date(2023, 5, 8) in bank_holidays("GB-ENG", 2023)
    assert date(2026, 12, 28) in bank_holidays("GB-ENG", 2026)
    assert bank_holidays("ENG", 2026) == bank_holidays("GB-ENG", 2026)
    assert date(2026, 4, 5) not in bank_holidays("GB-ENG", 2026)  # Easter Sunday is none


def test_a_holiday_beats_hours_of_a_date_unless_open_although_holiday():
    good_friday = date(2026, 4, 3)

    def with_hours(although: bool) -> Calendar:
        special = SpecialDay(
            good_friday, parse_windows("09:00-12:00"), "Emergency cover", although_holiday=although
        )
        return Calendar(LONDON, [Version(LONG_AGO, OFFICE)], special_days=[special])

    assert with_hours(False).day(good_friday).why == "Bank holiday: Good Friday"
    assert with_hours(True).day(good_friday).why == "Emergency cover"
    span = local("2026-04-03T00:00"), local("2026-04-04T00:00")
    assert with_hours(False).elapsed(*span).time == hours(0)
    assert with_hours(True).elapsed(*span).time == hours(3)


def test_a_closure_beats_hours_of_a_date_too():
    def closed_on_the_count(although: bool) -> Calendar:
        return Calendar(
            LONDON,
            [Version(LONG_AGO, OFFICE)],
            closures=[Closure(date(2026, 5, 9), date(2026, 5, 9), "No power")],
            special_days=[SpecialDay(date(2026, 5, 9), parse_windows("10:00-16:00"), "Count", although)],
        )

    assert closed_on_the_count(False).day(date(2026, 5, 9)).why == "No power"
    assert closed_on_the_count(True).day(date(2026, 5, 9)).why == "Count"


def test_the_oldest_version_counts_for_the_time_before_it():
    young = Calendar(LONDON, [Version(date(2026, 1, 1), OFFICE)])
    assert young.elapsed(local("2016-02-29T08:00"), local("2016-02-29T18:00")) == Elapsed(
        hours(8.5), Fraction(1)
    )


def test_a_new_version_counts_from_its_day_and_leaves_the_past_alone():
    later = Calendar(LONDON, [Version(LONG_AGO, OFFICE), Version(date(2026, 3, 3), LUNCH)])
    monday, tuesday, wednesday = (local(f"2026-03-0{day}T00:00") for day in (2, 3, 4))
    assert later.elapsed(monday, tuesday).time == hours(8.5)
    assert later.elapsed(tuesday, wednesday).time == hours(7.5)


# Examples worked out by hand


def test_four_hours_before_christmas_end_after_it():
    assert office.add(local("2026-12-24T16:30"), hours(4)) == local("2026-12-29T12:00")


def test_time_used_up_at_closing_ends_at_closing():
    assert office.add(local("2026-03-02T16:00"), hours(1)) == local("2026-03-02T17:00")
    assert office.add_working_days(local("2026-03-02T08:30"), 1) == local("2026-03-02T17:00")
    assert office.next_open(local("2026-03-02T17:00")) == local("2026-03-03T08:30")


def test_nothing_added_is_the_start_even_when_closed():
    at = local("2026-03-07T12:00")
    assert office.add(at, hours(0)) == office.add_working_days(at, 0) == at


def test_a_short_day_weighs_one_working_day_like_any_other():
    thursday_noon = local("2026-03-05T10:15")  # a quarter of a day that is 3.5 h + 4 h long, less 7.5 minutes
    assert lunch.elapsed(local("2026-03-06T00:00"), local("2026-03-07T00:00")).days == 1
    assert lunch.elapsed(local("2026-03-06T09:00"), local("2026-03-06T10:00")).days == Fraction(1, 4)
    assert lunch.elapsed(thursday_noon, local("2026-03-06T10:00")).days == Fraction(575, 750) + Fraction(1, 4)
    assert lunch.add_working_days(local("2026-03-05T13:00"), Fraction(1)) == local("2026-03-06T10:52")


def test_an_amount_that_ends_at_lunch_ends_when_lunch_begins():
    assert lunch.add(local("2026-03-02T08:30"), hours(3.5)) == local("2026-03-02T12:00")
    assert lunch.add_working_days(local("2026-03-02T08:30"), Fraction(7, 15)) == local("2026-03-02T12:00")


def test_the_night_window_is_an_hour_shorter_in_march_and_longer_in_october():
    def night(day: str) -> timedelta:
        return nights.elapsed(local(f"{day}T00:00"), local(f"{day}T05:00")).time

    assert (night("2026-03-28"), night("2026-03-29"), night("2026-10-25")) == (hours(4), hours(3), hours(5))


def test_windows_that_meet_in_a_changing_hour_lose_and_gain_nothing():
    split = {weekday: parse_windows("00:00-01:30, 01:30-24:00") for weekday in range(7)}
    halves = Calendar(LONDON, [Version(LONG_AGO, split, holidays=None)])
    for day, length in ((29, 23), (28, 24)):
        span = local(f"2026-03-{day}T00:00"), local(f"2026-03-{day + 1}T00:00")
        assert halves.elapsed(*span) == Elapsed(hours(length), Fraction(1))
    assert halves.elapsed(local("2026-10-25T00:00"), local("2026-10-26T00:00")).time == hours(25)


def test_a_window_in_the_skipped_hour_does_not_exist_that_day():
    odd = Calendar(LONDON, [Version(LONG_AGO, {6: parse_windows("01:15-01:45")}, holidays=None)])
    assert odd.next_open(local("2026-03-28T12:00")) == local("2026-04-05T01:15")
    late = Calendar(LONDON, [Version(LONG_AGO, {6: parse_windows("01:15-03:00")}, holidays=None)])
    assert late.elapsed(local("2026-03-29T00:00"), local("2026-03-29T06:00")) == Elapsed(
        hours(1), Fraction(1)
    )
    assert late.next_open(local("2026-03-28T12:00")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_midnight_to_midnight_leaves_no_gap_at_24_00():
    friday = local("2026-03-27T12:00")
    assert always.add(friday, hours(72)) - friday == hours(72)
    assert always.elapsed(friday, local("2026-03-30T12:00")) == Elapsed(hours(71), Fraction(3))


def test_seconds_and_less_are_counted():
    at = local("2026-03-02T16:59:59")
    assert office.elapsed(at, local("2026-03-03T08:30:01.000001")).time == timedelta(
        seconds=2, microseconds=1
    )
    assert office.is_open(at)
    assert not office.is_open(local("2026-03-02T17:00"))
    assert office.is_open(local("2026-03-03T08:30"))


# Never and far away


def test_no_opening_within_two_years_is_an_error_not_a_loop():
    closed = Calendar(
        LONDON,
        [Version(LONG_AGO, OFFICE)],
        closures=[Closure(date(2026, 4, 1), date(2090, 1, 1), "Shut down")],
    )
    at = local("2026-04-01T09:00")
    for ask in (
        lambda: closed.next_open(at),
        lambda: closed.add(at, hours(1)),
        lambda: closed.add_working_days(at, 1),
    ):
        with pytest.raises(NeverOpen, match="within two years of 01 April 2026"):
            ask()
    before = local("2026-03-31T16:00")
    assert closed.add(before, hours(1)) == local("2026-03-31T17:00")
    with pytest.raises(NeverOpen):
        closed.add(before, hours(2))
    assert closed.next_open(local("2088-06-01T00:00")) == local("2090-01-03T08:30")
    with pytest.raises(NeverOpen):  # also where the years beyond are already laid out
        closed.add(before, hours(2))


def test_a_gap_of_less_than_two_years_is_only_a_gap():
    shut = Calendar(
        LONDON,
        [Version(LONG_AGO, OFFICE)],
        closures=[Closure(date(2026, 4, 1), date(2028, 3, 30), "Rebuilding")],
    )
    assert shut.add(local("2026-03-31T16:00"), hours(2)) == local("2028-03-31T09:30")


def test_moments_out_of_reach_are_refused_at_once():
    with pytest.raises(OutOfReach):
        office.elapsed(datetime(1, 2, 1, tzinfo=UTC), local("2026-03-02T09:00"))
    with pytest.raises(OutOfReach):
        office.add(local("2026-03-02T09:00"), timedelta(days=100_000))


# What holds for every span

CALENDARS = st.sampled_from([office, lunch, always, nights, changing])
AROUND_CHANGES = st.builds(
    lambda day, seconds: day + timedelta(microseconds=seconds),
    st.sampled_from(
        [
            datetime(2026, 3, 29, tzinfo=UTC),
            datetime(2026, 10, 25, tzinfo=UTC),
            datetime(2025, 12, 31, tzinfo=UTC),
        ]
    ),
    st.integers(-3 * 10**11, 3 * 10**11),
)
MOMENTS = st.one_of(
    AROUND_CHANGES,
    st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)


@given(CALENDARS, MOMENTS, st.integers(0, 40 * 8 * 3600 * 10**6))
def test_add_and_elapsed_are_inverse(calendar, start, amount):
    amount = timedelta(microseconds=amount)
    end = calendar.add(start, amount)
    assert calendar.elapsed(start, end).time == amount
    assert end == start or calendar.elapsed(start, end - timedelta(microseconds=1)).time < amount


@given(CALENDARS, MOMENTS, st.fractions(0, 30, max_denominator=1000))
def test_adding_working_days_and_elapsed_are_inverse(calendar, start, days):
    end = calendar.add_working_days(start, days)
    assert calendar.elapsed(start, end).days <= days
    later = calendar.next_open(end) + timedelta(microseconds=1)
    assert calendar.elapsed(start, later).days > days or calendar.elapsed(start, end).days == days


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_a_span_is_the_sum_of_its_parts(calendar, one, two, three):
    first, middle, last = sorted((one, two, three))
    whole = calendar.elapsed(first, last)
    assert whole == calendar.elapsed(first, middle) + calendar.elapsed(middle, last)
    assert timedelta(0) <= whole.time <= last - first


@given(CALENDARS, MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar, at):
    opening = calendar.next_open(at)
    assert opening >= at
    assert calendar.is_open(opening)
    assert calendar.elapsed(at, opening).time == timedelta(0)


@settings(max_examples=25)
@given(CALENDARS, MOMENTS, MOMENTS)
def test_counting_agrees_with_looking_at_the_clock_every_minute(calendar, start, end):
    start = start.replace(second=0, microsecond=0)
    end = start + (abs(end - start) % timedelta(days=4)) // timedelta(minutes=1) * timedelta(minutes=1)
    counted = 0
    at = start
    while at < end:
        wall = at.astimezone(calendar.zone)
        minute = wall.hour * 60 + wall.minute
        counted += any(w.opens <= minute < w.closes for w in calendar.day(wall.date()).windows)
        at += timedelta(minutes=1)
    assert calendar.elapsed(start, end).time == timedelta(minutes=counted)


# Wherever the server stands

ZONES = ["UTC", "Europe/London", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu"]


@pytest.fixture
def server_zone() -> Iterator[object]:
    before = os.environ.get("TZ")

    def move_to(zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()

    yield move_to
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("zone", ZONES)
def test_the_time_zone_of_the_server_changes_nothing(server_zone, zone):
    server_zone(zone)
    fresh = Calendar(LONDON, changing.versions, changing.closures, changing.special_days.values())
    assert fresh.add(local("2026-12-24T16:30"), hours(4)) == local("2026-12-25T02:00")
    assert fresh.elapsed(local("2026-03-27T16:00"), local("2026-03-30T09:00")).time == hours(1.5)
    assert fresh.midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_a_process_started_elsewhere_reckons_the_same():
    program = (
        "import json; from datetime import *; from hours import *\n"
        "week = {d: parse_windows('08:30-17:00') for d in range(5)}\n"
        "c = Calendar('Europe/London', [Version(date(2000, 1, 1), week)])\n"
        "s = datetime(2026, 3, 27, 16, tzinfo=UTC)\n"
        "print(json.dumps([c.add(s, timedelta(minutes=m)).isoformat() for m in (30, 90, 600, 6000)]))"
    )
    folder = Path(hours_module.__file__).parents[
        1
    ]  # the package by itself: it needs nothing else of the program
    environment = {**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONPATH": str(folder)}
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    start = local("2026-03-27T16:00")
    assert json.loads(answer.stdout) == [
        office.add(start, timedelta(minutes=minutes)).isoformat() for minutes in (30, 90, 600, 6000)
    ]
