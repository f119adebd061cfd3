"""Dates, times and numbers are written as people write them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from ictsupport import clock
from ictsupport.pages import filters

WINTER = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def test_a_long_date_says_the_day_of_the_week(context):
    assert filters.long_date(date(2026, 11, 20)) == "Friday 20 November 2026"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(16), "4pm"),
        (time(18, 30), "6:30pm"),
        (time(12), "12 midday"),
        (time(0), "12 midnight"),
        (time(0, 5), "12:05am"),
        (time(9), "9am"),
        (time(12, 1), "12:01pm"),
    ],
)
def test_a_time_is_written_with_am_and_pm(context, at, words):
    assert filters.clock_time(at) == words


def test_a_moment_is_shown_in_the_zone_of_the_councils(context):
    assert filters.moment(WINTER) == "20 November 2026 at 6:30pm"
    assert filters.moment(datetime(2026, 7, 1, 8, 0, tzinfo=UTC)) == "1 July 2026 at 9am"


def test_whole_days_are_told_as_days_and_anything_else_to_the_minute(context):
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert filters.stretch(midnight, midnight + timedelta(days=1)) == "23 November 2026"
    assert filters.stretch(midnight, midnight + timedelta(days=3)) == "23 November 2026 to 25 November 2026"
    assert (
        filters.stretch(midnight, midnight + timedelta(hours=9))
        == "23 November 2026 at 12 midnight to 23 November 2026 at 9am"
    )


def test_wall_time_is_not_moved(context):
    assert filters.moment(datetime(2026, 7, 1, 8, 0)) == "1 July 2026 at 8am"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "6:30pm today"),
        (1, "6:30pm tomorrow"),
        (-1, "6:30pm yesterday"),
        (5, "6:30pm on Wednesday 25 November"),
    ],
)
def test_a_near_moment_names_the_day_as_people_do(context, days, words):
    with clock.at(WINTER - timedelta(hours=9)):
        assert filters.near_moment(WINTER + timedelta(days=days)) == words


@pytest.mark.parametrize(
    ("minutes", "words", "look"),
    [
        (-30, "30 minutes late", "late"),
        (-60 * 24 * 2, "2 days late", "late"),
        (0, "due now", "soon"),
        (36, "in 36 minutes", "soon"),
        (60, "in 1 hour", "soon"),
        (300, "in 5 hours", ""),
    ],
)
def test_what_is_due_says_how_late_and_when_exactly(context, minutes, words, look):
    with clock.at(WINTER):
        said = str(filters.due(WINTER + timedelta(minutes=minutes)))
    assert f">{words}</time>" in said
    assert ('class="' + look + '"' in said) if look else ("class" not in said)
    assert 'title="' in said
    assert 'datetime="2026-11-' in said


def test_what_has_been_is_told_by_how_long_ago(context):
    with clock.at(WINTER):
        assert "just now" in filters.ago(WINTER)
        assert "3 hours ago" in filters.ago(WINTER - timedelta(hours=3, minutes=40))


def test_nothing_is_a_dash_and_not_a_nought():
    said = [
        word(None) for word in (filters.number, filters.percent, filters.money, filters.due, filters.moment)
    ]
    assert set(said) == {"–"}


def test_numbers_carry_commas_and_money_its_pence_only_where_there_are_some():
    assert filters.number(12345) == "12,345"
    assert filters.percent(0.914) == "91.4%"
    assert filters.percent(0.9) == "90%"
    assert filters.money(Decimal("1250.00")) == "£1,250"
    assert filters.money(Decimal("-3.5")) == "-£3.50"
    assert filters.plural(1, "ticket") == "1 ticket"
    assert filters.plural(1200, "reply", "replies") == "1,200 replies"
    assert [filters.file_size(size) for size in (1, 14_200, 2_100_000)] == ["1 byte", "14 KB", "2.1 MB"]
