"""What a calendar is made of: windows, the week of a version, closures, days with hours of their own, bank holidays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Self

MINUTES_A_DAY = 24 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?: ?([ap])m)?")
MIDDAY = dict.fromkeys(("noon", "midday", "12 noon", "12 midday"), "12:00")
MIDNIGHT = ("midnight", "12 midnight")
UNITED_KINGDOM = ("ENG", "NIR", "SCT", "WLS")


class BadHours(ValueError):
    """Opening hours that make no sense, in words for the person who typed them."""


@dataclass(frozen=True, order=True)
class Window:
    """Open from one wall time to another on the same day, in minutes after midnight; 24:00 may end it."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens <= MINUTES_A_DAY and 0 <= self.closes <= MINUTES_A_DAY):
            raise BadHours("Opening hours must lie within one day.")
        if self.opens == self.closes:
            raise BadHours(
                f"Opening at {spoken(self.opens)} and closing at the same time is not open at all."
            )
        if self.opens > self.closes:
            raise BadHours(
                f"{self} ends before it starts. Hours past midnight are entered as two days: until 12 midnight, "
                "and from 12 midnight on the next day."
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read '08:30-17:00' or '8:30am to 5pm' (a hyphen, a dash or 'to' between the times)."""
        parts = text.replace("–", "-").replace(" to ", "-").split("-")
        if len(parts) != 2:
            raise BadHours(f"“{text.strip()}” is not a pair of times such as 8:30am to 5pm.")
        return cls(_minutes(parts[0]), _minutes(parts[1], midnight=MINUTES_A_DAY))

    def __str__(self) -> str:
        return f"{spoken(self.opens)} to {spoken(self.closes)}"

    @property
    def pair(self) -> list[str]:
        """As it is kept: ["08:30", "17:00"]."""
        return [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.opens, self.closes)]


def parse_windows(text: str) -> tuple[Window, ...]:
    """Read several windows of one day, with commas between: '8:30am to 12 midday, 1pm to 5pm'."""
    return tuple(Window.parse(part) for part in text.split(",") if part.strip())


def spoken(minutes: int) -> str:
    """A wall time, in minutes after midnight, as everybody reads it: 4pm, 6:30pm, 12 midday, 12 midnight."""
    hour, minute = divmod(minutes % MINUTES_A_DAY, 60)
    if minute == 0 and hour in (0, 12):
        return "12 midday" if hour else "12 midnight"
    half = "am" if hour < 12 else "pm"
    return f"{hour % 12 or 12}:{minute:02}{half}" if minute else f"{hour % 12 or 12}{half}"


@dataclass(frozen=True)
class Version:
    """The weekly hours from a day on, until the next version takes over.

    ``week`` maps weekdays (Monday is 0) to their windows; a day that is not
    in it is closed. ``holidays`` names whose bank holidays close it
    ("GB-ENG"), or is None for hours that know no holidays.
    """

    effective_from: date
    week: Mapping[int, tuple[Window, ...]] = field(hash=False)
    holidays: str | None = "GB-ENG"
    name: str = ""

    def __post_init__(self) -> None:
        if not any(self.week.values()):
            raise BadHours("A week without any opening hours is never open.")
        for weekday, windows in self.week.items():
            if weekday not in range(7):
                raise BadHours(f"There is no weekday {weekday}: Monday is 0, Sunday is 6.")
            _refuse_overlaps(WEEKDAYS[weekday], windows)
        tidy = {weekday: tuple(sorted(windows)) for weekday, windows in self.week.items() if windows}
        object.__setattr__(self, "week", MappingProxyType(tidy))


@dataclass(frozen=True)
class Closure:
    """Closed from a day to another, both included."""

    first: date
    last: date
    reason: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadHours(f"The closure “{self.reason}” ends before it starts.")


@dataclass(frozen=True)
class SpecialDay:
    """A date with hours of its own. A holiday or closure still closes it, unless open all the same."""

    on: date
    windows: tuple[Window, ...]
    reason: str = ""
    although_holiday: bool = False

    def __post_init__(self) -> None:
        if not self.windows:
            raise BadHours(f"Give at least one pair of times for {self.on:%d %B %Y}, or enter a closure.")
        _refuse_overlaps(f"{self.on:%d %B %Y}", self.windows)
        object.__setattr__(self, "windows", tuple(sorted(self.windows)))


@dataclass(frozen=True)
class Day:
    """What a calendar says about one date, and why."""

    date: date
    windows: tuple[Window, ...]
    version: Version
    why: str

    @property
    def is_open(self) -> bool:
        return bool(self.windows)

    @property
    def is_exception(self) -> bool:
        """Whether anything but the plain week decided this day."""
        return self.windows != self.version.week.get(self.date.weekday(), ())


@lru_cache(maxsize=512)
def bank_holidays(region: str, year: int) -> Mapping[date, str]:
    """The bank holidays of a country or a part of it by date, from data that is shipped.

    Regions are "GB-ENG" or "FR"; for the parts of the United Kingdom "ENG" will do.
    """
    import holidays  # here, not above: it costs half a second that most commands need not spend

    country, _, part = (f"GB-{region}" if region in UNITED_KINGDOM else region).partition("-")
    try:
        return MappingProxyType(dict(holidays.country_holidays(country, subdiv=part or None, years=year)))
    except NotImplementedError as unknown:
        raise BadHours(f"No bank holidays are known for “{region}”.") from unknown


def _refuse_overlaps(day: str, windows: Sequence[Window]) -> None:
    for earlier, later in pairwise(sorted(windows)):
        if later.opens < earlier.closes:
            raise BadHours(f"{day}: {earlier} and {later} overlap.")


def _minutes(text: str, midnight: int = 0) -> int:
    """08:30, 24:00, 8:30am, 5pm, midday, midnight (which begins a day or ends it), in minutes after midnight."""
    typed = text.strip().lower()
    if typed in MIDNIGHT:
        return midnight
    found = TIME.fullmatch(MIDDAY.get(typed, typed))
    hours, minutes, half = (int(found[1]), int(found[2] or 0), found[3]) if found else (0, 60, "")
    if minutes > 59 or (not 1 <= hours <= 12 if half else not (found and found[2])):
        raise BadHours(f"“{text.strip()}” is not a time such as 8:30am or 16:30.")
    return (hours % 12 + 12 * (half == "p") if half else hours) * 60 + minutes
