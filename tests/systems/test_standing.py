"""How far the shared contracts are aligned, on any date."""

from datetime import date

import pytest

from ictsupport.database import db
from ictsupport.systems.aligning import list_for_alignment, move
from ictsupport.systems.models import Group, Stage
from ictsupport.systems.registering import retire
from ictsupport.systems.standing import joined, standing

from .conftest import TODAY

SPRING = date(2026, 3, 1)


@pytest.fixture
def eleven(make_system, make_contract, lead):
    """Eleven shared systems: nine aligned one after the other from February 2026, two not."""
    found = []
    for number in range(11):
        system = make_system(f"System {number:02}")
        make_contract(system)
        listed = list_for_alignment(
            system, since=date(2026, 1, 5), target_on=date(2026, 9, 30), by=lead, reason="Joint strategy"
        )
        if number < 9:
            move(listed, Stage.ALIGNED, since=date(2026, 2 + number, 1), by=lead)
        found.append(listed)
    move(found[9], Stage.PROCURING, since=date(2026, 5, 1), target_on=date(2026, 9, 30), by=lead)
    return found


def test_nine_of_eleven_are_aligned(eleven):
    now = standing(TODAY, TODAY)
    assert (now.aligned, now.listed) == (9, 11)
    assert now.sentence == (
        "9 of 11 shared contracts are aligned on 18 November 2026. "
        "1 is in progress and 1 has not started. 2 are late."
    )


def test_any_date_can_be_shown_again(eleven):
    for day, *counts in (
        (date(2026, 1, 4), 0, 0),
        (date(2026, 1, 5), 0, 11),
        (date(2026, 2, 1), 1, 11),
        (SPRING, 2, 11),
        (date(2026, 9, 30), 8, 11),
        (date(2026, 10, 1), 9, 11),
    ):
        then = standing(day, TODAY)
        assert [then.aligned, then.listed] == counts, day


def test_what_happens_later_does_not_change_what_was(eleven, lead):
    before = standing(SPRING, TODAY).sentence
    move(eleven[0], Stage.IMPLEMENTING, reason="The supplier withdrew", by=lead)
    assert standing(SPRING, TODAY).sentence == before
    assert standing(TODAY, TODAY).aligned == 8


def test_a_past_day_is_told_in_the_past(eleven):
    assert standing(SPRING, TODAY).sentence == (
        "2 of 11 shared contracts were aligned on 1 March 2026. 9 had not started."
    )


def test_nothing_listed_is_said_in_words(context):
    assert standing(TODAY, TODAY).sentence == "No shared contracts were listed on 18 November 2026."


def test_what_is_not_pursued_stays_listed_and_is_shown_apart(eleven, lead):
    move(eleven[10], Stage.NOT_PURSUED, reason="Different needs", by=lead)
    now = standing(TODAY, TODAY)
    assert (now.aligned, now.listed, now.count(Group.NOT_PURSUED)) == (9, 11, 1)
    assert "1 is in progress and 1 is not pursued. 1 is late." in now.sentence


def test_late_ones_come_first_and_aligned_ones_after_the_work(eleven):
    names = [place.system.name for place in standing(TODAY, TODAY).places]
    assert names[:3] == ["System 09", "System 10", "System 00"]


def test_since_is_when_the_stage_was_entered_not_when_its_blocker_changed(eleven, lead):
    move(eleven[9], Stage.PROCURING, blocker="Waiting for legal advice", by=lead)
    place = next(p for p in standing(TODAY, TODAY).places if p.system.name == "System 09")
    assert (place.since, place.step.since) == (date(2026, 5, 1), TODAY)


def test_two_steps_of_one_day_count_as_the_later_one(eleven, lead):
    move(eleven[9], Stage.SIGNED, by=lead)
    move(eleven[9], Stage.ALIGNED, by=lead)
    assert standing(TODAY, TODAY).aligned == 10


def test_a_retired_system_leaves_the_list_from_that_day(eleven, lead):
    retire(eleven[0].system, by=lead)
    assert standing(TODAY, TODAY).listed == 10
    assert standing(SPRING, TODAY).listed == 11


def test_it_costs_one_statement_however_long(eleven, count_queries):
    db.session.flush()
    db.session.expunge_all()
    with count_queries() as queries:
        for place in standing(TODAY, TODAY).places:
            assert place.system.name
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("parts", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_joined(parts, words):
    assert joined(parts) == words
