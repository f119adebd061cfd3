"""Which systems do not work, or will soon be worked on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from ... import clock
from ...database import db
from ...people.access import DESK, reach
from ...people.models import Council, Person
from ...people.scopes import Scope
from ..access import LEADS
from ..models import System
from .models import Outage, OutageKind, OutageUpdate

SOON = timedelta(days=7)
DECLARERS = (*LEADS, *DESK)
"""Those who may say that a system does not work."""


def may_declare(person: Person, council_id: int | None) -> bool:
    """Whether the person may declare an outage for a council, or (None) for all of them together."""
    if not person.has_role(*DECLARERS):
        return False
    councils = reach(person, *DECLARERS)
    return councils is None or (council_id is not None and council_id in councils)


def councils_to_declare_for(person: Person) -> Sequence[Council]:
    councils = reach(person, *DECLARERS)
    rows = select(Council).order_by(Council.name).options(raiseload("*"))
    return db.session.scalars(rows if councils is None else rows.where(Council.id.in_(councils))).all()


def known_now(
    system_id: int | None = None, council_id: int | None = None, *, every_council: bool = False
) -> Sequence[Outage]:
    """What is known of a system (or of any) for somebody of a council: outages, and maintenance now or within a week."""
    outages = select(Outage).where(is_known(clock.now()))
    if system_id is not None:
        outages = outages.where(Outage.system_id == system_id)
    if not every_council:
        outages = outages.where(is_for(council_id))
    return db.session.scalars(
        outages.order_by(Outage.starts_at, Outage.id).options(
            joinedload(Outage.system).load_only(System.name, System.slug).raiseload("*"), raiseload("*")
        )
    ).all()


def is_for(council_id: int | None) -> ColumnElement[bool]:
    """SQL: the outages that people of the council are told of."""
    return or_(Outage.scope == Scope.ALL, Outage.council_id == council_id)


def is_known(now: datetime) -> ColumnElement[bool]:
    """SQL: the outages there are, and maintenance now or within a week."""
    maintenance = Outage.kind == OutageKind.MAINTENANCE
    return and_(
        Outage.ended_at.is_(None),
        or_(~maintenance, and_(Outage.expected_end > now, Outage.starts_at <= now + SOON)),
    )


def outages_of(system: System, limit: int = 30) -> Sequence[Outage]:
    """All there was with a system, newest first, with what was told."""
    return db.session.scalars(
        select(Outage)
        .where(Outage.system_id == system.id)
        .order_by(Outage.starts_at.desc(), Outage.id.desc())
        .limit(limit)
        .options(
            joinedload(Outage.council).raiseload("*"),
            joinedload(Outage.declared_by).load_only(Person.name).raiseload("*"),
            selectinload(Outage.updates).options(
                joinedload(OutageUpdate.by).load_only(Person.name).raiseload("*"), raiseload("*")
            ),
            raiseload(Outage.system),
        )
    ).all()
