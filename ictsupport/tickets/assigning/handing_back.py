"""Work goes back to its queue when whoever has it goes away: for an absence that has begun, or for good.

Nothing is lost on the way: the tickets stay on their queues with nobody, and a
list says which they were, so that a manager can deal them out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from ... import clock, jobs, scheduler
from ...database import db, lock
from ...journal import announce, on
from ...people.access import DESK
from ...people.events import PersonLeft, RoleEnded
from ...people.models import Person
from ...people.rota.models import Absence
from ..access import may_work, workable
from ..models import Ticket
from ..triage import assign
from .events import HandoverChosen, WorkHandedBack
from .models import HandBack, HandedBack, Handover, KeptTicket

MOST_TO_CHOOSE = 100


def choose_handover(absence: Absence, *, keeps_all: bool, kept: Iterable[Ticket], by: Person) -> None:
    """Say what happens to the work when the absence begins; if it has begun, it happens now."""
    person = absence.person
    tickets = [] if keeps_all else [ticket for ticket in kept if ticket.assignee_id == person.id]
    db.session.add(Handover(absence_id=absence.id, keeps_all=keeps_all))
    db.session.add_all(KeptTicket(absence_id=absence.id, ticket_id=ticket.id) for ticket in tickets)
    announce(
        HandoverChosen(
            about=absence,
            person=person,
            keeps_all=keeps_all,
            kept=sorted(ticket.id for ticket in tickets),
            by=by,
        )
    )
    if absence.has_begun:
        hand_back_for(absence)


def open_work_of(person: Person, asker: Person) -> Sequence[Ticket]:
    """What somebody has that is not done, as far as the asker works it, due first."""
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.OPEN, Ticket.assignee_id == person.id, workable(asker))
        .order_by(Ticket.due_sort, Ticket.id)
        .limit(MOST_TO_CHOOSE)
    ).all()


def hand_back_for(absence: Absence) -> HandBack | None:
    """Give the work back for an absence that has begun; None where that was done before."""
    lock(absence)
    done = db.session.scalar(select(HandBack).where(HandBack.absence_id == absence.id))
    if done is not None or absence.called_off_at is not None or absence.is_over or not absence.has_begun:
        return None
    handover = db.session.get(Handover, absence.id)
    if handover is not None and handover.keeps_all:
        tickets: Sequence[Ticket] = []
    else:
        kept = select(KeptTicket.ticket_id).where(KeptTicket.absence_id == absence.id)
        tickets = db.session.scalars(_open_of(absence.person).where(Ticket.id.not_in(kept))).all()
    return _hand_back(absence.person, tickets, f"Away ({absence.kind.value})", absence)


def hand_back_absent() -> int:
    """Give back the work of everybody whose absence has begun since this was last asked; says of how many."""
    now = clock.now()
    due = (
        select(Absence)
        .where(
            Absence.starts_at <= now,
            Absence.ends_at > now,
            Absence.called_off_at.is_(None),
            ~exists().where(HandBack.absence_id == Absence.id),
        )
        .order_by(Absence.id)
    )
    return sum(hand_back_for(absence) is not None for absence in db.session.scalars(due).all())


@on(PersonLeft)
def give_back_of_leaver(event: PersonLeft) -> None:
    """Whoever leaves leaves their work to the queues."""
    _hand_back(event.about, db.session.scalars(_open_of(event.about)).all(), "Left")


@on(RoleEnded)
def give_back_out_of_reach(event: RoleEnded) -> None:
    """Without the role, what it reached is given back."""
    if event.role not in {role.value for role in DESK}:
        return
    person = event.person
    db.session.refresh(person, ["grants"])
    tickets = db.session.scalars(_open_of(person)).all()
    _hand_back(
        person, [ticket for ticket in tickets if not may_work(person, ticket)], "No longer on the desk"
    )


def _open_of(person: Person) -> Select[Ticket]:
    return select(Ticket).where(Ticket.OPEN, Ticket.assignee_id == person.id).order_by(Ticket.id)


def _hand_back(
    person: Person, tickets: Sequence[Ticket], why: str, absence: Absence | None = None
) -> HandBack | None:
    """Put the tickets back on their queues and write down which. For an absence also that there were none."""
    if not tickets and absence is None:
        return None
    back = HandBack(
        person=person, absence_id=absence.id if absence is not None else None, at=clock.now(), why=why
    )
    db.session.add(back)
    db.session.flush()
    for ticket in tickets:
        assign(ticket, None, by=None)
        db.session.add(HandedBack(hand_back_id=back.id, ticket_id=ticket.id))
    announce(WorkHandedBack(about=back, person=person, tickets=[ticket.id for ticket in tickets]))
    return back


def to_deal_out(person: Person) -> list[tuple[HandBack, list[Ticket]]]:
    """What was handed back and is still with nobody, as far as the person works it, newest first."""
    rows = db.session.execute(
        select(HandBack, Ticket)
        .join(HandedBack, HandedBack.hand_back_id == HandBack.id)
        .join(Ticket, Ticket.id == HandedBack.ticket_id)
        .options(joinedload(HandBack.person), joinedload(Ticket.queue))
        .where(Ticket.OPEN, Ticket.assignee_id.is_(None), workable(person))
        .order_by(HandBack.id.desc(), Ticket.due_sort, Ticket.id)
    )
    lists: dict[int, tuple[HandBack, list[Ticket]]] = {}
    for back, ticket in rows:
        lists.setdefault(back.id, (back, []))[1].append(ticket)
    return list(lists.values())


@jobs.handles("tickets.hand_back")
def _by_timetable(_payload: dict[str, Any]) -> None:
    hand_back_absent()


scheduler.every("tickets.hand_back", minutes=5)
