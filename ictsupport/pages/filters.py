"""Dates, times and numbers in the words people read: "Friday 20 November 2026", "6:30pm", "30 minutes late"."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from markupsafe import Markup

from .. import clock, hours

Number = int | float | Decimal
NONE = "–"
SOON = timedelta(hours=2)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def zone() -> ZoneInfo:
    """The time zone that pages are written in."""
    return current_app.extensions["pages.zone"]  # type: ignore[no-any-return]


def local(value: datetime) -> datetime:
    """The moment as the clock on the wall shows it; a datetime without a zone is wall time already."""
    return value.astimezone(zone()) if value.tzinfo else value


def _day(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def long_date(value: date | datetime | None) -> str:
    """Friday 20 November 2026"""
    if value is None:
        return NONE
    day = _day(value)
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def plain_date(value: date | datetime | None) -> str:
    """20 November 2026"""
    if value is None:
        return NONE
    day = _day(value)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(value: date | datetime | None) -> str:
    """20 Nov 2026"""
    if value is None:
        return NONE
    day = _day(value)
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def clock_time(value: datetime | time | None) -> str:
    """4pm, 6:30pm, 12 midday, 12 midnight"""
    if value is None:
        return NONE
    at = local(value) if isinstance(value, datetime) else value
    return hours.spoken(at.hour * 60 + at.minute)


def moment(value: datetime | None) -> str:
    """20 November 2026 at 8:14am"""
    return NONE if value is None else f"{plain_date(value)} at {clock_time(value)}"


def stretch(start: datetime, end: datetime) -> str:
    """23 November 2026 to 25 November 2026 where it is whole days, the last one with them; else both moments."""
    if any(local(each).time() != time(0) for each in (start, end)):
        return f"{moment(start)} to {moment(end)}"
    first, last = plain_date(start), plain_date(_day(end) - timedelta(days=1))
    return first if first == last else f"{first} to {last}"


def near_moment(value: datetime | None) -> str:
    """8:14am today, 4pm tomorrow, 9am on Friday 20 November: as short as the day allows."""
    if value is None:
        return NONE
    day, today = _day(value), clock.today(zone())
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - today).days)
    if words is None:
        year = f" {day.year}" if day.year != today.year else ""
        words = f"on {DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"
    return f"{clock_time(value)} {words}"


def how_long(length: timedelta) -> str:
    """30 minutes, 1 hour, 3 days: the largest unit that fits, rounded down."""
    seconds = abs(int(length.total_seconds()))
    for size, name in UNITS:
        if seconds >= size:
            return plural(seconds // size, name)
    return "under a minute"


def hours_and_minutes(minutes: int) -> str:
    """50 minutes, 2 hours, 1 hour 50 minutes"""
    hours, rest = divmod(minutes, 60)
    parts = [plural(count, name) for count, name in ((hours, "hour"), (rest, "minute")) if count]
    return " ".join(parts) or "0 minutes"


def _time_element(value: datetime, words: str, look: str = "") -> Markup:
    # Put together without escaping, which a list of 50 rows would feel: nothing in it comes from anybody's typing.
    exact = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    marked = f' class="{look}"' if look else ""
    return Markup(f'<time datetime="{exact}" title="{moment(value)}"{marked}>{words}</time>')  # noqa: S704


def ago(value: datetime | None) -> Markup | str:
    """ "30 minutes ago", with the exact time in its title."""
    if value is None:
        return NONE
    since = clock.now() - value
    if since < timedelta(0):
        return _time_element(value, f"in {how_long(since)}")
    return _time_element(value, "just now" if since < timedelta(minutes=1) else f"{how_long(since)} ago")


def due(value: datetime | None) -> Markup | str:
    """ "30 minutes late" or "in 2 hours", marked when late or soon, with the exact time in its title."""
    if value is None:
        return NONE
    left = value - clock.now()
    if left < timedelta(0):
        return _time_element(value, f"{how_long(left)} late", "late")
    words = "due now" if left < timedelta(minutes=1) else f"in {how_long(left)}"
    return _time_element(value, words, "soon" if left <= SOON else "")


def number(value: Number | None, places: int = 0) -> str:
    """1,234; nothing is a dash, not a nought."""
    return NONE if value is None else f"{value:,.{places}f}"


def percent(share: Number | None, places: int = 1) -> str:
    """91.4% of a share between 0 and 1; 90% where the places would only be noughts."""
    if share is None:
        return NONE
    return f"{float(share) * 100:.{places}f}".removesuffix("." + "0" * places) + "%"


def money(value: Number | None) -> str:
    """£1,250, and pence only where there are some."""
    if value is None:
        return NONE
    places = 0 if value == int(value) else 2
    return f"{'-' if value < 0 else ''}£{abs(value):,.{places}f}"


def ordinal(count: int) -> str:
    """1st, 2nd, 3rd, 11th"""
    ending = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count:,}{ending}"


def plural(count: int, one: str, many: str = "") -> str:
    """1 ticket, 1,200 tickets"""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


SMALL = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def in_words(count: int) -> str:
    """A small number as a word at the beginning of a sentence; a larger one in figures."""
    return SMALL[count] if 0 <= count < len(SMALL) else f"{count:,}"


def file_size(size: int) -> str:
    """900 bytes, 14 KB, 2.1 MB"""
    if size < 1000:
        return plural(size, "byte")
    return f"{size / 1000:.0f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


WORDS: tuple[Callable[..., Any], ...] = (
    *(
        long_date,
        plain_date,
        short_date,
        clock_time,
        moment,
        stretch,
        near_moment,
        how_long,
        hours_and_minutes,
        ago,
        due,
    ),
    *(number, percent, money, plural, ordinal, in_words, file_size),
)


def init_app(app: Flask) -> None:
    app.extensions["pages.zone"] = app.config["SETTINGS"].zone
    app.jinja_env.filters.update({word.__name__: word for word in WORDS})
