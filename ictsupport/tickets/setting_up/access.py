"""Who may set the desk up: helpdesk managers and administrators, as far as their role reaches.

What is for one council may be set by who manages or administers that council;
what is for all, by who does so for all. Everybody who sets anything up sees
what holds for all.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from ...database import db
from ...errors import Refusal
from ...people.access import reach, within_reach
from ...people.models import Council, Person, Role
from ..models import Queue

SETS_UP = (Role.MANAGER, Role.ADMINISTRATOR)


class NotYoursToSet(Refusal):
    reason = "Only a helpdesk manager or an administrator can set this, and what is for all councils only one for all of them."


def sets_up(person: Any) -> bool:
    """Whether the person sets anything up at all."""
    return bool(person.has_role(*SETS_UP))


def may_set_up(person: Person, council_id: int | None) -> bool:
    """Whether the person may set what is for this council (None: for all of them)."""
    return person.has_role_for(council_id, *SETS_UP)


def refuse_others(person: Person | None, council_id: int | None) -> None:
    """Raise NotYoursToSet unless the person may set it. Nobody is the program itself."""
    if person is not None and not may_set_up(person, council_id):
        raise NotYoursToSet


def visible_settings(columns: type[Any], person: Person) -> ColumnElement[bool]:
    """SQL: the rows of a Scoped setting that the person may look at."""
    return within_reach(columns, person, *SETS_UP)


def turnstile() -> Queue | None:
    """The row that whoever changes a list of settings as a whole waits for: the first queue's, as good as any."""
    return db.session.scalars(select(Queue).order_by(Queue.id).limit(1)).first()


def councils_set_up_by(person: Person) -> Sequence[Council]:
    """The councils for which the person may set something."""
    reached = reach(person, *SETS_UP)
    councils = select(Council).order_by(Council.name)
    if reached is not None:
        councils = councils.where(Council.id.in_(reached))
    return db.session.scalars(councils).all()
