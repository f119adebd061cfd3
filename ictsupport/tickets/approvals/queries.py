"""What pages about approvals show: what waits for somebody, one question as they may see it, and those of a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from ...database import db
from ...errors import Refusal
from ...pages.paging import Page, keyset
from ...people.models import Person, Team
from ...people.scopes import Scope
from ..access import may_see, workable
from ..models import Ticket
from ..request_types.models import FilledForm
from .access import may_decide, visible_approvers, wanted_of
from .deciding import refuse_settled
from .models import Approval, Approver

FIRST = 4
DECISION = "decision"
KIND = "approval"
"""What the approvals of a ticket are called among the names its page reads."""


@dataclass(frozen=True)
class Shown:
    """A question as somebody may see it. `ended` says why nothing is wanted any more, or is empty."""

    approver: Approver
    ended: str
    answers: Sequence[dict[str, Any]]
    may_open: bool


def shown(approver: Approver, person: Person, *, signed_in: bool) -> Shown:
    """The question with the words of the request; of a confidential one nothing but the question."""
    ticket = approver.approval.ticket
    filled = db.session.get(FilledForm, ticket.id) if ticket.category and not ticket.confidential else None
    return Shown(
        approver,
        _why_ended(approver),
        filled.answers if filled is not None else (),
        signed_in and may_see(person, ticket),
    )


def _why_ended(approver: Approver) -> str:
    try:
        refuse_settled(approver)
    except Refusal as refusal:
        return str(refusal)
    return ""


def waiting(person: Person, *, after: str | None = None, before: str | None = None) -> Page[Any]:
    """A page of what waits for the person's word, the longest waiting first."""
    return keyset(_rows(wanted_of(person)), [Approver.asked_at, Approver.id], after=after, before=before)


def decided(person: Person, *, after: str | None = None, before: str | None = None) -> Page[Any]:
    """A page of what the person has decided, or somebody for them, the newest first."""
    theirs = or_(
        Approver.decided_by_id == person.id,
        and_(Approver.person_id == person.id, Approver.decided_by_id.is_not(None)),
    )
    rows = _rows(visible_approvers(person).where(theirs))
    return keyset(rows, [Approver.decided_at.desc(), Approver.id.desc()], after=after, before=before)


def first_decisions(person: Person) -> Select[Any]:
    """SQL: the first few of what waits for the person, and one more if there are others, as the first page names it."""
    whose = aliased(Person)
    return (
        wanted_of(person)
        .with_only_columns(
            literal(DECISION).label("kind"),
            cast(Approver.id, String).label("key"),
            Approval.what.label("what"),
            case((Approver.person_id == person.id, ""), else_=whose.name).label("whose"),
            Approver.asked_at.label("at"),
        )
        .join(whose, whose.id == Approver.person_id)
        .order_by(Approver.asked_at, Approver.id)
        .limit(FIRST + 1)
    )


def _rows(approvers: Select[Approver]) -> Any:
    """Of a confidential request neither its subject nor who asked."""
    requester, whose = aliased(Person), aliased(Person)
    secret = Ticket.confidential
    return (
        approvers.with_only_columns(
            Approver.id,
            Approver.asked_at,
            Approver.decision,
            Approver.decided_at,
            Approver.person_id,
            Approval.what,
            Approval.state,
            Ticket.reference,
            Ticket.confidential,
            case((secret, ""), else_=Ticket.subject).label("subject"),
            case((secret, ""), else_=requester.name).label("requester"),
            whose.name.label("whose"),
        )
        .join(requester, requester.id == Ticket.requester_id)
        .join(whose, whose.id == Approver.person_id)
    )


def approver_of(approver_id: int, person: Person) -> Approver | None:
    """The question for whoever may open it."""
    approval = joinedload(Approver.approval)
    return db.session.scalars(
        visible_approvers(person)
        .where(Approver.id == approver_id)
        .options(
            joinedload(Approver.person),
            joinedload(Approver.decided_by),
            joinedload(Approver.handed_to),
            approval.joinedload(Approval.asked_by),
            approval.joinedload(Approval.ticket).joinedload(Ticket.requester),
        )
    ).first()


def can_decide(approver: Approver, person: Person) -> bool:
    """Whether the person is offered the choice: they may decide, and it is still wanted."""
    return not _why_ended(approver) and may_decide(person, approver)


def approvals_on(ticket: Ticket, person: Person) -> Select[Approval]:
    """What was asked about the ticket, and about those merged into it that the person may work on."""
    its = or_(Ticket.id == ticket.id, and_(Ticket.merged_into_id == ticket.id, workable(person)))
    return select(Approval).join(Approval.ticket).where(its)


def approvals_of(ticket: Ticket, person: Person) -> Sequence[Approval]:
    """All of these, the newest first, with what everybody said."""
    whole = selectinload(Approval.approvers)
    return db.session.scalars(
        approvals_on(ticket, person)
        .order_by(Approval.id.desc())
        .options(
            contains_eager(Approval.ticket),
            joinedload(Approval.asked_by),
            joinedload(Approval.team),
            whole.joinedload(Approver.person),
            whole.joinedload(Approver.decided_by),
            whole.joinedload(Approver.handed_to),
        )
    ).all()


def teams_for(ticket: Ticket) -> Sequence[Team]:
    """The teams that may be asked: those for all, and those of the ticket's council."""
    covers = or_(Team.scope == Scope.ALL, Team.council_id == ticket.council_id)
    return db.session.scalars(select(Team).where(covers).order_by(Team.name)).all()


@dataclass(frozen=True)
class Standing:
    """How an approval stands, as the side of the ticket's page tells it."""

    state: str
    given: int
    needed: int
    what: str
    on: str
    """The reference of the merged ticket about which it was asked, or nothing."""


def named_approvals(ticket_id: Any) -> Any:
    """The approvals of a ticket and of those merged into it, among the names its page reads: it has no statement to spare."""
    stands: ColumnElement[str] = type_coerce(Approval.state, String)
    for number in (Approval.given, Approval.needed, Approval.ticket_id):
        stands = stands + "/" + cast(number, String)
    merged = Approval.ticket_id.in_(select(Ticket.id).where(Ticket.merged_into_id == ticket_id))
    return select(
        literal(KIND).label("kind"),
        Approval.id.label("id"),
        Approval.what.label("name"),
        true().label("choice"),
        stands.label("slug"),
    ).where(or_(Approval.ticket_id == ticket_id, merged))


def standing(named: Sequence[tuple[str, str]], ticket: Ticket, merged: Mapping[int, str]) -> list[Standing]:
    """What `named_approvals` found, in words; of merged tickets only what was asked about these, by their references."""
    told = []
    for slug, what in named:
        state, given, needed, its = slug.split("/")
        if int(its) == ticket.id or int(its) in merged:
            told.append(Standing(state, int(given), int(needed), what, merged.get(int(its), "")))
    return told
