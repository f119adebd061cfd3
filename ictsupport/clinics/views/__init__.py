"""The pages of the clinics: for those who book, for those who plan, and for the day itself."""

from . import attending, booking, calling_off, outcomes, planning, queue, reminders, series, waiting
from .door import bp

__all__ = [
    "attending",
    "booking",
    "bp",
    "calling_off",
    "outcomes",
    "planning",
    "queue",
    "reminders",
    "series",
    "waiting",
]
