"""What can happen to request types, and that somebody's identity was checked."""

from dataclasses import dataclass

from ...journal.settings import SettingChanged
from ..events import TicketEvent
from .models import RequestType, TypeForm


@dataclass(frozen=True, kw_only=True)
class RequestTypeAdded(SettingChanged):
    """`approval` is the question whose answer names who must approve its requests, if it came with one."""

    about: RequestType
    approval: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestTypeChanged(SettingChanged):
    """Its name, where its requests go, and so on."""

    about: RequestType


@dataclass(frozen=True, kw_only=True)
class QuestionsChanged(SettingChanged):
    """A new version of its form is asked from now on."""

    about: RequestType
    form: TypeForm


@dataclass(frozen=True, kw_only=True)
class RequestTypeRetired(SettingChanged):
    about: RequestType


@dataclass(frozen=True, kw_only=True)
class RequestTypeBroughtBack(SettingChanged):
    about: RequestType


@dataclass(frozen=True, kw_only=True)
class IdentityChecked(TicketEvent):
    """Somebody of the desk knows now that the requester is who they say they are."""

    proof: str
    reason: str = ""
