"""Which meetings there are, and whose."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, raiseload

from ... import clock
from ...config import settings
from ...database import db
from ..access import reach
from ..models import Person, Role
from .models import Meeting

SOON = timedelta(days=7)
MOST = 6
KEEPERS = (
    Role.DEMOCRATIC_SERVICES,
    Role.CLERK,
    Role.ADMINISTRATOR,
    Role.MANAGER,
    Role.AGENT,
    Role.CLINIC_HOST,
)
"""Those who see the list of meetings."""


def meetings_of(member: Person) -> Sequence[Meeting]:
    """The member's own meetings from now to a week ahead, soonest first. One statement, none for who is no member."""
    seat = member.seat
    if seat is None:
        return []
    now = clock.now()
    soon = db.session.scalars(
        _to_come(now)
        .where(Meeting.council_id == seat.council_id, Meeting.starts_at <= now + SOON)
        .options(raiseload("*"))
    )
    sits_on = {str(each).casefold() for each in seat.committees}
    return [each for each in soon if not each.committee or each.committee.casefold() in sits_on][:MOST]


def visible_meetings(person: Person) -> Select[Meeting]:
    """The meetings to come of the councils that somebody's role covers."""
    meetings = _to_come(clock.now()).options(joinedload(Meeting.council), raiseload("*"))
    councils = reach(person, *KEEPERS)
    return meetings if councils is None else meetings.where(Meeting.council_id.in_(councils))


def when(meeting: Meeting) -> datetime:
    """When it begins, in wall time."""
    return meeting.starts_at.astimezone(settings().zone)


def _to_come(now: datetime) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(Meeting.starts_at > now, Meeting.called_off_at.is_(None))
        .order_by(Meeting.starts_at, Meeting.id)
    )
