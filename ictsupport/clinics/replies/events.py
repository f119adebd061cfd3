"""What can happen when somebody's calendar answers."""

from dataclasses import dataclass

from ..events import BookingEvent


@dataclass(frozen=True, kw_only=True)
class BookingAnswered(BookingEvent):
    """They accepted, may come, or cannot come although it is too late to cancel (`too_late`)."""

    answer: str
    too_late: bool = False
