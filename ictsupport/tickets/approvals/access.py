"""Who may see and decide what is put to them.

Whoever is asked sees the question, and of the request only its own words, who
asked for it and who puts the question; of a confidential one nothing but the
question. A member's delegate with the scope to approve may decide for them
(of a confidential request only with that scope too). Nobody decides about
what they want themself, or what they put to others.
"""

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from ...people.access import members_acted_for
from ...people.models import DelegateScope, Person
from ..access import may_act_for
from ..models import Ticket
from .models import Approval, ApprovalState, Approver


def decides(person: Person) -> ColumnElement[bool]:
    """SQL: the approvers, joined to their approval and its ticket, for whom the person may decide."""
    return and_(
        or_(Approver.person_id == person.id, _acts_for_approver(person)),
        Ticket.requester_id != person.id,
        or_(Approval.asked_by_id.is_(None), Approval.asked_by_id != person.id),
    )


def is_worked_on() -> ColumnElement[bool]:
    """SQL: work goes on upon the approval's ticket, or upon the one that it is merged into."""
    survivor = aliased(Ticket)
    going_on = select(survivor.id).where(survivor.resolved_at.is_(None), survivor.closed_at.is_(None))
    return or_(
        Ticket.OPEN,
        and_(Ticket.MERGED, going_on.where(survivor.id == Ticket.merged_into_id).exists()),
    )


def wanted_of(person: Person) -> Select[Approver]:
    """What waits for the person's word, or for that of a member they may decide for."""
    return (
        select(Approver)
        .join(Approver.approval)
        .join(Approval.ticket)
        .where(
            Approver.WAITS,
            Approval.state == ApprovalState.OPEN,
            is_worked_on(),
            decides(person),
        )
    )


def visible_approvers(person: Person) -> Select[Approver]:
    """The questions somebody may open: put to them, or to whom they may decide for, or decided by them."""
    return (
        select(Approver)
        .join(Approver.approval)
        .join(Approval.ticket)
        .where(or_(decides(person), Approver.decided_by_id == person.id))
    )


def may_decide(person: Person, approver: Approver) -> bool:
    """Whether the person may say what the approver says: the approver, or a delegate of theirs."""
    approval = approver.approval
    if not person.is_active or person.id in (approval.ticket.requester_id, approval.asked_by_id):
        return False
    if person.id == approver.person_id:
        return True
    return may_act_for(person, approver.person_id, *scopes_for(approval.ticket))


def scopes_for(ticket: Ticket) -> list[DelegateScope]:
    """What a delegate's grant must hold to decide about the ticket."""
    secret = [DelegateScope.CONFIDENTIAL] if ticket.confidential else []
    return [DelegateScope.APPROVE, *secret]


def _acts_for_approver(person: Person) -> ColumnElement[bool]:
    return and_(
        Approver.person_id.in_(members_acted_for(person, DelegateScope.APPROVE)),
        or_(
            Ticket.confidential.is_(False),
            Approver.person_id.in_(members_acted_for(person, DelegateScope.CONFIDENTIAL)),
        ),
    )
