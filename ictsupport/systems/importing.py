"""Contracts from a list: one line for each council's leg. See docs/handbook/importing-contracts.md."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from .. import clock
from ..config import settings
from ..database import db
from ..importing import Column, Importer, Outcome, Report, Row, Taken
from ..people.models import Council, Person
from .changing import slug_of
from .contracting import Terms, add_leg, change_contract, change_leg, draft_contract, sign
from .expiring import end_by
from .models import Contract, ContractLeg, Renewal, State, Supplier, System, Use
from .registering import add_supplier, add_system, find_supplier, one_line, record_leg


@dataclass(frozen=True)
class Said:
    """What a line says of the contract as a whole; every line of one contract must say the same."""

    systems: frozenset[str]
    owner: str
    signed_on: date | None


class Contracts(Importer):
    """A contract is known by its reference, or else by supplier and name; a leg by its council and first day."""

    name = "contracts"
    help = "Bring in contracts, with one line for each council and term."
    columns = (
        Column("contract", "Its name", required=True, also=("contract name", "title"), longest=160),
        Column("reference", "Its number in the contract register", also=("contract reference",), longest=60),
        Column("supplier", "Whom it is with", required=True, also=("supplier name",), longest=160),
        Column(
            "systems", "What it is about; several set apart by semicolons", required=True, also=("system",)
        ),
        Column("council", "Whose leg the line is", required=True, longest=120),
        Column("starts", "First day of the term", required=True, also=("start", "start date", "starts on")),
        Column("ends", "Last day of the term", required=True, also=("end", "end date", "ends on")),
        Column("notice days", "How many days before the end notice must be given", also=("notice",)),
        Column("renewal", "express (it ends) or tacit (it runs on)"),
        Column("renewal months", "By how many months a tacit contract runs on"),
        Column("extension options", "What may be extended, in words", longest=300),
        Column("annual cost", "What it costs the council in a year", also=("annual value", "cost")),
        Column("support hours", "When the supplier helps"),
        Column("support phone", "The supplier's number", longest=40),
        Column("support portal", "The supplier's web address for support", longest=300),
        Column("support included", "yes if ongoing customer support is included"),
        Column("owner", "E-mail address of who looks after the contract", longest=254),
        Column("signed", "When it was signed; empty for a draft", also=("signed on", "date signed")),
    )

    def prepare(self) -> None:
        councils = db.session.scalars(select(Council)).all()
        self.councils: dict[str, Council] = {
            name: council for council in councils for name in (council.name, council.short_name, council.slug)
        }
        self.said: dict[tuple[str, ...], tuple[int, Said]] = {}
        self.new: dict[str, list[str]] = {"systems": [], "suppliers": []}

    def take(self, row: Row) -> Taken:
        council = row.choice("council", self.councils)
        if council is None:
            raise row.wrong("council", "is empty")
        contract, outcome = self.contract_of(row)
        leg = find_leg(contract, council, required(row, "starts"))
        words = f"{contract.name}, {council.short_name}"
        if leg is None:
            add_leg(contract, council, terms_of(row, None), by=None)
            outcome = Outcome.NEW
        elif change_leg(leg, terms_of(row, Terms.of(leg)), by=None) and outcome is Outcome.SAME:
            outcome = Outcome.CHANGED
        self.sign(row, contract)
        for system in contract.systems:
            if system.leg_of(council.id) is None:
                record_leg(system, council, use=Use.SAME, by=None)
        return Taken(outcome, words)

    def contract_of(self, row: Row) -> tuple[Contract, Outcome]:
        """The contract of the line, as the line says it is."""
        supplier = self.supplier(one_line(row.text("supplier")))
        reference, name = one_line(row.text("reference")), one_line(row.text("contract"))
        systems = [self.system(row, one_line(each)) for each in row.several("systems")]
        owner = find_owner(row)
        self.check_same(row, (reference,) if reference else (supplier.name, name.casefold()))
        contract = find_contract(supplier, reference, name)
        if contract is None:
            contract = draft_contract(
                name=name, reference=reference, supplier=supplier, systems=systems, owner=owner, by=None
            )
            return contract, Outcome.NEW
        changes = change_contract(
            contract,
            name=name,
            reference=reference or contract.reference,
            supplier=supplier,
            systems=systems,
            owner=owner or contract.owner,
            notes=contract.notes,
            by=None,
        )
        return contract, Outcome.CHANGED if changes else Outcome.SAME

    def check_same(self, row: Row, key: tuple[str, ...]) -> None:
        """Refuse a line that says of the contract what an earlier line of it says otherwise."""
        systems = frozenset(slug_of(each) for each in row.several("systems"))
        said = Said(systems, row.text("owner").casefold(), row.date("signed"))
        line, before = self.said.setdefault(key, (row.line, said))
        for column, old, new in (
            ("systems", before.systems, said.systems),
            ("owner", before.owner, said.owner),
            ("signed", before.signed_on, said.signed_on),
        ):
            if old and new and old != new:
                raise row.wrong(column, f"is not what line {line} says of the same contract")

    def sign(self, row: Row, contract: Contract) -> None:
        signed_on = row.date("signed")
        if signed_on and contract.state is State.DRAFT and contract.signed_on is None:
            sign(contract, on=signed_on, by=None)

    def supplier(self, name: str) -> Supplier:
        found = find_supplier(name)
        if found is None:
            found = add_supplier(name=name, by=None)
            self.new["suppliers"].append(name)
        return found

    def system(self, row: Row, name: str) -> System:
        slug = slug_of(name)
        if not slug or len(name) > 120:
            raise row.wrong("systems", f"“{name[:60]}” is not a name for a system")
        found = db.session.scalar(select(System).where(System.slug == slug))
        if found is None:
            found = add_system(name=name, by=None)
            self.new["systems"].append(name)
        return found

    def finish(self, report: Report) -> None:
        for what, names in self.new.items():
            if names:
                report.notes.append(f"New {what}: {', '.join(names)}")


def terms_of(row: Row, before: Terms | None) -> Terms:
    """The terms a line gives; what it leaves empty stays as it was."""
    starts, ends = required(row, "starts"), required(row, "ends")
    terms = before or Terms(starts_on=starts, ends_on=ends)
    read: dict[str, Any] = {
        "notice_days": row.whole("notice days"),
        "renewal": row.choice("renewal", {each.value: each for each in Renewal}),
        "renewal_months": row.whole("renewal months"),
        "extension_options": row.text("extension options") or None,
        "annual_cost": row.number("annual cost"),
        "support_hours": row.text("support hours") or None,
        "support_phone": row.text("support phone") or None,
        "support_portal": row.text("support portal") or None,
        "support_included": row.yes_no("support included"),
    }
    given = {name: value for name, value in read.items() if value is not None}
    terms = replace(terms, starts_on=starts, ends_on=ends, **given)
    if (
        before
        and terms.renewal is Renewal.TACIT
        and 0 < terms.renewal_months <= 120
        and before.ends_on > ends
    ):
        # The list still names the end before the contract ran on.
        terms = replace(terms, ends_on=end_by(clock.today(settings().zone), ends, terms.renewal_months))
    return terms


def required(row: Row, column: str) -> date:
    day = row.date(column)
    if day is None:
        raise row.wrong(column, "is empty")
    return day


def find_owner(row: Row) -> Person | None:
    address = row.text("owner")
    if not address:
        return None
    person = db.session.scalar(select(Person).where(func.lower(Person.email) == address.lower()))
    if person is None:
        raise row.wrong("owner", f"nobody has the e-mail address “{address}”")
    return person


def find_contract(supplier: Supplier, reference: str, name: str) -> Contract | None:
    """By its reference, or else by supplier and name in whatever case."""
    if reference:
        found = db.session.scalar(select(Contract).where(Contract.reference == reference))
        if found is not None:
            return found
    return db.session.scalar(
        select(Contract).where(Contract.supplier_id == supplier.id, func.lower(Contract.name) == name.lower())
    )


def find_leg(contract: Contract, council: Council, starts_on: date) -> ContractLeg | None:
    return next(
        (leg for leg in contract.legs if leg.council_id == council.id and leg.starts_on == starts_on), None
    )
