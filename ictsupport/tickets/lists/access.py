"""Whose saved views somebody sees, and which they may change."""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from ... import clock
from ...config import settings
from ...people.access import within_reach
from ...people.models import Membership, Person, Role, Team
from ..models import Queue
from .models import SavedView


def queues_of(person: Person) -> Select[int]:
    """SQL: the queues somebody works on: those of their teams today, and for managers all within their reach."""
    today = clock.today(settings().zone)
    in_team = select(Membership.team_id).where(
        Membership.person_id == person.id,
        Membership.starts_on <= today,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    managed = select(Team.id).where(within_reach(Team, person, Role.MANAGER))
    return select(Queue.id).where(or_(Queue.team_id.in_(in_team), Queue.team_id.in_(managed)))


def sees_view(person: Person) -> ColumnElement[bool]:
    """SQL: one's own views, and those shared with a queue one works on."""
    shared = and_(SavedView.queue_id.is_not(None), SavedView.queue_id.in_(queues_of(person)))
    return or_(SavedView.owner_id == person.id, shared)


def may_change_view(person: Person, view: SavedView) -> bool:
    """Whether the person may rename, share and remove the view: its owner, or a manager if it is shared."""
    return view.owner_id == person.id or (view.queue_id is not None and person.has_role(Role.MANAGER))
