"""What is known of a system, told to whoever is about to ask: outages and maintenance, and what helps with a problem."""

from collections.abc import Iterable

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager, raiseload

from ... import clock
from ...database import db
from ...pages.filters import near_moment
from ...people.models import Person
from ...systems.models import System
from ...systems.outages.models import Outage, OutageKind
from ...systems.outages.queries import is_for, is_known
from ..asking.suggestions import Asking, Press, Suggestion, suggestion
from ..problems.queries import published_by_system

KNOWN = "We know about this"


@suggestion(order=10)
def known_of_system(asking: Asking, _person: Person) -> Iterable[Suggestion]:
    """Both in one statement, since it is asked while somebody types."""
    if asking.system_id is None:
        return
    problem = published_by_system(asking.council_id)
    rows = db.session.execute(
        select(Outage, problem.c.words)
        .select_from(System)
        .outerjoin(
            Outage,
            and_(Outage.system_id == System.id, is_known(clock.now()), is_for(asking.council_id)),
        )
        .outerjoin(problem, problem.c.system_id == System.id)
        .where(System.id == asking.system_id)
        .order_by(Outage.starts_at, Outage.id, problem.c.at.desc())
        .options(
            contains_eager(Outage.system).load_only(System.name, System.slug).raiseload("*"), raiseload("*")
        )
    ).all()
    for outage in dict.fromkeys(row[0] for row in rows if row[0] is not None):
        yield Suggestion(
            KNOWN,
            outage.title,
            _told(outage),
            href=f"/systems/{outage.system.slug}/outages",
            press=Press("Me too", outage.id) if outage.kind is OutageKind.OUTAGE else None,
        )
    for words in dict.fromkeys(row[1] for row in rows if row[1]):
        yield Suggestion(KNOWN, words, "We are looking for what causes it.")


def _told(outage: Outage) -> str:
    if outage.kind is OutageKind.MAINTENANCE:
        words = f"Planned work from {near_moment(outage.starts_at)} until {near_moment(outage.expected_end)}."
    else:
        words = f"It has not worked since {near_moment(outage.starts_at)}."
        if outage.expected_end is not None:
            words += f" We expect it to work again by {near_moment(outage.expected_end)}."
    return f"{words} {outage.advice}".strip()
