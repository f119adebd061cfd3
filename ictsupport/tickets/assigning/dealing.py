"""Dealing out: who should have what nobody has, given out in one press, and taken back while nobody has begun."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person, Role
from ..access import may_work, workable
from ..changing import change
from ..events import TicketAssigned
from ..lists.narrowing import is_needed_today
from ..models import Message, Status, Ticket
from ..triage import assign
from .crew import Crew, Hand, crew_for
from .eligible import (
    Needs,
    because,
    lasting_reasons,
    needs_of,
    nobody_because,
    passing_reasons,
    reasons_against,
)
from .events import DealtOut, DealUndone
from .models import Deal, Dealt, HandedBack

AT_ONCE = 25


class NothingDealt(Refusal):
    reason = "Choose who gets at least one of them."


class TakenMeanwhile(Refusal):
    reason = "{name} has it already."


class UndoneAlready(Refusal):
    reason = "This has been undone already."


class NotYourDeal(Refusal):
    reason = "Only whoever dealt them out, or a manager, can undo it."


@dataclass(frozen=True)
class Proposal:
    """A ticket, who should have it and why; or why nobody can. `choices` are (id, label) of all who may have it."""

    ticket: Ticket
    person_id: int | None
    why: str
    choices: Sequence[tuple[int, str]]


def proposals_for(asker: Person, hand_back_id: int | None = None) -> list[Proposal]:
    """The most urgent tickets that nobody has, each with somebody: whoever is proposed for one has one more for the next."""
    tickets = db.session.scalars(_waiting(asker, hand_back_id).limit(AT_ONCE)).all()
    crew = crew_for(asker, [ticket.id for ticket in tickets])
    return [_propose(ticket, crew) for ticket in tickets]


def _waiting(asker: Person, hand_back_id: int | None) -> Select[Ticket]:
    waiting = (
        select(Ticket)
        .where(Ticket.OPEN, Ticket.assignee_id.is_(None), workable(asker))
        .order_by(is_needed_today().desc(), Ticket.due_sort, Ticket.id)
        .options(joinedload(Ticket.queue), joinedload(Ticket.council), joinedload(Ticket.requester))
    )
    if hand_back_id is None:
        return waiting.where(Ticket.status != Status.ON_HOLD)
    back = select(HandedBack.ticket_id).where(HandedBack.hand_back_id == hand_back_id)
    return waiting.where(Ticket.id.in_(back))


def _propose(ticket: Ticket, crew: Crew) -> Proposal:
    needs = needs_of(ticket, crew)
    able = [hand for hand in crew.in_order() if not reasons_against(hand, needs)]
    possible = [hand for hand in crew.in_order() if not lasting_reasons(hand, needs)]
    choices = [(hand.id, _label(hand, needs)) for hand in possible]
    if not able:
        return Proposal(ticket, None, f"Nobody just now: {nobody_because(crew, needs)}", choices)
    known = {key for key, _ in needs.systems}
    hand = min(able, key=lambda each: (each.load, not each.skills & known))
    why = because(hand, needs)
    hand.load += 1
    hand.shown += 1
    return Proposal(ticket, hand.id, why, choices)


def _label(hand: Hand, needs: Needs) -> str:
    """Somebody among the choices, with what speaks against them just now."""
    against = passing_reasons(hand)
    return f"{hand.name} ({', '.join(against)})" if against else f"{hand.name} ({because(hand, needs)})"


def deal_out(chosen: Iterable[tuple[Ticket, Person, int | None]], *, by: Person) -> Deal:
    """Give each ticket to the person chosen for it, all in one transaction; what cannot be given is kept with the reason.

    In the order of their ids, so that two who deal at once wait for each other
    and never for ever.
    """
    deal = Deal(by=by, at=clock.now(), refused=[])
    given, refused = [], []
    with db.session.no_autoflush:
        wanted = sorted(chosen, key=lambda each: each[0].id)
    if not wanted:
        raise NothingDealt
    db.session.add(deal)
    db.session.flush()
    for ticket, person, seen in wanted:
        reference, was = ticket.reference, ticket.status
        try:
            with db.session.begin_nested():
                lock(ticket)
                was = ticket.status
                if ticket.assignee_id is not None:
                    raise TakenMeanwhile(name=ticket.assignee.name if ticket.assignee else "Somebody")
                assign(ticket, person, by=by, seen=seen)
        except Refusal as refusal:
            refused.append([reference, str(refusal)])
        else:
            given.append(ticket.id)
            db.session.add(
                Dealt(
                    deal_id=deal.id,
                    ticket_id=ticket.id,
                    assignee_id=person.id,
                    was=was,
                    version=ticket.version,
                )
            )
    deal.refused = refused
    announce(DealtOut(about=deal, tickets=given, by=by))
    return deal


def may_see_deal(person: Person, deal: Deal) -> bool:
    return deal.by_id == person.id or person.has_role(Role.MANAGER)


def undo(deal: Deal, *, by: Person) -> tuple[int, list[str]]:
    """Take back what was dealt out, as it was before, but for tickets somebody has worked on since.

    Returns how many came back, and the references of those that stay.
    """
    if not may_see_deal(by, deal):
        raise NotYourDeal
    lock(deal)
    if deal.undone_at is not None:
        raise UndoneAlready
    deal.undone_at = clock.now()
    back, left = [], []
    rows = db.session.scalars(select(Dealt).where(Dealt.deal_id == deal.id).order_by(Dealt.ticket_id)).all()
    for row in rows:
        ticket = db.session.get_one(Ticket, row.ticket_id)
        lock(ticket)
        if _worked_on(ticket, row, deal.at) or not may_work(by, ticket):
            left.append(ticket.reference)
            continue
        changes = change(ticket, by=by, at=clock.now(), assignee=None, status=row.was)
        announce(TicketAssigned(about=ticket, by=by, version=ticket.version, changes=changes))
        back.append(ticket.id)
    deal.stayed = left
    announce(DealUndone(about=deal, tickets=back, by=by))
    return len(back), left


def _worked_on(ticket: Ticket, row: Dealt, since: datetime) -> bool:
    """Whether anybody of the desk has done anything with the ticket since it was dealt out."""
    if ticket.version != row.version or ticket.assignee_id != row.assignee_id or not ticket.is_open:
        return True
    said = select(Message.id).where(
        Message.ticket_id == ticket.id, Message.at >= since, Message.from_requester.is_(False)
    )
    return db.session.scalar(said.where(Message.author_id.is_not(None)).limit(1)) is not None
