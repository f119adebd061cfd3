"""What time it is. Everything asks here, so that tests and demonstrations can say."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def now() -> datetime:
    """The present instant, in UTC."""
    return _fixed.get() or datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The calendar day it is now in that zone."""
    return now().astimezone(zone).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stop the clock at a moment while the block runs."""
    before = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(before)
