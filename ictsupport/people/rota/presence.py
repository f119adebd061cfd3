"""Whether somebody is here, by their hours and absences: plain reckoning over what was read before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ... import hours

FURTHEST = 21
"""How many days ahead somebody's return is looked for."""


@dataclass(frozen=True)
class Hours:
    """When somebody works: versions of their week (empty: the service's own hours) and when they are away."""

    patterns: Sequence[tuple[date, Mapping[str, Any]]] = ()
    absences: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True)
class Presence:
    """Here until a moment, or away until one (None: for longer than is worth looking)."""

    is_here: bool
    until: datetime | None
    is_absent: bool = False


def presence(hours_of: Hours, service: hours.Calendar | None, now: datetime, zone: ZoneInfo) -> Presence:
    """How it stands with somebody at that moment. Where no calendar is kept, everybody not away is here."""
    away = next(((start, end) for start, end in hours_of.absences if start <= now < end), None)
    if away is not None:
        back = _begins(hours_of, service, away[1], zone)
        return Presence(False, back or away[1], is_absent=True)
    if service is None and not hours_of.patterns:
        return Presence(True, None)
    for start, end in _stretches(hours_of, service, now, zone):
        if start <= now < end:
            begins = [begin for begin, _ in hours_of.absences if now < begin < end]
            return Presence(True, min([end, *begins]))
        if start > now:
            break
    return Presence(False, _begins(hours_of, service, now, zone))


def _begins(
    hours_of: Hours, service: hours.Calendar | None, after: datetime, zone: ZoneInfo
) -> datetime | None:
    """When the person works again, at that moment or later."""
    for start, end in _stretches(hours_of, service, after, zone):
        begin = max(start, after)
        if end > begin and not any(from_ <= begin < until for from_, until in hours_of.absences):
            return begin
    return None


def _stretches(
    hours_of: Hours, service: hours.Calendar | None, since: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches somebody works, from that day on, in order."""
    first = since.astimezone(zone).date()
    for ahead in range(FURTHEST):
        day = first + timedelta(days=ahead)
        for opens, closes in _windows_on(hours_of, service, day):
            yield _at(day, opens, zone), _at(day, closes, zone)


def _windows_on(hours_of: Hours, service: hours.Calendar | None, day: date) -> list[tuple[int, int]]:
    known = service.day(day) if service is not None else None
    begun = [week for since, week in hours_of.patterns if since <= day]
    if known is not None and known.is_exception and not known.is_open:
        return []  # a bank holiday or a closure: nobody works
    if not begun:
        return [(window.opens, window.closes) for window in known.windows] if known is not None else []
    pairs = begun[-1].get(str(day.weekday()), [])
    windows = [hours.Window.parse(f"{opens}-{closes}") for opens, closes in pairs]
    return [(window.opens, window.closes) for window in windows]


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, minutes = divmod(minutes, 24 * 60)
    return datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), zone)
