"""Opening hours, and time counted only while open.

A calendar is made of facts: the weekly windows of each version and the day it
counts from, bank holidays, closures, and days with hours of their own. From
these, each year is laid out once as stretches of UTC with running totals, so
that "how long" and "until when" are two look-ups however long the span is.

All counting is done on UTC instants in whole microseconds: neither the
server's time zone nor a change of the clocks can make an hour too few or too
many. Nothing here knows of a database or a web page.
"""

from .calendar import Calendar, NeverOpen
from .facts import (
    UNITED_KINGDOM,
    WEEKDAYS,
    BadHours,
    Closure,
    Day,
    SpecialDay,
    Version,
    Window,
    bank_holidays,
    parse_windows,
    spoken,
)
from .layout import FIRST_YEAR, LAST_YEAR, Elapsed, OutOfReach

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "UNITED_KINGDOM",
    "WEEKDAYS",
    "BadHours",
    "Calendar",
    "Closure",
    "Day",
    "Elapsed",
    "NeverOpen",
    "OutOfReach",
    "SpecialDay",
    "Version",
    "Window",
    "bank_holidays",
    "parse_windows",
    "spoken",
]
