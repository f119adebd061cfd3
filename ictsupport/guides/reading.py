"""Reading guides: who came to one, whether it helped, and an estimate of the questions it spared.

A reading counts where somebody came from the list or from a suggestion. It
spared a question where that person raised nothing in the 24 hours after it
about one of the guide's systems, nor anything that names no system at all.
That nobody asked does not prove that the guide was why: it is an estimate,
and is told with the number of readings it is made of.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, literal, or_, select

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import db, dialect_name, insert_if_new
from ..errors import Refusal
from ..people.models import Person
from ..tickets.models import Ticket, ticket_systems
from .access import keeps_guides
from .models import Guide, GuideReading, GuideVote, State, guide_systems

WITHIN = timedelta(hours=24)
OVER = timedelta(days=90)
ENOUGH = 10
"""Of fewer readings than this no share is told."""


class NotPublished(Refusal):
    reason = "This guide is not published, so nobody can say yet whether it helps."


@dataclass(frozen=True)
class Spared:
    """Of so many readings, how many were followed by no question."""

    readings: int = 0
    without: int = 0

    @property
    def share(self) -> float | None:
        return self.without / self.readings if self.readings >= ENOUGH else None

    def __add__(self, other: "Spared") -> "Spared":
        return Spared(self.readings + other.readings, self.without + other.without)


def note_reading(guide_id: int, person_id: int) -> None:
    """Keep that the person came to the guide; coming back the same day makes the same reading longer."""
    now = clock.now()
    key = {"guide_id": guide_id, "person_id": person_id, "day": now.date()}
    if not insert_if_new(GuideReading, [{**key, "first_at": now, "last_at": now}]):
        reading = db.session.get(GuideReading, (guide_id, person_id, now.date()))
        if reading is not None:
            reading.last_at = now


def counts(guide: Guide, person: Person) -> bool:
    """Whether the person's coming to it is a reading: those who could have asked, and a guide that is out."""
    return guide.state is State.PUBLISHED and not keeps_guides(person)


def vote(guide: Guide, person: Person, *, helpful: bool) -> None:
    """Say whether the guide helped; saying something else later replaces it."""
    if guide.state is not State.PUBLISHED:
        raise NotPublished
    now = clock.now()
    key = {"guide_id": guide.id, "person_id": person.id}
    if not insert_if_new(GuideVote, [{**key, "helpful": helpful, "at": now}]):
        said = db.session.get_one(GuideVote, (guide.id, person.id))
        said.helpful, said.at = helpful, now


def spared() -> dict[int, Spared]:
    """By guide, what is estimated of the readings of the last 90 days whose 24 hours are over. One statement."""
    now = clock.now()
    rows = db.session.execute(
        select(GuideReading.guide_id, func.count(), func.sum(case((_asked_after(), 0), else_=1)))
        .where(GuideReading.last_at <= now - WITHIN, GuideReading.last_at > now - OVER)
        .group_by(GuideReading.guide_id)
    )
    return {guide_id: Spared(number, int(without or 0)) for guide_id, number, without in rows}


def _asked_after() -> ColumnElement[bool]:
    """SQL: the reader raised something after the reading that the guide could have spared."""
    named = ticket_systems.c
    same = exists().where(
        named.ticket_id == Ticket.id,
        named.system_id.in_(
            select(guide_systems.c.system_id).where(guide_systems.c.guide_id == GuideReading.guide_id)
        ),
    )
    of_no_system = ~exists().where(named.ticket_id == Ticket.id)
    of_any = ~exists().where(guide_systems.c.guide_id == GuideReading.guide_id)
    return exists().where(
        and_(
            or_(Ticket.requester_id == GuideReading.person_id, Ticket.opened_by_id == GuideReading.person_id),
            Ticket.opened_at >= GuideReading.first_at,
            Ticket.opened_at <= _later(GuideReading.last_at),
            or_(same, of_no_system, of_any),
        )
    )


def _later(column: Any) -> ColumnElement[Any]:
    """SQL: 24 hours after the moment."""
    if dialect_name() == "postgresql":
        later: ColumnElement[Any] = column + literal(WITHIN)
        return later
    return func.strftime("%Y-%m-%d %H:%M:%f", column, "+24 hours")


@jobs.handles("guides.forget_readings")
def forget_readings(_payload: dict[str, Any]) -> None:
    """Who read what is nobody's business for longer than the estimate needs it."""
    oldest = clock.now() - timedelta(days=settings().guide_readings_kept_days)
    db.session.execute(delete(GuideReading).where(GuideReading.last_at < oldest))


scheduler.every("guides.forget_readings", hours=24)
