"""The pages of the clinics: for those who book, for those who plan, and for the day itself."""

from . import (
    attending,
    booking,
    bringing,
    by_link,
    calling_off,
    cohorts,
    feeds,
    outcomes,
    planning,
    queue,
    reminders,
    series,
    waiting,
)
from .door import bp
from .feeds import feeds_bp

__all__ = [
    "attending",
    "booking",
    "bp",
    "bringing",
    "by_link",
    "calling_off",
    "cohorts",
    "feeds",
    "feeds_bp",
    "outcomes",
    "planning",
    "queue",
    "reminders",
    "series",
    "waiting",
]
