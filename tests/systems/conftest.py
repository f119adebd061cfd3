"""A lead, a supplier, a system that both councils have, and a signed contract for both."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ictsupport.people.models import Council, Person, Role
from ictsupport.systems.aligning import list_for_alignment
from ictsupport.systems.contracting import Terms, add_leg, draft_contract, sign
from ictsupport.systems.models import Alignment, Contract, Supplier, System, Use
from ictsupport.systems.registering import add_supplier, add_system, record_leg

TODAY = date(2026, 11, 18)
TERM = Terms(starts_on=date(2025, 4, 1), ends_on=date(2028, 3, 31), notice_days=180)


@pytest.fixture
def lead(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Sally Leader", council, roles=(Role.SYSTEMS_LEAD,))


@pytest.fixture
def supplier(lead: Person) -> Supplier:
    return add_supplier(name="Northern Voice Ltd", by=lead)


@pytest.fixture
def make_system(lead: Person, council: Council, other_council: Council) -> Callable[..., System]:
    """make_system("Printing") is a system that both councils have; uses=(...) says otherwise."""

    def make(name: str, uses: tuple[Use, ...] = (Use.SAME, Use.SAME)) -> System:
        system = add_system(name=name, purpose=f"What {name.lower()} is for", by=lead)
        for whose, use in zip((council, other_council), uses, strict=False):
            record_leg(system, whose, use=use, by=lead)
        return system

    return make


@pytest.fixture
def printing(make_system: Callable[..., System]) -> System:
    return make_system("Printing")


@pytest.fixture
def make_contract(
    lead: Person, supplier: Supplier, council: Council, other_council: Council
) -> Callable[..., Contract]:
    """make_contract(system) is signed, with a leg for both councils unless told whose."""

    def make(
        system: System,
        councils: tuple[Council, ...] | None = None,
        terms: Terms = TERM,
        signed: bool = True,
        **more: Any,
    ) -> Contract:
        name = more.pop("name", f"{system.name} contract")
        contract = draft_contract(name=name, supplier=supplier, systems=[system], by=lead, **more)
        for whose in (council, other_council) if councils is None else councils:
            add_leg(contract, whose, terms, by=lead)
        if signed:
            sign(contract, on=min(terms.starts_on, TODAY), by=lead)
        return contract

    return make


@pytest.fixture
def contract(make_contract: Callable[..., Contract], printing: System) -> Contract:
    return make_contract(printing)


@pytest.fixture
def alignment(printing: System, lead: Person) -> Alignment:
    return list_for_alignment(printing, since=date(2026, 1, 5), target_on=date(2026, 12, 1), by=lead)
