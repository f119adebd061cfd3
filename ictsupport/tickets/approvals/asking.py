"""Asking for approval, taking the question back, and what is left to be decided before a ticket may be resolved."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import func, or_, select

from ... import clock
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce, on
from ...people.models import Membership, Person, Team
from ..holding import hold as put_on_hold
from ..holding import release
from ..models import HoldReason, Merge, Status, Ticket
from ..parts import before_resolving
from ..related.events import TicketUnmerged
from ..texts import line
from ..versions import MergedAway, take_turn
from .events import ApprovalAsked, ApprovalWithdrawn
from .models import Approval, ApprovalState, Approver

MOST = 50
LONGEST = 300


class NobodyToAsk(Refusal):
    reason = "Nobody is left who could decide. Choose people, or a team with people other than the requester and you."


class NotTheirOwn(Refusal):
    reason = "{name} cannot decide about this: whoever asks for something does not approve it. Choose somebody else."


class HasLeft(Refusal):
    reason = "{name} has left and cannot decide. Choose somebody else."


class TooFew(Refusal):
    reason = (
        "{needed} cannot approve out of {people}. Ask more people, or let fewer be enough. "
        "The requester and whoever asks are not counted."
    )


class TooMany(Refusal):
    reason = "{people} are more than can be asked at once ({most}). Choose a smaller team, or name people."


class Finished(Refusal):
    reason = "{reference} is {status}, so nothing is to be approved. Reopen it first."


class Settled(Refusal):
    reason = "This has been settled already: {state}."


def ask(
    ticket: Ticket,
    what: str,
    *,
    by: Person | None,
    people: Iterable[Person] = (),
    team: Team | None = None,
    needed: int | None = None,
    blocks: bool = True,
    hold: bool = False,
) -> Approval:
    """Ask people, or everybody of a team, to approve something.

    `needed` of them must approve: all of the people named, one of a team,
    unless it says otherwise. `blocks`: the ticket is not resolved before.
    `hold`: it waits on hold meanwhile; what they decide takes it off.
    """
    now = take_turn(ticket)
    if not ticket.status.is_open:
        raise Finished(reference=ticket.reference, status=ticket.status.value)
    what = line(what, what="What is to be approved", limit=LONGEST, needed=True)
    asked = _who_can(ticket, people, team, by)
    wanted = needed or (len(asked) if team is None else 1)
    if wanted > len(asked):
        raise TooFew(needed=wanted, people=len(asked))
    approval = Approval(
        ticket=ticket,
        what=what,
        team=team,
        needed=wanted,
        given=0,
        blocks=blocks,
        state=ApprovalState.OPEN,
        asked_by=by,
        asked_at=now,
        approvers=[Approver(person=person, asked_at=now) for person in asked],
    )
    db.session.add(approval)
    db.session.flush()
    ticket.updated_at = now
    announce(
        ApprovalAsked(
            about=ticket, by=by, version=ticket.version, approval=approval, reason=_told(approval, asked)
        )
    )
    if hold and ticket.status in (Status.NEW, Status.IN_PROGRESS):
        put_on_hold(ticket, HoldReason.APPROVAL, by=by)
    return approval


def members_of(team: Team) -> Sequence[Person]:
    """Who is in the team today and has not left."""
    today = clock.today(settings().zone)
    people = db.session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.team_id == team.id,
            Membership.starts_on <= today,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
        .order_by(Person.sort_name, Person.id)
    ).all()
    return [person for person in dict.fromkeys(people) if person.is_active]


def withdraw(approval: Approval, *, by: Person) -> None:
    """Take the question back: nobody is asked any more."""
    now = turn(approval)
    if not approval.is_open:
        raise Settled(state=approval.state.value)
    settle(approval, ApprovalState.WITHDRAWN, now)
    announce(
        ApprovalWithdrawn(
            about=approval.ticket,
            by=by,
            version=approval.ticket.version,
            approval=approval,
            reason=approval.what,
        )
    )
    off_hold(approval.ticket)


def turn(approval: Approval) -> datetime:
    """Wait for the ticket's turn, then for the approval's, and read afresh who has said what.

    A merged ticket rests; what was asked about it does not, and nothing of the
    ticket itself is changed by that.
    """
    with suppress(MergedAway):  # its turn has come all the same
        take_turn(approval.ticket)
    lock(approval)
    db.session.scalars(
        select(Approver)
        .where(Approver.approval_id == approval.id)
        .order_by(Approver.id)
        .execution_options(populate_existing=True)
    ).all()
    db.session.expire(approval, ["approvers"])
    return clock.now()


def settle(approval: Approval, state: ApprovalState, now: datetime) -> None:
    approval.state, approval.settled_at = state, now
    if approval.ticket.merged_into_id is None:
        approval.ticket.updated_at = now
    db.session.flush()


def off_hold(ticket: Ticket) -> None:
    """What it waited for has come: work goes on, unless another approval is still open, or the ticket rests merged."""
    waits = ticket.hold_reason is HoldReason.APPROVAL and ticket.merged_into_id is None
    if waits and not open_approvals(ticket):
        release(ticket, by=None)


@on(TicketUnmerged)
def go_on_alone(event: TicketUnmerged) -> None:
    """While it was merged all that it waits for was settled: it waits no longer."""
    if event.about.hold_reason is HoldReason.APPROVAL and _settled_meanwhile(event.about):
        off_hold(event.about)


def open_approvals(ticket: Ticket, *, blocking: bool = False) -> Sequence[str]:
    """What is asked about the ticket and not settled yet."""
    found = select(Approval.what).where(Approval.ticket_id == ticket.id, Approval.state == ApprovalState.OPEN)
    return db.session.scalars(
        (found.where(Approval.blocks) if blocking else found).order_by(Approval.id)
    ).all()


@before_resolving
def approvals_left(ticket: Ticket) -> str | None:
    """A sentence that names what is still to be decided."""
    left = open_approvals(ticket, blocking=True)
    if not left:
        return None
    return f"It still waits for approval: {'; '.join(left)}. Wait for the decision, or withdraw the question."


def _settled_meanwhile(ticket: Ticket) -> bool:
    """Whether something asked about the ticket was settled since it was merged the last time."""
    merged_at = select(func.max(Merge.at)).where(Merge.merged_id == ticket.id).scalar_subquery()
    settled = select(Approval.id).where(Approval.ticket_id == ticket.id, Approval.settled_at >= merged_at)
    return db.session.scalar(settled.limit(1)) is not None


def _who_can(ticket: Ticket, people: Iterable[Person], team: Team | None, by: Person | None) -> list[Person]:
    """Those who are asked. Whoever wants it is refused where they were named, and passed over in a team."""
    own = {ticket.requester_id, by.id if by is not None else None}
    named = list(dict.fromkeys(people))
    for person in named:
        if person.id in own:
            raise NotTheirOwn(name=person.name)
        if not person.is_active:
            raise HasLeft(name=person.name)
    members = [] if team is None else [person for person in members_of(team) if person.id not in own]
    asked = list(dict.fromkeys([*named, *members]))
    if not asked:
        raise NobodyToAsk
    if len(asked) > MOST:
        raise TooMany(people=len(asked), most=MOST)
    return asked


def _told(approval: Approval, asked: Sequence[Person]) -> str:
    """May this be done: one of Finance (Ann, Ben)."""
    names = ", ".join(person.name for person in asked[:5])
    names += f" and {len(asked) - 5} more" if len(asked) > 5 else ""
    if len(asked) == 1:
        return f"{approval.what}: {names}"
    how_many = "all" if approval.needed == len(asked) else str(approval.needed)
    return f"{approval.what}: {how_many} of {names}"
