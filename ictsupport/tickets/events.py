"""What can happen to tickets, their queues and their targets."""

from dataclasses import dataclass
from datetime import datetime

from ..journal import Event
from .models import ClockKind, Policy, Ticket


@dataclass(frozen=True, kw_only=True)
class TargetBreached(Event):
    """A target has run out. Announced once for each time it does, shortly after `breached_at`."""

    about: Ticket
    clock: ClockKind
    breached_at: datetime


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Event):
    """Targets are different now, for the tickets the policy covers."""

    about: Policy
