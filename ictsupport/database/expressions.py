"""What SQLite and PostgreSQL say in different words: days, weeks and months, and words within words."""

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from .base import dialect_name


def local_day(moment: Any, zone: ZoneInfo) -> sa.ColumnElement[date]:
    """SQL: the calendar day an instant falls on in that zone."""
    if dialect_name() == "postgresql":
        return sa.cast(sa.func.timezone(zone.key, moment), sa.Date)
    return sa.func.local_day(moment, zone.key, type_=sa.Date())


def first_day_of(unit: Literal["week", "month"], day: Any) -> sa.ColumnElement[date]:
    """SQL: the Monday of the day's week, or the first of its month."""
    if dialect_name() == "postgresql":
        return sa.cast(sa.func.date_trunc(unit, day), sa.Date)
    steps = ("-6 days", "weekday 1") if unit == "week" else ("start of month",)
    return sa.func.date(day, *steps, type_=sa.Date())


def days_between(earlier: Any, later: Any) -> sa.ColumnElement[int]:
    """SQL: how many days one day comes after another."""
    if dialect_name() == "postgresql":
        return sa.type_coerce(later - earlier, sa.Integer)
    return sa.cast(sa.func.julianday(later) - sa.func.julianday(earlier), sa.Integer)


def days_after(day: Any, days: int) -> sa.ColumnElement[date]:
    """SQL: the day that comes so many days after another."""
    if dialect_name() == "postgresql":
        return sa.type_coerce(day + sa.literal(days, sa.Integer), sa.Date())
    return sa.func.date(day, f"+{days} days", type_=sa.Date())


def contains(
    column: InstrumentedAttribute[Any] | sa.ColumnElement[Any], typed: str
) -> sa.ColumnElement[bool]:
    """Whether the column holds what was typed, whatever its case; % and _ mean themselves."""
    return column.icontains(typed, autoescape=True)
