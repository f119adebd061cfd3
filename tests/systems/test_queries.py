"""The lists of systems and contracts."""

from dataclasses import replace
from datetime import date

import pytest

from ictsupport.database import db
from ictsupport.systems.contracting import add_leg, cancel, give_notice
from ictsupport.systems.models import Contract, Renewal, SystemKind, Use
from ictsupport.systems.queries import (
    choosable_systems,
    contracts,
    contracts_of_system,
    count_of,
    notices,
    register,
)
from ictsupport.systems.registering import record_leg, retire

from .conftest import TERM, TODAY


def names(select) -> list[str]:
    return sorted(row.name for row in db.session.scalars(select))


def choices(council) -> list[str]:
    return [choice.label for choice in choosable_systems(council)]


def test_the_register_is_searched_by_name_purpose_and_what_a_council_calls_it(
    staff, make_system, council, lead
):
    revenues = make_system("Revenues")
    make_system("Planning")
    record_leg(revenues, council, use=Use.SAME, local_name="Northgate", by=lead)
    assert names(register(staff, words="northgate")) == ["Revenues"]
    assert names(register(staff, words="what planning is")) == ["Planning"]
    assert names(register(staff, words="100%")) == []


def test_the_register_is_filtered_by_council_and_kind(staff, make_system, council):
    make_system("Both")
    make_system("Theirs alone", uses=(Use.NONE, Use.SAME))
    assert names(register(staff, council_id=council.id)) == ["Both"]
    assert names(register(staff, council_id=council.id, uses=[Use.NONE])) == ["Theirs alone"]
    assert names(register(staff, kinds=[SystemKind.INFRASTRUCTURE])) == []


def test_people_choose_among_what_their_council_has(make_system, council, other_council, lead, telephony):
    make_system("Both")
    make_system("Theirs alone", uses=(Use.NONE, Use.SAME))
    gone = make_system("Gone")
    retire(gone, by=lead)
    assert choices(council) == ["Both", "Telephony"]
    assert choices(other_council) == ["Both", "Telephony", "Theirs alone"]
    assert choices(None) == ["Both", "Telephony", "Theirs alone"]


def test_a_system_is_offered_with_the_name_the_council_knows(printing, council, other_council, lead):
    record_leg(printing, council, use=Use.SAME, local_name="Follow-me", by=lead)
    assert choices(council) == ["Printing (Follow-me)"]
    assert choices(other_council) == ["Printing"]


@pytest.mark.parametrize("systems", [1, 25])
def test_choosing_costs_the_same_however_many(systems, make_system, council, count_queries):
    for number in range(systems):
        make_system(f"System {number}")
    db.session.expire_all()
    assert council.id
    with count_queries() as queries:
        choices(council)
    assert len(queries) == 2


def test_contracts_are_found_by_their_system_supplier_and_reference(
    staff, contract, make_contract, make_system
):
    make_contract(make_system("Planning"), name="Applications", reference="LX-77")
    assert names(contracts(staff, words="lx-77")) == ["Applications"]
    assert names(contracts(staff, words="planning")) == ["Applications"]
    assert len(names(contracts(staff, words="northern voice"))) == 2


@pytest.fixture
def ending(make_contract, make_system, council):
    """ending("Name", last day, days of notice) is a signed contract of one council."""

    def make(name: str, ends: date, days: int, **more) -> Contract:
        terms = replace(TERM, ends_on=ends, notice_days=days, **more)
        return make_contract(make_system(name), councils=(council,), terms=terms, name=name)

    return make


def due(person, within: int = 90) -> list[str]:
    return sorted(leg.contract.name for leg in db.session.scalars(notices(person, TODAY, within)))


def test_notice_within_ninety_days_is_called_to_attention(ending, staff):
    ending("Ninety days off", date(2027, 5, 17), 90)  # notice by 16 February 2027
    ending("Ninety-one days off", date(2027, 5, 18), 90)
    assert due(staff) == ["Ninety days off"]
    assert due(staff, within=91) == ["Ninety days off", "Ninety-one days off"]


def test_a_missed_day_of_notice_stays_in_sight_until_the_end(ending, staff):
    ending("Missed", date(2026, 12, 31), 180, renewal=Renewal.TACIT, renewal_months=12)
    assert due(staff) == ["Missed"]


def test_notice_that_was_given_is_no_longer_due(ending, staff, lead):
    leg = ending("Decided", date(2027, 2, 1), 60).legs[0]
    give_notice(leg, on=TODAY, by=lead)
    assert due(staff) == []


def test_a_leg_whose_next_term_is_agreed_needs_no_notice(ending, staff, council, lead):
    contract = ending("Renewed", date(2027, 1, 31), 30)
    add_leg(contract, council, replace(TERM, starts_on=date(2027, 2, 1), ends_on=date(2030, 1, 31)), by=lead)
    assert due(staff) == []


def test_drafts_and_cancelled_contracts_have_no_notice(make_contract, printing, staff, lead):
    terms = replace(TERM, ends_on=date(2027, 1, 31), notice_days=30)
    make_contract(printing, terms=terms, signed=False, name="Draft")
    cancel(make_contract(printing, terms=terms), reason="Withdrawn", by=lead)
    assert due(staff) == []
    assert count_of(notices(staff, TODAY)) == 0


def test_a_systems_contracts_begin_with_the_one_in_force(printing, make_contract, staff, lead):
    cancel(make_contract(printing, name="A cancelled one"), reason="Sold", by=lead)
    make_contract(printing, name="B in force")
    assert [one.name for one in contracts_of_system(staff, printing)] == ["B in force", "A cancelled one"]
