"""Meetings from a list or an iCalendar file: one line, or one event, for each. See docs/handbook/importing-meetings.md."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click
from icalendar import Calendar
from sqlalchemy import select

from ... import clock
from ...config import settings
from ...database import db
from ...importing import Column, Importer, Outcome, Row, Taken
from ...pages.filters import moment
from ...sheets import Sheet, Trouble
from ..models import Council, Term
from .models import Meeting

USUAL = timedelta(hours=2)
WALL = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
CANCELLED = ("cancelled", "canceled", "called off", "postponed")


class Meetings(Importer):
    """A meeting is known by its uid, or else by what it is and when it begins."""

    name = "meetings"
    help = "Bring in meetings of committees, from a CSV file or an iCalendar file (.ics)."
    options = (
        click.Option(["--council"], required=True, help="Whose meetings they are: the council’s short name."),
    )
    columns = (
        Column("meeting", "What it is", required=True, also=("title", "summary", "name"), longest=120),
        Column("committee", "The committee, as it is written with its members", longest=120),
        Column("starts", "Day and time, like 2026-11-18 18:30", required=True, also=("start", "from")),
        Column("ends", "Day and time; two hours later if empty", also=("end", "to")),
        Column("place", "Where", also=("room", "location", "venue"), longest=200),
        Column("status", "“cancelled” where it does not take place", also=("state",)),
        Column("uid", "What the other program knows it by", also=("id", "reference"), longest=200),
    )

    def __init__(self, council: str) -> None:
        self.council_name = council

    def read(self, data: bytes) -> Sheet:
        """An iCalendar file is read as if each event were a line."""
        if b"BEGIN:VCALENDAR" in data[:2000].upper():
            return self._events(data)
        return super().read(data)

    def prepare(self) -> None:
        names = {each.short_name.casefold(): each for each in db.session.scalars(select(Council))}
        self.council = names.get(self.council_name.casefold())
        self.committees: dict[str, str] = {}
        if self.council is not None:
            terms = db.session.scalars(select(Term).where(Term.council_id == self.council.id))
            self.committees = {str(one).casefold(): str(one) for term in terms for one in term.committees}

    def take(self, row: Row) -> Taken:
        if self.council is None:
            raise row.wrong("meeting", f"“{self.council_name}” is no council here; use its short name")
        zone = settings().zone
        title = row.text("meeting")
        starts = row.moment("starts", zone, WALL)
        if starts is None:
            raise row.wrong("starts", "is empty")
        ends = row.moment("ends", zone, WALL) or starts + USUAL
        if ends <= starts:
            raise row.wrong("ends", "is not after it begins")
        uid = row.text("uid") or f"{title.casefold()[:150]} {starts.isoformat()}"
        facts: dict[str, Any] = {
            "title": title,
            "committee": self.committee_of(row, title),
            "place": row.text("place"),
            "starts_at": starts,
            "ends_at": ends,
        }
        called_off = row.text("status").casefold() in CANCELLED
        words = f"{title}, {moment(starts)}"
        known = db.session.scalars(
            select(Meeting).where(Meeting.council_id == self.council.id, Meeting.uid == uid)
        ).first()
        if known is None:
            off = clock.now() if called_off else None
            db.session.add(Meeting(council=self.council, uid=uid, called_off_at=off, **facts))
            db.session.flush()
            return Taken(Outcome.NEW, words)
        changed = {name for name, value in facts.items() if getattr(known, name) != value}
        for name in changed:
            setattr(known, name, facts[name])
        if called_off != (known.called_off_at is not None):
            known.called_off_at = clock.now() if called_off else None
            changed.add("called off" if called_off else "takes place after all")
        return Taken(Outcome.CHANGED if changed else Outcome.SAME, words if changed else "")

    def committee_of(self, row: Row, title: str) -> str:
        """The committee named, or the one whose name the meeting bears; empty for the whole council."""
        named = row.text("committee") or next(
            (name for key, name in self.committees.items() if key in title.casefold()), ""
        )
        named = named or ("" if title.casefold().rstrip(".") in ("council", "full council") else title)
        return "" if named.casefold() in ("council", "full council") else named[:120]

    def _events(self, data: bytes) -> Sheet:
        columns = {each.name: each for each in self.columns}
        sheet = Sheet(rows=[], troubles=[], encoding="iCalendar", unused=[])
        try:
            events = Calendar.from_ical(data).walk("VEVENT")
        except ValueError as error:
            sheet.troubles.append(Trouble(1, f"this is not an iCalendar file: {error}"))
            return sheet
        for number, event in enumerate(events, start=1):
            if event.get("RRULE") is not None:
                sheet.troubles.append(
                    Trouble(number, "this event repeats; export the single meetings, so that each can move")
                )
                continue
            row = Row(number, _cells(event), columns)
            row.together.append(row)
            sheet.rows.append(row)
        return sheet


def _cells(event: Any) -> dict[str, str]:
    """An event as the cells of a line."""
    begins, ends = event.get("DTSTART"), event.get("DTEND")
    return {
        "meeting": " ".join(str(event.get("SUMMARY") or "").split())[:120],
        "committee": "",
        "starts": _wall(begins.dt) if begins is not None else "",
        "ends": _wall(ends.dt) if ends is not None else "",
        "place": " ".join(str(event.get("LOCATION") or "").split())[:200],
        "status": str(event.get("STATUS") or ""),
        "uid": str(event.get("UID") or "")[:200],
    }


def _wall(moment: date | datetime) -> str:
    """The wall time here; a day alone is its midnight."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), settings().zone)
    zone = settings().zone
    here = moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=UTC).replace(tzinfo=zone)
    return here.strftime("%Y-%m-%dT%H:%M:%S")
