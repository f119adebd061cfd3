"""What the calendar does to contracts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ictsupport import clock
from ictsupport.journal.queries import entries_about
from ictsupport.systems.contracting import add_leg, give_notice
from ictsupport.systems.expiring import keep_dates, months_later
from ictsupport.systems.models import Renewal, State

from .conftest import TERM, TODAY


def night_of(day: date) -> None:
    with clock.at(datetime(day.year, day.month, day.day, 1, tzinfo=UTC)):
        keep_dates({})


def kinds(contract) -> list[str]:
    return [entry.kind.removeprefix("systems.") for entry in entries_about(contract)]


def test_a_signed_contract_begins_on_its_first_day(make_contract, printing):
    contract = make_contract(printing, terms=replace(TERM, starts_on=date(2026, 12, 1)))
    night_of(date(2026, 11, 30))
    assert contract.state is State.DRAFT
    night_of(date(2026, 12, 1))
    assert contract.state is State.ACTIVE
    assert kinds(contract)[-1] == "ContractActivated"


def test_a_draft_that_nobody_signed_never_begins(make_contract, printing):
    contract = make_contract(printing, signed=False)
    night_of(date(2027, 1, 1))
    assert contract.state is State.DRAFT


def test_a_contract_ends_the_day_after_its_last_leg(contract, other_council, lead):
    add_leg(
        contract,
        other_council,
        replace(TERM, starts_on=date(2028, 4, 1), ends_on=date(2028, 9, 30), notice_days=30),
        by=lead,
    )
    night_of(date(2028, 9, 30))
    assert contract.state is State.ACTIVE
    night_of(date(2028, 10, 1))
    assert contract.state is State.EXPIRED
    assert kinds(contract)[-1] == "ContractExpired"


def test_a_second_night_changes_nothing_more(contract):
    night_of(date(2028, 4, 1))
    told = kinds(contract)
    night_of(date(2028, 4, 1))
    assert kinds(contract) == told


def test_a_tacit_contract_runs_on_and_the_journal_says_so(make_contract, printing, council):
    terms = replace(TERM, renewal=Renewal.TACIT, renewal_months=12)
    contract = make_contract(printing, councils=(council,), terms=terms)
    night_of(date(2029, 6, 1))
    assert contract.legs[0].ends_on == date(2030, 3, 31)
    assert contract.legs[0].notice_on == date(2029, 10, 2)
    assert contract.state is State.ACTIVE
    assert entries_about(contract)[-1].data["changes"]["ends_on"] == ["2028-03-31", "2030-03-31"]


def test_whoever_looks_after_a_contract_is_told_that_it_ran_on(
    make_contract, printing, council, lead, outbox
):
    terms = replace(TERM, renewal=Renewal.TACIT, renewal_months=12)
    make_contract(printing, councils=(council,), terms=terms, owner=lead)
    night_of(date(2028, 4, 1))
    night_of(date(2028, 4, 2))
    assert outbox() == [(lead.email, "Printing contract has run on for Northbrook")]


def test_nobody_is_told_what_is_no_longer_news(make_contract, printing, council, lead, outbox):
    old = replace(TERM, starts_on=date(2020, 1, 1), ends_on=date(2023, 12, 31))
    terms = replace(old, renewal=Renewal.TACIT, renewal_months=12)
    make_contract(printing, councils=(council,), terms=terms, owner=lead)
    assert outbox() == []


def test_a_tacit_contract_ends_when_notice_was_given(make_contract, printing, council, lead):
    terms = replace(TERM, renewal=Renewal.TACIT, renewal_months=12)
    contract = make_contract(printing, councils=(council,), terms=terms)
    give_notice(contract.legs[0], on=TODAY, by=lead)
    night_of(date(2028, 4, 1))
    assert contract.state is State.EXPIRED


def test_a_tacit_leg_gives_way_to_the_next_one_agreed(make_contract, printing, council, lead):
    terms = replace(TERM, renewal=Renewal.TACIT, renewal_months=12)
    contract = make_contract(printing, councils=(council,), terms=terms)
    add_leg(contract, council, replace(TERM, starts_on=date(2028, 4, 1), ends_on=date(2031, 3, 31)), by=lead)
    night_of(date(2028, 4, 1))
    assert [leg.ends_on for leg in contract.legs] == [date(2028, 3, 31), date(2031, 3, 31)]


@pytest.mark.parametrize(
    ("last", "months", "later"),
    [
        (date(2027, 2, 28), 12, date(2028, 2, 29)),
        (date(2026, 3, 31), 12, date(2027, 3, 31)),
        (date(2026, 6, 30), 3, date(2026, 9, 30)),
        (date(2026, 1, 30), 1, date(2026, 2, 27)),
    ],
)
def test_terms_run_on_by_whole_months(last, months, later):
    assert months_later(last, months) == later
