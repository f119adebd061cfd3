"""What can happen to guides."""

from dataclasses import dataclass, field
from typing import Any

from ..journal import Event
from ..tickets.models import Ticket
from .models import Guide


@dataclass(frozen=True, kw_only=True)
class GuideEvent(Event):
    """`changes` says which fields differ, each with its old and new value."""

    about: Guide
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GuideWritten(GuideEvent):
    """Somebody began a guide, perhaps from what was done for a ticket."""

    source: Ticket | None = None


class GuideChanged(GuideEvent): ...


class GuidePublished(GuideEvent): ...


class GuideTakenBack(GuideEvent):
    """It is a draft again, which nobody but the desk reads."""


class GuideRetired(GuideEvent): ...


class GuideReviewed(GuideEvent):
    """Somebody read it again and found it right."""


class GuideReviewAsked(GuideEvent):
    """Its owner was reminded to read it again."""
