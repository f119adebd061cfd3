"""The rules by which people are reminded: kept by those who set the desk up for all councils."""

from collections.abc import Sequence
from datetime import time

from sqlalchemy import select

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...people.models import Person
from ...tickets.setting_up.access import refuse_others
from .arranging import arrange_by, end_by
from .events import ReminderRuleChanged
from .models import ClinicReminderRule
from .moments import Rule, described

MOST_DAYS, LEAST_MINUTES, MOST_MINUTES = 28, 5, 2880
MOST_RULES = 6


class NoMoment(Refusal):
    reason = "Say when: so many days before at a time of day, or so many hours before."


class OutOfRange(Refusal):
    reason = "A reminder goes out between 5 minutes and 28 days before."


class SameRule(Refusal):
    reason = "There is such a reminder already: {described}. Choose another moment."


class TooManyRules(Refusal):
    reason = "There are {most} reminders already, and nobody wants more letters than that. End one first."


class ChangedBefore(Refusal):
    reason = "Somebody changed this reminder while you had it open. Send yours again to let it stand."


class HasEnded(Refusal):
    reason = "This reminder has been ended. Make a new one instead."


def rules_kept() -> Sequence[ClinicReminderRule]:
    """The rules in force, the earliest reminder first."""
    rows = db.session.scalars(select(ClinicReminderRule).where(ClinicReminderRule.ended_at.is_(None))).all()
    return sorted(
        rows,
        key=lambda row: (
            row.minutes is not None,
            -(row.minutes or 0),
            -(row.days or 0),
            row.wall or time(),
            row.id,
        ),
    )


def save_rule(
    row: ClinicReminderRule,
    *,
    by: Person | None,
    days: int | None = None,
    wall: time | None = None,
    minutes: int | None = None,
    seen: int | None = None,
) -> ClinicReminderRule:
    """Keep what a new or a present rule says, and arrange the reminders of every booking to come by it."""
    refuse_others(by, None)
    is_new = row.version is None
    if not is_new:
        lock(row)
        if row.ended_at is not None:
            raise HasEnded
        if seen is not None and seen != row.version:
            raise ChangedBefore
    _check(row, days, wall, minutes, is_new=is_new)
    old = {} if is_new else {"When": _said(row)}
    row.days, row.wall, row.minutes = days, wall, minutes
    row.version = 1 if is_new else row.version + 1
    db.session.add(row)
    db.session.flush()
    arrange_by(Rule(row.id, days, wall, minutes))
    _tell(row, old, {"When": _said(row)}, by)
    return row


def end_rule(row: ClinicReminderRule, *, by: Person | None) -> None:
    """Nobody is reminded by it any more. Twice is once."""
    refuse_others(by, None)
    lock(row)
    if row.ended_at is None:
        row.ended_at = clock.now()
        row.version += 1
        db.session.flush()
        end_by(row)
        _tell(row, {"When": _said(row)}, {"When": "never"}, by)


def _check(
    row: ClinicReminderRule, days: int | None, wall: time | None, minutes: int | None, *, is_new: bool
) -> None:
    if minutes is None:
        complete, in_range = days is not None and wall is not None, 0 <= (days or 0) <= MOST_DAYS
    else:
        complete, in_range = days is None and wall is None, LEAST_MINUTES <= minutes <= MOST_MINUTES
    if not complete:
        raise NoMoment
    if not in_range:
        raise OutOfRange
    with db.session.no_autoflush:
        others = [each for each in rules_kept() if each.id != row.id]
    if any((each.days, each.wall, each.minutes) == (days, wall, minutes) for each in others):
        raise SameRule(described=described(days, wall, minutes))
    if is_new and len(others) >= MOST_RULES:
        raise TooManyRules(most=MOST_RULES)


def _said(row: ClinicReminderRule) -> str:
    return described(row.days, row.wall, row.minutes)


def _tell(row: ClinicReminderRule, old: dict[str, str], new: dict[str, str], by: Person | None) -> None:
    changes = differences(old, new)
    if changes:
        announce(ReminderRuleChanged(about=row, by=by, name=f"Clinic reminder {row.id}", changes=changes))
