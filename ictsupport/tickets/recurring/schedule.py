"""When something comes again, in wall time: correct on both sides of a change of the clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from ...hours import WEEKDAYS

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


@dataclass(frozen=True)
class Schedule:
    """A rule, the day it counts from and the time of day. It never ends by itself."""

    rule: str
    starts_on: date
    at: time

    def walls(self, after: datetime | None = None) -> Iterator[datetime]:
        """The times to come as the wall's clock shows them: all, or those after one."""
        start = datetime.combine(self.starts_on, self.at)
        rule = rrulestr(self.rule, dtstart=start)
        found: Iterator[datetime] = iter(rule) if after is None else rule.xafter(after)
        return found

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant after a moment."""
        return next(iter(self.coming(moment, zone, 1)), None)

    def coming(self, moment: datetime, zone: ZoneInfo, count: int) -> Sequence[datetime]:
        """The next instants after a moment."""
        wall = moment.astimezone(zone).replace(tzinfo=None)
        found = (instant_of(each, zone) for each in self.walls(wall))
        return list(islice((each for each in found if each > moment), count))

    def latest(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The last wall time that has come by a moment."""
        start = datetime.combine(self.starts_on, self.at)
        wall = moment.astimezone(zone).replace(tzinfo=None)
        found: datetime | None = rrulestr(self.rule, dtstart=start).before(wall, inc=True)
        return found


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the first of two when the clocks go back, the hour after one that is left out."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def weekly(weekdays: Sequence[int], interval: int = 1) -> str:
    return f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(DAYS[day] for day in sorted(weekdays))}"


def monthly_on_weekday(nth: int, weekday: int, interval: int = 1) -> str:
    return f"FREQ=MONTHLY;INTERVAL={interval};BYDAY={nth}{DAYS[weekday]}"


def monthly_on_day(day: int, interval: int = 1) -> str:
    """On that day of the month; -1 is the last."""
    return f"FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={day}"


def parts_of(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";"))


def in_words(rule: str) -> str:
    """ "Every 2 weeks on Monday and Friday", "the first Monday of every month"."""
    parts = parts_of(rule)
    interval = int(parts.get("INTERVAL", "1"))
    if parts["FREQ"] == "WEEKLY":
        names = [WEEKDAYS[DAYS.index(code)] for code in parts["BYDAY"].split(",")]
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        return f"every {'week' if interval == 1 else f'{interval} weeks'} on {listed}"
    months = "every month" if interval == 1 else f"every {interval} months"
    if "BYMONTHDAY" in parts:
        day = int(parts["BYMONTHDAY"])
        return f"the last day of {months}" if day == -1 else f"day {day} of {months}"
    nth, code = int(parts["BYDAY"][:-2]), parts["BYDAY"][-2:]
    return f"the {NTH[nth]} {WEEKDAYS[DAYS.index(code)]} of {months}"
