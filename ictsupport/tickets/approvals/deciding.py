"""Saying yes or no to what one is asked to approve, or naming somebody who should."""

from datetime import datetime

from sqlalchemy import select

from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...people.delegating import NotFound, by_address
from ...people.models import Person
from ..texts import line, prose
from .access import may_decide
from .asking import HasLeft, NotTheirOwn, Settled, off_hold, settle, turn
from .events import ApprovalGiven, ApprovalHandedOn, ApprovalRefused
from .models import Approval, ApprovalState, Approver, Decision

LONGEST = 1000


class NotYours(Refusal):
    reason = "This is not yours to decide. Whoever is asked decides, or a delegate with a grant to approve for them."


class NoReason(Refusal):
    reason = "Say why you refuse, so that whoever asked knows what to do."


class DecidedAlready(Refusal):
    reason = "{name} has {decision} this already. Nothing more is to be done."


class HandedOnAlready(Refusal):
    reason = "This was handed on to {name}, who decides now."


class CountsOnce(Refusal):
    reason = "You have decided about this already, and one person counts once. Somebody else must decide for {name}."


class NotWanted(Refusal):
    reason = "The request is finished, so nothing is to be decided any more."


class AskedAlready(Refusal):
    reason = "{name} has been asked about this already. Name somebody else."


class NotToThem(Refusal):
    reason = "Nobody at your council has this e-mail address. Check how it is written."


class StaysWithYou(Refusal):
    reason = (
        "A confidential request is decided by whoever was asked. Ring the helpdesk if somebody else should."
    )


PAST = {Decision.APPROVE: "approved", Decision.REFUSE: "refused"}


def decide(approver: Approver, decision: Decision, *, by: Person, reason: str = "") -> ApprovalState:
    """Approve or refuse, as the approver or for them; returns how the whole of it stands.

    Several may decide at the same moment: the ticket's turn is awaited first,
    so each sees what those before have said, and it is settled exactly once.
    """
    now, approval = _take_in_hand(approver, by), approver.approval
    said = prose(reason, what="The reason", limit=LONGEST)
    if decision is Decision.REFUSE and not said:
        raise NoReason
    if any(one.decided_by_id == by.id for one in approval.approvers):
        raise CountsOnce(name=approver.person.name)
    approver.decision, approver.reason = decision, said
    approver.decided_at, approver.decided_by = now, by
    approval.given = sum(one.decision is Decision.APPROVE for one in approval.asked)
    outcome = _outcome(approval)
    if outcome is not ApprovalState.OPEN:
        settle(approval, outcome, now)
    db.session.flush()
    kind = ApprovalGiven if decision is Decision.APPROVE else ApprovalRefused
    announce(
        kind(
            about=approval.ticket,
            by=by,
            for_whom=approver.person if by.id != approver.person_id else None,
            version=approval.ticket.version,
            approval=approval,
            reason=_told(approver, by),
            outcome=outcome.value if outcome is not ApprovalState.OPEN else "",
        )
    )
    if outcome is not ApprovalState.OPEN:
        off_hold(approval.ticket)
    return outcome


def hand_on(approver: Approver, address: str, *, by: Person, reason: str = "") -> Approver:
    """Have somebody else of one's council asked instead, by their e-mail address."""
    now, approval = _take_in_hand(approver, by), approver.approval
    if approval.ticket.confidential:
        raise StaysWithYou
    try:
        whom = by_address(address, approver.person)
    except NotFound:
        raise NotToThem from None
    _refuse_as_approver(whom, approval)
    why = line(reason, what="The reason", limit=300)
    approver.handed_at, approver.handed_to = now, whom
    heir = Approver(approval_id=approval.id, person=whom, asked_at=now)
    db.session.add(heir)
    db.session.flush()
    db.session.expire(approval, ["approvers"])
    announce(
        ApprovalHandedOn(
            about=approval.ticket,
            by=by,
            for_whom=approver.person if by.id != approver.person_id else None,
            version=approval.ticket.version,
            approval=approval,
            reason=f"{approval.what}: {whom.name} is asked instead of {approver.person.name}"
            f"{f' ({why})' if why else ''}",
        )
    )
    return heir


def refuse_settled(approver: Approver) -> None:
    """Raise why nothing is wanted of the approver any more, if that is so."""
    approval = approver.approval
    if approver.decided_by is not None and approver.decision is not None:
        raise DecidedAlready(name=approver.decided_by.name, decision=PAST[approver.decision])
    if approver.handed_to is not None:
        raise HandedOnAlready(name=approver.handed_to.name)
    if not approval.is_open:
        raise Settled(state=approval.state.value)
    if not approval.is_wanted:
        raise NotWanted


def _take_in_hand(approver: Approver, by: Person) -> datetime:
    """Await the approval's turn, and refuse whoever may not decide about it or is not asked any more."""
    now = turn(approver.approval)
    if not may_decide(by, approver):
        raise NotYours
    refuse_settled(approver)
    return now


def _outcome(approval: Approval) -> ApprovalState:
    """Approved once enough have; refused once enough cannot any more."""
    if approval.given >= approval.needed:
        return ApprovalState.APPROVED
    refused = sum(one.decision is Decision.REFUSE for one in approval.asked)
    if len(approval.asked) - refused < approval.needed:
        return ApprovalState.REFUSED
    return ApprovalState.OPEN


def _refuse_as_approver(whom: Person, approval: Approval) -> None:
    if whom.id in (approval.ticket.requester_id, approval.asked_by_id):
        raise NotTheirOwn(name=whom.name)
    if not whom.is_active:
        raise HasLeft(name=whom.name)
    asked = select(Approver.id).where(Approver.approval_id == approval.id, Approver.person_id == whom.id)
    if db.session.scalar(asked) is not None:
        raise AskedAlready(name=whom.name)


def _told(approver: Approver, by: Person) -> str:
    """Two screens, for Cllr Ashcroft (1 of 2): “Fine by me.”"""
    approval = approver.approval
    whose = f", for {approver.person.name}" if by.id != approver.person_id else ""
    progress = f" ({approval.given} of {approval.needed})" if approval.needed > 1 else ""
    words = f": “{approver.reason}”" if approver.reason else ""
    return f"{approval.what}{whose}{progress}{words}"
