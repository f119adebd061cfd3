from datetime import date

import pytest

from ictsupport.staffing.models import Stage
from ictsupport.staffing.recruiting import (
    DayOutOfOrder,
    NotYet,
    ReasonNeeded,
    RoundOver,
    RoundUnderWay,
    StageOutOfOrder,
    judge_hard_to_recruit,
    reach_stage,
    start_round,
)


def test_a_round_goes_through_its_stages_and_ends_when_somebody_starts(make_post, manager):
    found = start_round(make_post(), Stage.APPROVED, date(2026, 2, 2), by=manager)
    reach_stage(found, Stage.ADVERTISED, date(2026, 2, 9), by=manager)
    reach_stage(found, Stage.ACCEPTED, date(2026, 3, 30), by=manager)
    assert found.is_live
    reach_stage(found, Stage.STARTED, date(2026, 5, 4), by=manager)
    assert (found.is_live, found.ended_on, found.days_to_hire) == (False, date(2026, 5, 4), 84)


def test_stages_do_not_go_back(make_post, manager):
    found = start_round(make_post(), Stage.ADVERTISED, date(2026, 2, 9), by=manager)
    with pytest.raises(StageOutOfOrder, match="already reached “advertised”"):
        reach_stage(found, Stage.APPROVED, date(2026, 2, 10), by=manager)
    with pytest.raises(DayOutOfOrder, match="was on 9 February 2026"):
        reach_stage(found, Stage.SHORTLISTED, date(2026, 2, 8), by=manager)
    with pytest.raises(NotYet):
        reach_stage(found, Stage.SHORTLISTED, date(2027, 1, 1), by=manager)


def test_a_post_has_one_round_at_a_time(make_post, manager):
    post = make_post()
    first = start_round(post, Stage.ADVERTISED, date(2026, 2, 9), by=manager)
    with pytest.raises(RoundUnderWay):
        start_round(post, Stage.ADVERTISED, date(2026, 3, 9), by=manager)
    reach_stage(first, Stage.WITHDRAWN, date(2026, 3, 9), by=manager)
    with pytest.raises(RoundOver):
        reach_stage(first, Stage.WITHDRAWN, date(2026, 3, 10), by=manager)
    assert start_round(post, Stage.ADVERTISED, date(2026, 3, 9), by=manager).is_live


def test_an_override_needs_a_reason(make_post, manager):
    with pytest.raises(ReasonNeeded):
        judge_hard_to_recruit(make_post(), True, reason=" ", by=manager)
