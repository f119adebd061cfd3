"""A word to the owner of a guide when it should be read again: once for each review date."""

from typing import Any

from sqlalchemy import or_, select

from .. import jobs, scheduler
from ..database import db
from ..journal import announce
from ..mail import send
from ..people.models import Grant, Person, Role
from .events import GuideReviewAsked
from .models import Guide, State
from .queries import today

AT_A_TIME = 100


@jobs.handles("guides.remind")
def remind_owners(_payload: dict[str, Any]) -> None:
    """Write to the owners of guides whose review date has come; for one who has left, to the managers."""
    due = (
        select(Guide)
        .where(
            Guide.state == State.PUBLISHED,
            Guide.review_on <= today(),
            or_(Guide.reminded_of.is_(None), Guide.reminded_of != Guide.review_on),
        )
        .order_by(Guide.review_on, Guide.id)
        .limit(AT_A_TIME)
        .with_for_update(skip_locked=True)
    )
    for guide in db.session.scalars(due).all():
        guide.reminded_of = guide.review_on
        for person in _addressees(guide):
            send(to=person, template="guides/review", about=guide, guide=guide)
        announce(GuideReviewAsked(about=guide))


def _addressees(guide: Guide) -> list[Person]:
    if guide.owner.is_active:
        return [guide.owner]
    managing = select(Grant.person_id).where(Grant.role == Role.MANAGER, Grant.ended_at.is_(None))
    managers = db.session.scalars(select(Person).where(Person.id.in_(managing)).order_by(Person.id))
    return [person for person in managers if person.is_active]


scheduler.every("guides.remind", hours=1)
