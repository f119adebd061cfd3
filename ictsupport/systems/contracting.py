"""Making contracts and keeping their terms: drafted, signed, changed, given notice of, cancelled."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..people.models import Council, Person
from .changing import Changes, apply, take_turn, unique_or
from .events import (
    ContractCancelled,
    ContractChanged,
    ContractDrafted,
    ContractSigned,
    NoticeGiven,
    TermsAdded,
    TermsChanged,
    TermsRemoved,
)
from .expiring import settle
from .models import Contract, ContractLeg, Renewal, State, Supplier, System
from .registering import NameMissing, check_address, one_line

EARLIEST, LATEST = date(1980, 1, 1), date(2150, 1, 1)


class ContractExists(Refusal):
    reason = "This supplier already has a contract of that name, or the reference is taken. Choose another."


class SystemMissing(Refusal):
    reason = "Choose at least one system that the contract is about."


class EndBeforeStart(Refusal):
    reason = "The last day must be on or after the first day."


class DateOutOfRange(Refusal):
    reason = "The first and last day must be between 1980 and 2150."


class NoticeNegative(Refusal):
    reason = "The days of notice must be 0 or more."


class NoticeTooLong(Refusal):
    reason = "{notice_days} days' notice is longer than the whole term of {term_days} days. Check the dates and the notice."


class RenewalUnclear(Refusal):
    reason = "Say by how many months the contract runs on when nobody gives notice (1 to 120)."


class CostNegative(Refusal):
    reason = "The yearly cost must be 0 or more."


class LegsOverlap(Refusal):
    reason = (
        "{council} already has a leg of this contract from {starts.day} {starts:%B %Y} to {ends.day} {ends:%B %Y}. "
        "Two legs of one council cannot overlap: change the dates, or the other leg."
    )


class LegsMissing(Refusal):
    reason = "Add a leg for at least one council before the contract is signed."


class NotADraft(Refusal):
    reason = "Only a draft can be changed in this way, and this contract is {state}."


class NotInForce(Refusal):
    reason = "Notice can be given of a signed contract, and this one is {state}."


class InTheFuture(Refusal):
    reason = "That day has not come yet. Give today's date or an earlier one."


class NoticeTooLate(Refusal):
    reason = "Notice had to be given by {notice_day.day} {notice_day:%B %Y}. The contract runs on; talk to the supplier."


class ReasonMissing(Refusal):
    reason = "Say why, in a few words."


class AlreadyCancelled(Refusal):
    reason = "This contract was cancelled on {day.day} {day:%B %Y}."


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What one council agreed to: the term (both days included), notice, renewal, cost and support."""

    starts_on: date
    ends_on: date
    notice_days: int = 0
    renewal: Renewal = Renewal.EXPRESS
    renewal_months: int = 0
    extension_options: str = ""
    annual_cost: Decimal | None = None
    support_hours: str = ""
    support_phone: str = ""
    support_portal: str = ""
    support_included: bool = False

    @classmethod
    def of(cls, leg: ContractLeg) -> "Terms":
        """What stands in a leg now."""
        return cls(**{field.name: getattr(leg, field.name) for field in fields(cls)})

    def check(self) -> None:
        """Refuse what cannot be meant, whoever sent it."""
        if not (EARLIEST <= self.starts_on <= LATEST and EARLIEST <= self.ends_on <= LATEST):
            raise DateOutOfRange
        if self.ends_on < self.starts_on:
            raise EndBeforeStart
        between = (self.ends_on - self.starts_on).days
        if self.notice_days < 0:
            raise NoticeNegative
        if self.notice_days > between:
            raise NoticeTooLong(notice_days=self.notice_days, term_days=between + 1)
        if self.renewal is Renewal.TACIT and not 1 <= self.renewal_months <= 120:
            raise RenewalUnclear
        if self.annual_cost is not None and self.annual_cost < 0:
            raise CostNegative
        check_address(self.support_portal)

    def columns(self) -> dict[str, object]:
        """As the leg's columns keep it."""
        cost = self.annual_cost
        return {
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "notice_days": self.notice_days,
            "renewal": self.renewal,
            "renewal_months": self.renewal_months if self.renewal is Renewal.TACIT else 0,
            "extension_options": one_line(self.extension_options),
            "annual_pence": None if cost is None else int((cost * 100).to_integral_value()),
            "support_hours": one_line(self.support_hours),
            "support_phone": one_line(self.support_phone),
            "support_portal": self.support_portal,
            "support_included": self.support_included,
        }


def draft_contract(
    *,
    name: str,
    supplier: Supplier,
    systems: list[System],
    by: Person | None,
    reference: str = "",
    owner: Person | None = None,
    notes: str = "",
) -> Contract:
    """Begin a contract. Until it is signed it is a draft, seen only by those who see costs."""
    check_contract(name, systems)
    with unique_or(ContractExists):
        contract = Contract(
            name=one_line(name),
            reference=one_line(reference),
            supplier=supplier,
            owner=owner,
            notes=notes,
            systems=list(systems),
            legs=[],
        )
        db.session.add(contract)
    announce(ContractDrafted(about=contract, by=by))
    return contract


def change_contract(
    contract: Contract,
    *,
    name: str,
    supplier: Supplier,
    systems: list[System],
    reference: str,
    owner: Person | None,
    notes: str,
    by: Person | None,
    version: int | None = None,
) -> Changes:
    """Change what the contract says as a whole; the journal keeps what it was."""
    check_contract(name, systems)
    take_turn(contract, version)
    with unique_or(ContractExists):
        changes = apply(
            contract,
            name=one_line(name),
            reference=one_line(reference),
            supplier=supplier,
            owner=owner,
            notes=notes,
            systems=sorted(systems, key=lambda system: system.name),
        )
    if changes:
        announce(ContractChanged(about=contract, changes=changes, by=by))
    return changes


def add_leg(
    contract: Contract, council: Council, terms: Terms, *, by: Person | None, version: int | None = None
) -> ContractLeg:
    """Add what the contract means for a council, for a term that overlaps none of its others."""
    terms.check()
    take_turn(contract, version)
    check_overlap(contract, council, terms)
    leg = ContractLeg(contract=contract, council=council, **terms.columns())
    db.session.add(leg)
    announce(TermsAdded(about=contract, leg=leg, council=council, by=by))
    settle(contract, by=by)
    return leg


def change_leg(leg: ContractLeg, terms: Terms, *, by: Person | None, version: int | None = None) -> Changes:
    """Change the terms of a leg, also of a signed contract (an amendment); the journal keeps the old ones."""
    terms.check()
    contract = leg.contract
    take_turn(contract, version)
    check_overlap(contract, leg.council, terms, apart_from=leg)
    changes = apply(leg, **terms.columns())
    if changes:
        announce(TermsChanged(about=contract, leg=leg, council=leg.council, changes=changes, by=by))
        settle(contract, by=by)
    return changes


def remove_leg(leg: ContractLeg, *, by: Person | None) -> None:
    """Take a leg out of a draft again."""
    contract, council = leg.contract, leg.council
    take_turn(contract, None)
    if contract.state is not State.DRAFT or contract.signed_on:
        raise NotADraft(state=state_in_words(contract))
    contract.legs.remove(leg)
    db.session.delete(leg)
    announce(TermsRemoved(about=contract, council=council, by=by))


def sign(contract: Contract, *, on: date, by: Person | None, version: int | None = None) -> None:
    """Say that all have signed. It is active from the first day of its first leg."""
    take_turn(contract, version)
    if contract.state is not State.DRAFT or contract.signed_on:
        raise NotADraft(state=state_in_words(contract))
    if not contract.legs:
        raise LegsMissing
    check_past(on)
    contract.signed_on = on
    announce(ContractSigned(about=contract, on=on, by=by))
    settle(contract, by=by)


def give_notice(leg: ContractLeg, *, on: date, by: Person | None) -> None:
    """Write down that notice was given: the leg ends on its last day and does not run on."""
    contract = leg.contract
    take_turn(contract, None)
    if not contract.is_agreed or contract.state is State.EXPIRED:
        raise NotInForce(state=state_in_words(contract))
    check_past(on)
    if on > leg.notice_on:
        raise NoticeTooLate(notice_day=leg.notice_on)
    changes = apply(leg, notice_given_on=on)
    if changes:
        announce(NoticeGiven(about=contract, leg=leg, council=leg.council, changes=changes, by=by))


def cancel(
    contract: Contract, *, reason: str, by: Person | None, on: date | None = None, version: int | None = None
) -> None:
    """Call the contract off; what was agreed stays readable."""
    if not one_line(reason):
        raise ReasonMissing
    take_turn(contract, version)
    if contract.cancelled_on:
        raise AlreadyCancelled(day=contract.cancelled_on)
    day = on or clock.today(settings().zone)
    check_past(day)
    contract.state = State.CANCELLED
    contract.cancelled_on = day
    announce(ContractCancelled(about=contract, reason=one_line(reason), by=by))


def check_contract(name: str, systems: list[System]) -> None:
    if not one_line(name):
        raise NameMissing
    if not systems:
        raise SystemMissing


def check_overlap(
    contract: Contract, council: Council, terms: Terms, apart_from: ContractLeg | None = None
) -> None:
    """The contract's row is locked, so nobody adds another leg between this look and the insert."""
    for other in contract.legs:
        if other is apart_from or other.council_id != council.id:
            continue
        if other.starts_on <= terms.ends_on and terms.starts_on <= other.ends_on:
            raise LegsOverlap(council=council.name, starts=other.starts_on, ends=other.ends_on)


def check_past(day: date) -> None:
    if day > clock.today(settings().zone):
        raise InTheFuture


def state_in_words(contract: Contract) -> str:
    return (
        "signed" if contract.state is State.DRAFT and contract.signed_on is not None else contract.state.value
    )
