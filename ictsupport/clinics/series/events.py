"""What can happen to a series of clinics."""

from dataclasses import dataclass, field
from typing import Any

from ...journal.events import Event
from ..models import ClinicSeries


@dataclass(frozen=True, kw_only=True)
class SeriesEvent(Event):
    about: ClinicSeries


class SeriesPlanned(SeriesEvent): ...


@dataclass(frozen=True, kw_only=True)
class SeriesChanged(SeriesEvent):
    """`follows` is the series that ended where this one begins."""

    follows: ClinicSeries | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DateSkipped(SeriesEvent):
    date: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DateHeldAfterAll(SeriesEvent):
    date: str
    reason: str


class SeriesEnded(SeriesEvent): ...


class SeriesGoesOn(SeriesEvent): ...
