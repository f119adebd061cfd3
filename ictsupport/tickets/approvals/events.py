"""What can happen to approvals. `reason` tells it in a sentence, for the timeline."""

from dataclasses import dataclass

from ..events import TicketEvent
from .models import Approval


@dataclass(frozen=True, kw_only=True)
class ApprovalEvent(TicketEvent):
    approval: Approval
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(ApprovalEvent):
    """People were asked to approve something."""


@dataclass(frozen=True, kw_only=True)
class ApprovalDecided(ApprovalEvent):
    """One of them has decided; `outcome` is what follows for the whole of it, empty while others are waited for."""

    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalGiven(ApprovalDecided): ...


@dataclass(frozen=True, kw_only=True)
class ApprovalRefused(ApprovalDecided): ...


@dataclass(frozen=True, kw_only=True)
class ApprovalHandedOn(ApprovalEvent):
    """Somebody who was asked named somebody else, who is asked now."""


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(ApprovalEvent):
    """The question was taken back."""


@dataclass(frozen=True, kw_only=True)
class ApproverReminded(ApprovalEvent):
    """Somebody whose word is wanted was written to again."""

    approver_id: int


@dataclass(frozen=True, kw_only=True)
class ApproverGone(ApprovalEvent):
    """Somebody whose word is wanted has left, and nobody may decide for them."""

    approver_id: int
