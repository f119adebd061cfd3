"""What is remembered of approvals: what was asked, of whom, and what each of them decided."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model, words
from ...people.models import Person, Team
from ..models import Ticket
from ..request_types.models import RequestType


class ApprovalState(enum.Enum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Decision(enum.Enum):
    APPROVE = "approve"
    REFUSE = "refuse"


class Approval(Model):
    """A question put to people about a ticket: may this be done? `needed` of them must approve.

    `given` counts those who have, so that lists need not. Nobody under
    `asked_by` means that the request type asked by itself.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    what: Mapped[str] = mapped_column(String(300))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    needed: Mapped[int]
    given: Mapped[int] = mapped_column(default=0)
    blocks: Mapped[bool] = mapped_column(default=True)
    state: Mapped[ApprovalState] = mapped_column(words(ApprovalState), default=ApprovalState.OPEN)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship()
    team: Mapped[Team | None] = relationship()
    asked_by: Mapped[Person | None] = relationship()
    approvers: Mapped[list["Approver"]] = relationship(back_populates="approval", order_by="Approver.id")

    __table_args__ = (
        CheckConstraint("needed >= 1 AND given >= 0", name="needed"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
    )

    @property
    def is_open(self) -> bool:
        return self.state is ApprovalState.OPEN

    @property
    def is_wanted(self) -> bool:
        """Whether a decision is still of use: nothing is settled, and work goes on, be it on the ticket that its own is merged into."""
        return self.is_open and self.ticket.standing.status.is_open

    @property
    def asked(self) -> list["Approver"]:
        """Those whose word counts: not who handed the question on."""
        return [one for one in self.approvers if one.handed_at is None]


class Approver(Model):
    """Somebody whose word is wanted, once in an approval, and what they said; a delegate may have said it for them.

    Nobody decides twice in one approval, for whomever. Who hands it on (`handed_to_id`) is not asked any more: whom they named is.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decision: Mapped[Decision | None] = mapped_column(words(Decision))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    handed_at: Mapped[datetime | None]
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reminded: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    approval: Mapped[Approval] = relationship(back_populates="approvers")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    handed_to: Mapped[Person | None] = relationship(foreign_keys=[handed_to_id])

    WAITS = text("decision IS NULL AND handed_at IS NULL")
    __table_args__ = (
        UniqueConstraint("approval_id", "person_id"),
        UniqueConstraint("approval_id", "decided_by_id"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        CheckConstraint("(handed_at IS NULL) = (handed_to_id IS NULL)", name="handed"),
        CheckConstraint("decision IS NULL OR handed_at IS NULL", name="one_end"),
        CheckConstraint("decision <> 'refuse' OR reason <> ''", name="reason"),
        Index("ix_approver_person_id_asked_at", "person_id", "asked_at", "id"),
        Index("ix_approver_waits", "asked_at", "id", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    @property
    def waits(self) -> bool:
        """Whether their word is still wanted, if the approval is open."""
        return self.decision is None and self.handed_at is None


class ApprovalRule(Model):
    """What a request type asks for by itself: the word of whoever is named in an answer, or of so many of a team.

    The team is asked too where the answer names nobody who can decide.
    """

    type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(60), default="")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    needed: Mapped[int] = mapped_column(default=1)
    type: Mapped[RequestType] = relationship()
    team: Mapped[Team | None] = relationship()

    __table_args__ = (
        CheckConstraint("needed >= 1", name="needed"),
        CheckConstraint("question <> '' OR team_id IS NOT NULL", name="somebody"),
    )
