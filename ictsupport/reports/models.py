"""Load facts: what happened to tickets, summed by day, week and month, so that a page adds up a few rows only.

They are derived: `ictsupport rebuild "load facts"` makes them anew from the
tickets and proves them equal (see keeping.py and rebuilding.py).
"""

import enum
from bisect import bisect_left
from datetime import date
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Model, words
from ..people.models import RequesterKind
from ..tickets.models import ClockKind, TicketType

SHARED = 0
"""Stands in a fact for work that is for all councils."""


class Grain(enum.Enum):
    """How long a stretch one row sums. A week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Keyed:
    """Whose load a row sums, and of which stretch: `day` is its first.

    Council, type, requester kind and confidentiality are the ticket's present
    ones, so that every figure opens the tickets it counts; the queue is the
    one the ticket was in at that moment.
    """

    grain: Mapped[Grain] = mapped_column(words(Grain, 5), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queue_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_type: Mapped[TicketType] = mapped_column(words(TicketType), primary_key=True)
    requester_kind: Mapped[RequesterKind] = mapped_column(words(RequesterKind), primary_key=True)
    confidential: Mapped[bool] = mapped_column(primary_key=True)


class LoadFact(Keyed, Model):
    """How much work came, went and moved."""

    opened: Mapped[int] = mapped_column(default=0)
    resolved: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    merged: Mapped[int] = mapped_column(default=0)
    unmerged: Mapped[int] = mapped_column(default=0)
    moved_in: Mapped[int] = mapped_column(default=0)
    moved_out: Mapped[int] = mapped_column(default=0)

    __table_args__ = {"sqlite_with_rowid": False}


FLOWS = ("opened", "resolved", "cancelled", "reopened", "merged", "unmerged", "moved_in", "moved_out")


class WaitFact(Keyed, Model):
    """How the clocks of one kind ended, and after how much working time.

    `late` is the change in how many clocks run past their target. For each of
    the STEPS there is a column that counts the clocks that ended within it and
    not within the one before.
    """

    kind: Mapped[ClockKind] = mapped_column(words(ClockKind), primary_key=True)
    met: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)

    __table_args__ = {"sqlite_with_rowid": False}


STEPS = (
    *(5, 10, 15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480),
    *(600, 720, 960, 1200, 1440, 1920, 2400, 3000, 3600, 4800, 6000, 7200, 9600, 12000, 19200, 38400),
)
"""Minutes of working time to which medians are told: a median is the shortest of these that half stayed within."""

STEP_COLUMNS = (*(f"within_{minutes}" for minutes in STEPS), "longer")
for _name in STEP_COLUMNS:
    setattr(WaitFact, _name, mapped_column(_name, Integer, nullable=False, default=0))

WAITS = ("met", "missed", "late", *STEP_COLUMNS)


def step_of(seconds: int) -> str:
    """The column that counts a clock which ended after so much working time."""
    return STEP_COLUMNS[bisect_left(STEPS, seconds / 60)]


KEYS: tuple[str, ...] = tuple(Keyed.__annotations__)
Row = dict[str, Any]
