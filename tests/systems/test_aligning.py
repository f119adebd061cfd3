"""Bringing the councils' contracts together."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.systems.aligning import (
    AlreadyListed,
    BeforeTheLast,
    ContractLegMissing,
    FewerThanTwo,
    NotBothLegs,
    NothingNew,
    NotTheSameSystem,
    NotYet,
    ReasonNeeded,
    list_for_alignment,
    move,
    state_saving,
)
from ictsupport.systems.changing import Stale
from ictsupport.systems.contracting import cancel
from ictsupport.systems.models import Stage, Use
from ictsupport.systems.registering import record_leg

from .conftest import TERM


def test_a_system_with_one_leg_cannot_be_aligned(make_system, lead):
    with pytest.raises(NotBothLegs, match="at least two councils"):
        list_for_alignment(make_system("Scanning", uses=(Use.SAME,)), by=lead)


def test_a_system_is_listed_once(printing, alignment, lead):
    with pytest.raises(AlreadyListed):
        list_for_alignment(printing, by=lead)


def test_every_step_is_kept(alignment, contract, lead):
    move(alignment, Stage.STRATEGY, since=date(2026, 3, 1), by=lead)
    move(alignment, Stage.ALIGNED, since=date(2026, 6, 1), by=lead)
    assert [(step.stage, step.since) for step in alignment.steps] == [
        (Stage.IDENTIFIED, date(2026, 1, 5)),
        (Stage.STRATEGY, date(2026, 3, 1)),
        (Stage.ALIGNED, date(2026, 6, 1)),
    ]
    assert [entry.kind for entry in entries_about(alignment)][-1] == "systems.StageMoved"


def test_history_is_never_rewritten(alignment):
    alignment.steps[0].reason = "Something nicer"
    with pytest.raises(ValueError, match="is history"):
        db.session.flush()


def test_a_step_cannot_be_put_before_the_last_one(alignment, lead):
    with pytest.raises(BeforeTheLast, match="5 January 2026"):
        move(alignment, Stage.STRATEGY, since=date(2026, 1, 4), by=lead)


def test_a_step_cannot_be_put_in_the_future(alignment, lead):
    with pytest.raises(NotYet):
        move(alignment, Stage.STRATEGY, since=date(2026, 11, 19), by=lead)


@pytest.mark.parametrize("stage", [Stage.SIGNED, Stage.IMPLEMENTING, Stage.ALIGNED])
def test_from_the_signature_on_both_councils_need_a_contract(
    alignment, make_contract, printing, council, lead, stage
):
    make_contract(printing, councils=(council,))
    with pytest.raises(ContractLegMissing, match="Eastmere District Council on 18 November 2026"):
        move(alignment, stage, by=lead)


def test_a_draft_or_a_cancelled_contract_does_not_count(alignment, make_contract, printing, lead):
    make_contract(printing, signed=False, name="Draft")
    cancel(make_contract(printing), reason="Withdrawn", by=lead)
    with pytest.raises(ContractLegMissing):
        move(alignment, Stage.ALIGNED, by=lead)


def test_a_contract_still_to_begin_is_signed_but_not_aligned(alignment, make_contract, printing, lead):
    make_contract(printing, terms=replace(TERM, starts_on=date(2027, 4, 1)))
    move(alignment, Stage.SIGNED, by=lead)
    with pytest.raises(ContractLegMissing):
        move(alignment, Stage.ALIGNED, by=lead)


def test_a_council_with_another_system_is_not_aligned(alignment, contract, printing, council, lead):
    record_leg(printing, council, use=Use.DIFFERENT, by=lead)
    with pytest.raises(NotTheSameSystem, match="Northbrook Borough Council has a different system"):
        move(alignment, Stage.ALIGNED, by=lead)


def test_a_system_of_one_council_is_not_shared(alignment, contract, printing, council, lead):
    record_leg(printing, council, use=Use.NONE, by=lead)
    with pytest.raises(FewerThanTwo):
        move(alignment, Stage.ALIGNED, by=lead)


@pytest.mark.parametrize("stage", [Stage.IDENTIFIED, Stage.NOT_PURSUED])
def test_going_back_and_giving_up_want_a_reason(alignment, lead, stage):
    move(alignment, Stage.PROCURING, by=lead)
    with pytest.raises(ReasonNeeded):
        move(alignment, stage, by=lead)
    move(alignment, stage, reason="The framework lapsed", by=lead)
    assert alignment.present.stage is stage


def test_what_was_given_up_may_be_taken_up_again(alignment, lead):
    move(alignment, Stage.NOT_PURSUED, reason="Too dear", by=lead)
    move(alignment, Stage.IDENTIFIED, by=lead)
    assert alignment.present.stage is Stage.IDENTIFIED


def test_a_new_target_or_blocker_is_a_step_of_the_same_stage(alignment, lead):
    move(alignment, Stage.IDENTIFIED, target_on=date(2027, 3, 1), blocker="No budget", by=lead)
    assert (alignment.present.stage, alignment.present.blocker) == (Stage.IDENTIFIED, "No budget")
    with pytest.raises(NothingNew):
        move(alignment, Stage.IDENTIFIED, target_on=date(2027, 3, 1), blocker="No budget", by=lead)


def test_a_step_from_an_old_page_is_refused(alignment, lead):
    seen = alignment.version
    move(alignment, Stage.STRATEGY, by=lead, version=seen)
    with pytest.raises(Stale):
        move(alignment, Stage.PROCURING, by=lead, version=seen)
    assert alignment.present.stage is Stage.STRATEGY


def test_a_saving_is_told_with_what_it_was(alignment, lead):
    state_saving(alignment, promised=Decimal(12_000), realised=None, by=lead)
    assert entries_about(alignment)[-1].data["changes"] == {"promised_pence": [None, 1_200_000]}
    assert str(alignment.saving_promised) == "12000"


@pytest.mark.parametrize(("day", "late"), [(date(2026, 12, 1), False), (date(2026, 12, 2), True)])
def test_a_target_is_missed_the_day_after(alignment, day, late):
    assert alignment.present.is_late(day) is late
