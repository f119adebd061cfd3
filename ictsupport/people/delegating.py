"""Members let officers or assistants act for them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from .. import clock, jobs, scheduler
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from .access import councils_of, may_delegate_for
from .events import DelegationEnded, DelegationGranted
from .joining import today
from .models import DelegateScope, Delegation, Person, Term


class NotYoursToDelegate(Refusal):
    reason = "Only the member, democratic services or an administrator can say who acts for a member."


class NotAMember(Refusal):
    reason = "{name} is not a member today, so nobody can act for them."


class NotFound(Refusal):
    reason = "Nobody at the member’s council has this e-mail address. Check how it is written."


class NotForOneself(Refusal):
    reason = "A member cannot be their own delegate. Give somebody else’s address."


class NothingChosen(Refusal):
    reason = "Choose at least one thing that the delegate may do."


class OnlyTheMember(Refusal):
    reason = "Only the member can let somebody see their confidential requests."


class EndsBeforeItBegins(Refusal):
    reason = "The last day must not be before the first."


class AlreadyDelegate(Refusal):
    reason = "{name} is already a delegate of this member. End that first, to grant something else."


def grant_delegation(
    member: Person,
    delegate: Person,
    scopes: Sequence[DelegateScope],
    *,
    by: Person,
    starts_on: date,
    ends_on: date | None = None,
) -> Delegation:
    """Let the delegate act for the member from one day to another (both included), or until it is ended."""
    lock(member)
    if not may_delegate_for(by, member):
        raise NotYoursToDelegate
    if not member.is_member:
        raise NotAMember(name=member.name)
    if delegate.id == member.id:
        raise NotForOneself
    if not delegate.is_active or not councils_of(delegate) & councils_of(member):
        raise NotFound
    if not scopes:
        raise NothingChosen
    if DelegateScope.CONFIDENTIAL in scopes and by.id != member.id:
        raise OnlyTheMember
    if ends_on is not None and ends_on < max(starts_on, today()):
        raise EndsBeforeItBegins
    if any(one.delegate_id == delegate.id for one in delegations_of(member)):
        raise AlreadyDelegate(name=delegate.name)
    delegation = Delegation(
        member=member,
        delegate=delegate,
        scopes=[scope.value for scope in DelegateScope if scope in scopes],
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(delegation)
    db.session.flush()
    announce(
        DelegationGranted(
            about=delegation, member=member, delegate=delegate, scopes=list(scopes), by=by, for_whom=member
        )
    )
    return delegation


def end_delegation(delegation: Delegation, *, by: Person) -> None:
    """End it now: from this moment the delegate sees and does nothing more for the member."""
    lock(delegation)
    if not may_delegate_for(by, delegation.member):
        raise NotYoursToDelegate
    if delegation.ended_at is None:
        _end(delegation, by)


def end_with_seats() -> int:
    """End what was granted by members who hold no seat any more, so that it does not come back with a new one.

    From the day after the seat the delegate sees nothing in any case
    (access.members_acted_for); a member who has been re-elected keeps theirs.
    """
    holds_or_will = select(Term.person_id).where(or_(Term.ends_on.is_(None), Term.ends_on >= today()))
    left = db.session.scalars(
        select(Delegation)
        .where(Delegation.ended_at.is_(None), Delegation.member_id.not_in(holds_or_will))
        .order_by(Delegation.id)
        .with_for_update(skip_locked=True)
    ).all()
    for delegation in left:
        _end(delegation, None)
    return len(left)


def _end(delegation: Delegation, by: Person | None) -> None:
    delegation.ended_at = clock.now()
    announce(
        DelegationEnded(
            about=delegation,
            member=delegation.member,
            delegate=delegation.delegate,
            by=by,
            for_whom=delegation.member if by else None,
        )
    )


@jobs.handles("people.end_delegations")
def _end_by_timetable(_payload: dict[str, Any]) -> None:
    end_with_seats()


scheduler.every("people.end_delegations", hours=1)


def delegations_of(member: Person) -> Sequence[Delegation]:
    """Who acts for the member, now or from a coming day."""
    rows = db.session.scalars(
        select(Delegation)
        .where(Delegation.member_id == member.id, Delegation.ended_at.is_(None))
        .order_by(Delegation.starts_on, Delegation.id)
    )
    return [row for row in rows if row.is_live]


def delegations_held_by(person: Person) -> Sequence[Delegation]:
    """For whom the person acts, now or from a coming day."""
    rows = db.session.scalars(
        select(Delegation)
        .where(Delegation.delegate_id == person.id, Delegation.ended_at.is_(None))
        .order_by(Delegation.starts_on, Delegation.id)
    )
    return [row for row in rows if row.is_live]


def by_address(address: str, member: Person) -> Person:
    """Somebody of the member's council by their e-mail address; others are not told apart from nobody."""
    person = db.session.scalar(select(Person).where(func.lower(Person.email) == address.strip().lower()))
    if person is None or not person.is_active or not councils_of(person) & councils_of(member):
        raise NotFound
    return person
