"""Saying that a system does not work or will be worked on, how it goes, and that it is over."""

from datetime import datetime

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...people.models import Council, Person
from ...people.scopes import scoped_to
from ..changing import take_turn
from ..models import System
from .events import OutageDeclared, OutageEnded, OutageUpdated
from .models import Outage, OutageKind, OutageUpdate

LONGEST_TITLE, LONGEST = 160, 4_000


class NothingTold(Refusal):
    reason = "Say in a few words what people notice."


class WindowMissing(Refusal):
    reason = "Say from when to when it will be worked on."


class WindowBackward(Refusal):
    reason = "It must end after it begins."


class WindowPast(Refusal):
    reason = "That time has already passed. Choose a later end."


class NotYetBegun(Refusal):
    reason = "An outage cannot begin later than now. If it is planned, choose maintenance."


class AlreadyOver(Refusal):
    reason = "It is over already. Declare a new one if it has come back."


def declare(
    system: System,
    title: str,
    *,
    by: Person | None,
    kind: OutageKind = OutageKind.OUTAGE,
    council: Council | None = None,
    advice: str = "",
    starts_at: datetime | None = None,
    expected_end: datetime | None = None,
    reference: str = "",
) -> Outage:
    """Let everybody know. Without a council it is for all of them."""
    now = clock.now()
    title = " ".join(title.split())[:LONGEST_TITLE]
    if not title:
        raise NothingTold
    planned = kind is OutageKind.MAINTENANCE
    if planned and (starts_at is None or expected_end is None):
        raise WindowMissing
    starts_at = starts_at or now
    if not planned and starts_at > now:
        raise NotYetBegun
    if expected_end is not None and expected_end <= starts_at:
        raise WindowBackward
    if expected_end is not None and expected_end <= now:
        raise WindowPast
    outage = Outage(
        system=system,
        kind=kind,
        title=title,
        advice=advice.strip()[:LONGEST],
        starts_at=starts_at,
        expected_end=expected_end,
        declared_by_id=by.id if by is not None else None,
        **scoped_to(council),
    )
    db.session.add(outage)
    db.session.flush()
    announce(OutageDeclared(about=outage, system=system, by=by, title=title, reference=reference))
    return outage


def tell(
    outage: Outage,
    words: str,
    *,
    by: Person | None,
    expected_end: datetime | None = None,
    version: int | None = None,
) -> OutageUpdate:
    """How it goes; everybody who reported it hears of it."""
    take_turn(outage, version)
    _refuse_over(outage)
    if expected_end is not None:
        if expected_end <= outage.starts_at:
            raise WindowBackward
        outage.expected_end = expected_end
    update = _put_down(outage, words, by)
    announce(OutageUpdated(about=outage, system=outage.system, by=by, update=update))
    return update


def end(outage: Outage, words: str, *, by: Person | None, version: int | None = None) -> None:
    """It is over, and what was done about it."""
    take_turn(outage, version)
    _refuse_over(outage)
    update = _put_down(outage, words, by)
    outage.ended_at = clock.now()
    announce(OutageEnded(about=outage, system=outage.system, by=by, update=update))


def _refuse_over(outage: Outage) -> None:
    if outage.ended_at is not None:
        raise AlreadyOver


def _put_down(outage: Outage, words: str, by: Person | None) -> OutageUpdate:
    words = words.strip()[:LONGEST]
    if not words:
        raise NothingTold
    update = OutageUpdate(
        outage=outage, at=clock.now(), by_id=by.id if by is not None else None, words_=words
    )
    db.session.add(update)
    db.session.flush()
    return update
