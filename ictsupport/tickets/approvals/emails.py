"""What we write about approvals: to whoever is asked, and to the desk when it is settled.

Mail about a confidential ticket names nothing but its reference, and has no
link that works without signing in.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, cast, or_, select

from ... import clock
from ...database import db
from ...journal import on
from ...mail import send
from ...people.models import Delegation, Person
from ..access import may_work
from .access import may_decide, scopes_for
from .events import (
    ApprovalAsked,
    ApprovalDecided,
    ApprovalEvent,
    ApprovalHandedOn,
    ApprovalWithdrawn,
    ApproverGone,
)
from .links import signed
from .models import Approval, Approver


@on(ApprovalAsked)
def ask_them(event: ApprovalAsked) -> None:
    for approver in event.approval.approvers:
        write_to(approver, "tickets/approval", event.by)


@on(ApprovalHandedOn)
def ask_whom_they_named(event: ApprovalHandedOn) -> None:
    newest = max(event.approval.approvers, key=lambda one: one.id)
    write_to(newest, "tickets/approval", event.by, handed_by=event.for_whom or event.by)


@on(ApprovalDecided)
def tell_the_desk(event: ApprovalDecided) -> None:
    """Whoever put the question and whoever has the ticket hear how it ended."""
    if event.outcome:
        _send_to_desk("tickets/approval_settled", event)


@on(ApproverGone)
def tell_that_nobody_decides(event: ApproverGone) -> None:
    gone = next(one for one in event.approval.approvers if one.id == event.approver_id)
    _send_to_desk("tickets/approver_gone", event, gone=gone.person)


@on(ApprovalWithdrawn)
def tell_it_is_withdrawn(event: ApprovalWithdrawn) -> None:
    for approver in event.approval.approvers:
        if approver.waits:
            _send(approver.person, "tickets/approval_withdrawn", event.approval)


def write_to(approver: Approver, template: str, by: Any = None, **more: Any) -> None:
    """To whoever is asked, and to those who may decide for them; each gets a link of their own."""
    for person in deciders(approver):
        if by is None or person.id != by.id:
            token = "" if approver.approval.ticket.confidential else signed(approver, person)
            _send(person, template, approver.approval, approver=approver, token=token, **more)


def deciders(approver: Approver) -> list[Person]:
    """The approver, and a member's delegates as far as they may decide for them."""
    people = [approver.person] if approver.person.is_active else []
    if approver.person.is_member:
        people += [one for one in _delegates(approver) if may_decide(one, approver)]
    return people


def _delegates(approver: Approver) -> Iterable[Person]:
    today = clock.now().date()
    scopes = cast(Delegation.scopes, String)
    return db.session.scalars(
        select(Person)
        .join(Delegation, Delegation.delegate_id == Person.id)
        .where(
            Delegation.member_id == approver.person_id,
            Delegation.ended_at.is_(None),
            Delegation.starts_on <= today,
            or_(Delegation.ends_on.is_(None), Delegation.ends_on >= today),
            *(scopes.contains(f'"{scope.value}"') for scope in scopes_for(approver.approval.ticket)),
        )
        .order_by(Person.id)
    ).all()


def _send_to_desk(template: str, event: ApprovalEvent, **more: Any) -> None:
    ticket = event.about
    for person in dict.fromkeys((event.approval.asked_by, ticket.standing.assignee)):
        is_other = person is not None and (event.by is None or person.id != event.by.id)
        if person is not None and is_other and may_work(person, ticket):
            _send(person, template, event.approval, event=event, **more)


def _send(person: Person, template: str, approval: Approval, **more: Any) -> None:
    ticket = approval.ticket
    send(
        to=person,
        template=template,
        about=ticket,
        thread=f"approval-{approval.id}",
        ticket=ticket,
        approval=approval,
        **more,
    )
