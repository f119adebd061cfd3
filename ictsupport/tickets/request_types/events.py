"""What can happen to request types, and that somebody's identity was checked."""

from dataclasses import dataclass, field
from typing import Any

from ...journal import Event
from ..events import TicketEvent
from .models import RequestType, TypeForm


@dataclass(frozen=True, kw_only=True)
class RequestTypeAdded(Event):
    about: RequestType
    name: str


@dataclass(frozen=True, kw_only=True)
class RequestTypeChanged(Event):
    """Its name, where its requests go, and so on; each with its old and its new value."""

    about: RequestType
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class QuestionsChanged(Event):
    """A new version of its form is asked from now on."""

    about: RequestType
    form: TypeForm
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RequestTypeRetired(Event):
    about: RequestType


@dataclass(frozen=True, kw_only=True)
class RequestTypeBroughtBack(Event):
    about: RequestType


@dataclass(frozen=True, kw_only=True)
class IdentityChecked(TicketEvent):
    """Somebody of the desk knows now that the requester is who they say they are."""

    proof: str
    reason: str = ""
