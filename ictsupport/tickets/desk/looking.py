"""Who else is at a ticket: looking, or writing; and what they have done since one opened it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, delete, null, or_, select, update

from ... import clock, jobs, scheduler
from ...database import aside, db, insert_if_new
from ...journal import Entry
from ...journal.models import Subject
from ...people.models import Person
from ...statements import put_together
from ..models import Ticket
from .deeds import DEEDS
from .models import Draft, Presence

STILL_LOOKING = timedelta(seconds=150)
STILL_WRITING = timedelta(seconds=90)
WRITTEN_EVERY = timedelta(seconds=55)
NAMED = 3
SAID = {
    "tickets.Replied": "replied",
    "tickets.Noted": "wrote a note",
    "tickets.CallLogged": "recorded a call",
}
UNTOLD = ("tickets.TicketRead", "tickets.TicketRaised")


@dataclass(frozen=True)
class Company:
    """Who else is at the ticket, and one's own draft on it."""

    others: Sequence[tuple[str, bool]]
    """Names, and whether they are writing."""
    seen_at: datetime | None
    """When it was last written down that one looks at it oneself."""
    draft: dict[str, Any] | None
    saved_at: datetime | None

    @property
    def sentence(self) -> str:
        """Asha Iqbal is writing. Morgan Okafor is looking at this ticket."""
        told = [
            f"{name} is {'writing' if writing else 'looking at this ticket'}."
            for name, writing in self.others
        ]
        return " ".join(told)


@put_together
def _at_it() -> Any:
    ticket_id: BindParameter[int] = bindparam("ticket")
    me: BindParameter[int] = bindparam("me")
    looks = and_(Presence.person_id == Person.id, Presence.ticket_id == ticket_id)
    writes = and_(Draft.person_id == Person.id, Draft.ticket_id == ticket_id)
    looking = select(Presence.person_id).where(
        Presence.ticket_id == ticket_id, Presence.seen_at > bindparam("looked")
    )
    writing = select(Draft.person_id).where(
        Draft.ticket_id == ticket_id,
        or_(Draft.saved_at > bindparam("wrote"), Draft.person_id == me),
    )
    return (
        select(
            Person.id,
            Person.name,
            Presence.seen_at,
            Draft.saved_at,
            case((Person.id == me, Draft.typed), else_=null()).label("typed"),
        )
        .outerjoin(Presence, looks)
        .outerjoin(Draft, writes)
        .where(or_(Person.id.in_(looking), Person.id.in_(writing)))
        .order_by(Person.name)
    )


def company_at(ticket_id: int, person: Person) -> Company:
    """Everybody at the ticket, in one statement."""
    now = clock.now()
    given = {"ticket": ticket_id, "looked": now - STILL_LOOKING, "wrote": now - STILL_WRITING}
    rows = db.session.execute(_at_it(), given | {"me": person.id}).all()
    own = next((row for row in rows if row.id == person.id), None)
    others = [
        (row.name, row.saved_at is not None and row.saved_at > now - STILL_WRITING)
        for row in rows
        if row.id != person.id
    ]
    return Company(
        others,
        own.seen_at if own else None,
        own.typed if own else None,
        own.saved_at if own else None,
    )


def note_looking(ticket_id: int, person: Person, company: Company) -> None:
    """Write down that somebody has the ticket open: once a minute at most, though their browser asks more often."""
    now = clock.now()
    if company.seen_at is not None and now - company.seen_at < WRITTEN_EVERY:
        return
    row = {"ticket_id": ticket_id, "person_id": person.id}

    def write() -> None:
        if not insert_if_new(Presence, [{**row, "seen_at": now}]):
            db.session.execute(update(Presence).filter_by(**row).values(seen_at=now))

    aside(write)


def news_of(ticket_id: int, person: Person, since: int) -> str:
    """What others have done to the ticket after the entry `since` of the journal, in a sentence; empty if nothing."""
    rows = db.session.execute(
        select(Entry.kind, Person.name)
        .join(Subject, Subject.entry_id == Entry.id)
        .outerjoin(Person, Person.id == Entry.by_id)
        .where(
            Subject.kind == Ticket.__tablename__,
            Subject.subject_id == ticket_id,
            Entry.id > since,
            or_(Entry.by_id.is_(None), Entry.by_id != person.id),
            Entry.kind.startswith("tickets."),
            Entry.kind.not_in(UNTOLD),
        )
        .order_by(Entry.id)
        .limit(50)
    ).all()
    told = list(dict.fromkeys(f"{name or 'The service'} {_deed(kind)}" for kind, name in rows))
    if not told:
        return ""
    more = f", and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return f"Since you opened this page: {'; '.join(told[:NAMED])}{more}."


def _deed(kind: str) -> str:
    return SAID.get(kind) or DEEDS.get(kind) or "changed something"


@jobs.handles("tickets.forget_presence")
def _forget(_payload: dict[str, Any]) -> None:
    db.session.execute(delete(Presence).where(Presence.seen_at < clock.now() - timedelta(hours=1)))


scheduler.every("tickets.forget_presence", hours=1)
