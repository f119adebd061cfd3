"""What can happen to people, their roles and sign-ins, councils and their calendars."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..journal import Event
from ..journal.settings import SettingChanged
from .models import Calendar, Council, DelegateScope, Delegation, Grant, Person, Site, Way


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    about: Person
    way: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A sign-in was ended: by the person, or for them."""

    about: Person
    devices: int = 1


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A password was set, or given up (way: mail)."""

    about: Person
    way: Way


@dataclass(frozen=True, kw_only=True)
class CallMeAsked(Event):
    """Somebody who cannot sign in asks to be called. Who they are has not been checked."""

    name: str
    number: str
    meeting: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    about: Person


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event):
    """`changes` maps what was changed to its old and new value."""

    about: Person
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Event):
    """Somebody's access has ended, with their roles, sign-ins and delegations."""

    about: Person
    last_day: date


@dataclass(frozen=True, kw_only=True)
class PersonReturned(Event):
    about: Person


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    about: Grant
    person: Person
    role: str
    council: str


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    about: Grant
    person: Person
    role: str
    council: str


@dataclass(frozen=True, kw_only=True)
class DelegationGranted(Event):
    about: Delegation
    member: Person
    delegate: Person
    scopes: list[DelegateScope]


@dataclass(frozen=True, kw_only=True)
class DelegationEnded(Event):
    about: Delegation
    member: Person
    delegate: Person


@dataclass(frozen=True, kw_only=True)
class CouncilChanged(SettingChanged):
    about: Council


@dataclass(frozen=True, kw_only=True)
class SiteChanged(SettingChanged):
    """A site was added, or changed."""

    about: Site
    council: Council


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(SettingChanged):
    """Opening hours to come are different now."""

    about: Calendar
    what: str
