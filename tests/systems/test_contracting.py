"""Making contracts and keeping their terms."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.systems.changing import Stale
from ictsupport.systems.contracting import (
    AlreadyCancelled,
    ContractExists,
    CostNegative,
    EndBeforeStart,
    InTheFuture,
    LegsMissing,
    LegsOverlap,
    NotADraft,
    NoticeNegative,
    NoticeTooLate,
    NoticeTooLong,
    NotInForce,
    ReasonMissing,
    RenewalUnclear,
    SystemMissing,
    add_leg,
    cancel,
    change_leg,
    draft_contract,
    give_notice,
    remove_leg,
    sign,
)
from ictsupport.systems.models import ContractLeg, Renewal, State
from ictsupport.systems.registering import NotAnAddress

from .conftest import TERM, TODAY


@pytest.fixture
def draft(lead, supplier, printing):
    return draft_contract(name="Printers", supplier=supplier, systems=[printing], by=lead)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"ends_on": date(2025, 3, 31)}, EndBeforeStart),
        ({"notice_days": 1096}, NoticeTooLong),
        ({"notice_days": 10**12}, NoticeTooLong),
        ({"notice_days": -1}, NoticeNegative),
        ({"renewal": Renewal.TACIT}, RenewalUnclear),
        ({"annual_cost": Decimal("-0.01")}, CostNegative),
        ({"support_portal": "javascript:alert(1)"}, NotAnAddress),
    ],
)
def test_terms_that_cannot_be_meant_are_refused_in_words(draft, council, lead, wrong, refusal):
    with pytest.raises(refusal) as said:
        add_leg(draft, council, replace(TERM, **wrong), by=lead)
    assert str(said.value).endswith(".")
    assert draft.legs == []


def test_notice_may_be_as_long_as_the_term(draft, council, lead):
    day = date(2026, 1, 1)
    leg = add_leg(
        draft, council, replace(TERM, starts_on=day, ends_on=date(2026, 1, 31), notice_days=30), by=lead
    )
    assert leg.notice_on == day


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2024, 1, 1), date(2025, 4, 1)),
        (date(2028, 3, 31), date(2030, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2020, 1, 1), date(2035, 1, 1)),
    ],
)
def test_legs_of_one_council_may_not_overlap(contract, council, lead, starts, ends):
    with pytest.raises(LegsOverlap, match="Northbrook Borough Council already has a leg"):
        add_leg(contract, council, replace(TERM, starts_on=starts, ends_on=ends, notice_days=0), by=lead)


def test_legs_may_follow_one_another_by_a_day(contract, council, lead):
    after = add_leg(
        contract, council, replace(TERM, starts_on=date(2028, 4, 1), ends_on=date(2031, 3, 31)), by=lead
    )
    assert after in contract.legs


def test_moving_a_leg_onto_another_is_refused(contract, council, lead):
    later = replace(TERM, starts_on=date(2028, 4, 1), ends_on=date(2031, 3, 31))
    leg = add_leg(contract, council, later, by=lead)
    with pytest.raises(LegsOverlap):
        change_leg(leg, replace(later, starts_on=date(2028, 3, 1)), by=lead)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": date(2025, 1, 1)},
        {"notice_days": -1},
        {"notice_on": date(2025, 1, 1)},
        {"renewal": Renewal.TACIT},
        {"annual_pence": -1},
    ],
)
def test_the_database_refuses_what_comes_past_the_verbs(draft, council, wrong):
    values = {
        "contract_id": draft.id,
        "council_id": council.id,
        "starts_on": date(2025, 4, 1),
        "ends_on": date(2028, 3, 31),
        "notice_on": date(2027, 10, 1),
        "annual_pence": 100,
        **wrong,
    }
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(insert(ContractLeg).values(values))


def test_notice_day_follows_every_change_of_the_end(contract, lead):
    leg = contract.legs[0]
    assert leg.notice_on == date(2027, 10, 3)
    change_leg(leg, replace(TERM, ends_on=date(2029, 3, 31), notice_days=90), by=lead)
    assert leg.notice_on == date(2028, 12, 31)


def test_an_amendment_keeps_the_old_terms_in_the_journal(contract, lead):
    change_leg(contract.legs[0], replace(TERM, annual_cost=Decimal("1250.50")), by=lead)
    last = entries_about(contract)[-1]
    assert last.kind == "systems.TermsChanged"
    assert last.data["changes"] == {"annual_pence": [None, 125050]}


def test_a_contract_is_active_from_the_first_day_of_its_first_leg(draft, council, lead):
    add_leg(draft, council, replace(TERM, starts_on=date(2026, 12, 1)), by=lead)
    sign(draft, on=TODAY, by=lead)
    assert draft.state is State.DRAFT
    assert draft.is_agreed


def test_a_contract_that_has_begun_is_active_when_signed(contract):
    assert contract.state is State.ACTIVE


def test_a_contract_without_a_leg_cannot_be_signed(draft, lead):
    with pytest.raises(LegsMissing):
        sign(draft, on=TODAY, by=lead)


def test_nothing_is_signed_tomorrow(draft, council, lead):
    add_leg(draft, council, TERM, by=lead)
    with pytest.raises(InTheFuture):
        sign(draft, on=date(2026, 11, 19), by=lead)


def test_a_leg_leaves_a_draft_but_not_a_signed_contract(draft, contract, council, lead):
    remove_leg(add_leg(draft, council, TERM, by=lead), by=lead)
    assert draft.legs == []
    with pytest.raises(NotADraft):
        remove_leg(contract.legs[0], by=lead)


def test_notice_is_given_in_time_or_not_at_all(make_contract, printing, lead):
    contract = make_contract(printing, terms=replace(TERM, ends_on=date(2027, 3, 31), notice_days=180))
    leg = contract.legs[0]
    assert leg.notice_on == date(2026, 10, 2)
    with pytest.raises(NoticeTooLate, match="2 October 2026"):
        give_notice(leg, on=TODAY, by=lead)
    give_notice(leg, on=date(2026, 10, 2), by=lead)
    assert leg.notice_given_on == date(2026, 10, 2)


def test_notice_needs_a_signed_contract(draft, council, lead):
    leg = add_leg(draft, council, TERM, by=lead)
    with pytest.raises(NotInForce):
        give_notice(leg, on=TODAY, by=lead)


def test_a_contract_is_cancelled_once_and_with_a_reason(contract, lead):
    with pytest.raises(ReasonMissing):
        cancel(contract, reason="  ", by=lead)
    cancel(contract, reason="The supplier was sold", by=lead)
    assert contract.state is State.CANCELLED
    with pytest.raises(AlreadyCancelled, match="18 November 2026"):
        cancel(contract, reason="Again", by=lead)


def test_a_supplier_has_one_contract_of_a_name(contract, supplier, printing, lead):
    with pytest.raises(ContractExists):
        draft_contract(name="Printing contract", supplier=supplier, systems=[printing], by=lead)


def test_a_reference_is_taken_once_and_may_be_missing_often(lead, supplier, printing):
    for name in ("One", "Two"):
        draft_contract(name=name, supplier=supplier, systems=[printing], by=lead)
    draft_contract(name="Three", reference="C-1", supplier=supplier, systems=[printing], by=lead)
    with pytest.raises(ContractExists):
        draft_contract(name="Four", reference="C-1", supplier=supplier, systems=[printing], by=lead)


def test_a_contract_is_about_something(lead, supplier):
    with pytest.raises(SystemMissing):
        draft_contract(name="Nothing", supplier=supplier, systems=[], by=lead)


def test_a_leg_changed_from_an_old_page_is_refused(contract, lead):
    seen = contract.version
    change_leg(contract.legs[0], replace(TERM, notice_days=90), by=lead, version=seen)
    with pytest.raises(Stale):
        change_leg(contract.legs[1], replace(TERM, notice_days=60), by=lead, version=seen)
