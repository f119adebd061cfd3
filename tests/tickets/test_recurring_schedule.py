"""When something comes again, in wall time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ictsupport.tickets.recurring.schedule import (
    Schedule,
    in_words,
    monthly_on_day,
    monthly_on_weekday,
    weekly,
)

LONDON = ZoneInfo("Europe/London")


def coming(rule, starts_on, at, after, count=3):
    found = Schedule(rule, starts_on, at).coming(after, LONDON, count)
    return [each.isoformat() for each in found]


def test_the_first_monday_of_the_month_stays_at_nine_when_the_clocks_change():
    found = coming(
        monthly_on_weekday(1, 0), date(2026, 1, 1), time(9), datetime(2026, 3, 1, tzinfo=UTC), count=2
    )
    assert found == ["2026-03-02T09:00:00+00:00", "2026-04-06T08:00:00+00:00"]


def test_a_time_the_clocks_leave_out_comes_an_hour_later_and_one_they_repeat_comes_once():
    spring = coming(weekly([6]), date(2026, 3, 1), time(1, 30), datetime(2026, 3, 28, tzinfo=UTC), count=2)
    assert spring == ["2026-03-29T01:30:00+00:00", "2026-04-05T00:30:00+00:00"]
    autumn = coming(weekly([6]), date(2026, 10, 1), time(1, 30), datetime(2026, 10, 24, tzinfo=UTC), count=2)
    assert autumn == ["2026-10-25T00:30:00+00:00", "2026-11-01T01:30:00+00:00"]


def test_every_second_week_counts_from_the_first_day():
    found = coming(weekly([4], 2), date(2026, 11, 20), time(16), datetime(2026, 11, 1, tzinfo=UTC))
    assert [each[:10] for each in found] == ["2026-11-20", "2026-12-04", "2026-12-18"]


def test_a_day_that_a_month_does_not_have_is_left_out():
    found = coming(monthly_on_day(31), date(2026, 1, 1), time(9), datetime(2026, 1, 1, tzinfo=UTC))
    assert [each[:10] for each in found] == ["2026-01-31", "2026-03-31", "2026-05-31"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (weekly([4, 0], 2), "every 2 weeks on Monday and Friday"),
        (weekly([2]), "every week on Wednesday"),
        (monthly_on_weekday(1, 0), "the first Monday of every month"),
        (monthly_on_weekday(-1, 4, 3), "the last Friday of every 3 months"),
        (monthly_on_day(15), "day 15 of every month"),
    ],
)
def test_a_rule_is_told_in_words(rule, words):
    assert in_words(rule) == words
