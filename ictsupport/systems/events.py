"""What can happen to a system, a supplier, a contract and an alignment.

`changes` names the fields that differ, each with what it was and what it is.
"""

from dataclasses import dataclass, field
from datetime import date

from ..journal import Event
from ..people.models import Council, Person
from .changing import Changes
from .models import Alignment, AlignmentStep, Contract, ContractLeg, Stage, Supplier, System


@dataclass(frozen=True, kw_only=True)
class SystemEvent(Event):
    about: System
    changes: Changes = field(default_factory=dict)


class SystemAdded(SystemEvent): ...


class SystemChanged(SystemEvent): ...


class SystemRetired(SystemEvent): ...


class SystemBroughtBack(SystemEvent): ...


@dataclass(frozen=True, kw_only=True)
class LegRecorded(SystemEvent):
    """How a council stands with the system was written down, or changed."""

    council: Council


@dataclass(frozen=True, kw_only=True)
class SupplierEvent(Event):
    about: Supplier
    changes: Changes = field(default_factory=dict)


class SupplierAdded(SupplierEvent): ...


class SupplierChanged(SupplierEvent): ...


class ContactAdded(SupplierEvent): ...


class ContactEnded(SupplierEvent): ...


@dataclass(frozen=True, kw_only=True)
class ContractEvent(Event):
    about: Contract
    changes: Changes = field(default_factory=dict)


class ContractDrafted(ContractEvent): ...


class ContractChanged(ContractEvent): ...


@dataclass(frozen=True, kw_only=True)
class ContractSigned(ContractEvent):
    on: date


class ContractActivated(ContractEvent):
    """Its first day has come."""


class ContractExpired(ContractEvent):
    """Its last day has passed."""


@dataclass(frozen=True, kw_only=True)
class ContractCancelled(ContractEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class TermsEvent(ContractEvent):
    """Something about one leg of the contract."""

    leg: ContractLeg
    council: Council


class TermsAdded(TermsEvent): ...


class TermsChanged(TermsEvent): ...


@dataclass(frozen=True, kw_only=True)
class TermsRemoved(ContractEvent):
    council: Council


class NoticeGiven(TermsEvent): ...


class RanOn(TermsEvent):
    """A leg that nobody gave notice of was renewed by itself."""


@dataclass(frozen=True, kw_only=True)
class AlignmentEvent(Event):
    about: Alignment
    system: System


@dataclass(frozen=True, kw_only=True)
class AlignmentListed(AlignmentEvent):
    step: AlignmentStep


@dataclass(frozen=True, kw_only=True)
class StageMoved(AlignmentEvent):
    step: AlignmentStep
    old: Stage
    new: Stage


@dataclass(frozen=True, kw_only=True)
class AlignmentRevised(AlignmentEvent):
    """The target, the blocker or the reason changed, the stage did not."""

    step: AlignmentStep


@dataclass(frozen=True, kw_only=True)
class SavingStated(AlignmentEvent):
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SkillsChanged(Event):
    """Which systems somebody of the desk knows; `known` are their ids now."""

    about: Person
    known: list[int]
