"""When a rule falls due for a booking, and how it is said."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...database import db
from ...pages.filters import clock_time
from ...unchanged import until_changed
from ..booking import in_words
from .models import ClinicReminderRule


@dataclass(frozen=True)
class Rule:
    """A rule in force, as plain values."""

    id: int
    days: int | None
    wall: time | None
    minutes: int | None

    def due(self, starts_at: datetime, zone: str) -> datetime:
        """The moment for somebody whose time starts then.

        Hours before are elapsed: clocks that change in between do not matter.
        A time of day is wall time in the clinic's zone: of one that comes twice
        the first, and one that the clocks skip is as much later as they are.
        """
        if self.minutes is not None:
            return starts_at - timedelta(minutes=self.minutes)
        here = ZoneInfo(zone)
        day = starts_at.astimezone(here).date() - timedelta(days=self.days or 0)
        return datetime.combine(day, self.wall or time(), tzinfo=here).astimezone(UTC)


def described(days: int | None, wall: time | None, minutes: int | None) -> str:
    """The rule as people say it: "The day before at 9am", "2 hours before"."""
    if minutes is not None:
        return f"{in_words(minutes)} before"
    before = {0: "On the day", 1: "The day before"}.get(days or 0, f"{days} days before")
    return f"{before} at {clock_time(wall)}"


@until_changed(ClinicReminderRule)
def rules_in_force() -> tuple[Rule, ...]:
    """The rules in force; read from the database only after one was changed."""
    rows = db.session.scalars(
        select(ClinicReminderRule)
        .where(ClinicReminderRule.ended_at.is_(None))
        .order_by(ClinicReminderRule.id)
    )
    return tuple(Rule(row.id, row.days, row.wall, row.minutes) for row in rows)
