"""The outage that a ticket stands for or reports, among what happened to it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from ...database import db
from ...people.models import Person
from ...systems.models import System
from ...systems.outages.models import Outage, OutageKind, OutageUpdate
from ..access import is_desk
from ..models import Ticket
from ..parts import Happening, happening
from ..related.queries import company_of

TOLD = 300


@happening
def outages_around(ticket: Ticket, person: Person) -> Sequence[Happening]:
    """From its beginning to its end. What was told of it stands on reports as replies already.

    Costs nothing for a ticket without: what there is around it has been read.
    """
    if not is_desk(person):
        return ()
    linked = company_of(ticket, person).outages
    if not linked:
        return ()
    outages = db.session.scalars(
        select(Outage)
        .where(Outage.id.in_(linked))
        .options(
            joinedload(Outage.system).load_only(System.name, System.slug).raiseload("*"),
            joinedload(Outage.updates).options(
                joinedload(OutageUpdate.by).load_only(Person.name).raiseload("*"), raiseload("*")
            ),
            raiseload("*"),
        )
    ).unique()
    return [line for outage in outages for line in _lines(outage, whole=linked[outage.id])]


def _lines(outage: Outage, *, whole: bool) -> Iterator[Happening]:
    href = f"/systems/{outage.system.slug}/outages"
    planned = outage.kind is OutageKind.MAINTENANCE
    what = f"of {outage.system.name} begins: {outage.title}"
    yield Happening(outage.starts_at, "Maintenance" if planned else "Outage", what, href)
    last = outage.updates[0] if outage.updates and outage.ended_at is not None else None
    for update in reversed(outage.updates):
        who = update.by.name if update.by is not None else "The service"
        if update is last:
            yield Happening(update.at, who, f"said that {outage.system.name} works again", href)
        elif whole:
            yield Happening(update.at, who, f"told how it goes: {update.words_[:TOLD]}", href)
