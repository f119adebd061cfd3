"""An answer out of a calendar (iTIP REPLY or COUNTER), as plain values; whatever the text is, nothing else is raised."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar

ANSWERS = ("REPLY", "COUNTER")
MOST_EVENTS = 5
MOST_LINES = 2_000
LARGEST_SEQUENCE = 1_000_000


class NoAnswer(Exception):
    """The text is no answer to an invitation; the words say what is wrong."""


@dataclass(frozen=True)
class Answer:
    """What one attendee says to one event."""

    method: str
    uid: str
    sequence: int
    partstat: str
    attendee: str
    stamp: datetime | None


def answers_in(text: str) -> list[Answer]:
    """The answers in the text of a calendar, or NoAnswer."""
    if text.count("\n") > MOST_LINES:
        raise NoAnswer("The calendar entry in it is too long to be an answer.")
    try:
        found = [answer for calendar in Calendar.from_ical(text, multiple=True) for answer in _in(calendar)]
    except NoAnswer:
        raise
    except Exception as error:  # whatever a parser of somebody else's makes of hostile text
        raise NoAnswer("The calendar entry in it is damaged.") from error
    if not found:
        raise NoAnswer("The calendar entry in it holds no event.")
    return found[:MOST_EVENTS]


def _in(calendar: Any) -> Iterator[Answer]:
    method = str(calendar.get("METHOD", "")).strip().upper()[:20]
    if method not in ANSWERS:
        raise NoAnswer(
            f"It is a calendar entry of the kind {method or 'without a method'}; only answers to our own are read."
        )
    for event in calendar.walk("VEVENT"):
        attendees = event.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        if len(attendees) != 1:
            raise NoAnswer("It does not say who answers.")
        (attendee,) = attendees
        address = str(attendee)
        params = getattr(attendee, "params", {})
        yield Answer(
            method=method,
            uid=str(event.get("UID", "")).strip()[:200],
            sequence=_number(event.get("SEQUENCE", 0)),
            partstat=str(params.get("PARTSTAT", "")).strip().upper()[:20],
            attendee=address[7:].strip().lower() if address.lower().startswith("mailto:") else "",
            stamp=_moment(event.get("DTSTAMP")),
        )


def _number(value: Any) -> int:
    number = int(value)
    if not 0 <= number <= LARGEST_SEQUENCE:
        raise NoAnswer("Its SEQUENCE cannot be.")
    return number


def _moment(value: Any) -> datetime | None:
    moment = getattr(value, "dt", None)
    if not isinstance(moment, datetime):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
