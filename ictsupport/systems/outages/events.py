"""What can happen to outages."""

from dataclasses import dataclass

from ...journal import Event
from ..models import System
from .models import Outage, OutageUpdate


@dataclass(frozen=True, kw_only=True)
class OutageDeclared(Event):
    """`reference` is the ticket it was declared from, where there is one."""

    about: Outage
    system: System
    title: str
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class OutageUpdated(Event):
    about: Outage
    system: System
    update: OutageUpdate


@dataclass(frozen=True, kw_only=True)
class OutageEnded(Event):
    about: Outage
    system: System
    update: OutageUpdate
