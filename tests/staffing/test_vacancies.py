from datetime import date
from decimal import Decimal

from ictsupport.staffing.covering import arrange_cover
from ictsupport.staffing.establishing import record_change
from ictsupport.staffing.models import Stage, State
from ictsupport.staffing.recruiting import judge_hard_to_recruit, reach_stage, start_round
from ictsupport.staffing.vacancies import hardness, vacancy_of


def advertise_and_withdraw(post, on, by):
    found = start_round(post, Stage.ADVERTISED, on, by=by)
    reach_stage(found, Stage.WITHDRAWN, on, by=by)


def test_a_vacancy_counts_its_days_and_what_was_covered(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.VACANT, date(2026, 3, 1), by=manager)
    arrange_cover(
        post, fte=Decimal("0.5"), starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 20), by=manager
    )
    found = vacancy_of(post, date(2026, 3, 30))
    assert (found.since, found.days) == (date(2026, 3, 1), 30)
    assert (found.days_lost, found.days_uncovered) == (30, 25)


def test_a_post_worked_in_part_is_vacant_for_the_rest(make_post):
    post = make_post(state=State.OCCUPIED, in_post=Decimal("0.6"))
    assert vacancy_of(post, date(2026, 1, 10)).fte == Decimal("0.4")


def test_a_freeze_does_not_start_the_vacancy_anew(make_post, manager):
    post = make_post(state=State.VACANT)
    record_change(post, State.FROZEN, date(2026, 2, 1), by=manager)
    assert vacancy_of(post, date(2026, 2, 10)).since == date(2026, 1, 1)


def test_a_filled_and_a_deleted_post_are_not_vacant(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.DELETED, date(2026, 2, 1), by=manager)
    assert vacancy_of(post, date(2026, 1, 31)) is None
    assert vacancy_of(post, date(2026, 2, 1)) is None


def test_advertised_twice_without_appointment_is_hard_to_recruit(make_post, manager):
    post = make_post()
    advertise_and_withdraw(post, date(2026, 1, 10), manager)
    assert not hardness(post, date(2026, 2, 10)).hard
    advertise_and_withdraw(post, date(2026, 2, 5), manager)
    found = hardness(post, date(2026, 2, 10))
    assert found.hard
    assert found.why == "advertised twice without appointment"


def test_adverts_before_the_vacancy_do_not_count(make_post, manager):
    post = make_post()
    advertise_and_withdraw(post, date(2026, 1, 10), manager)
    advertise_and_withdraw(post, date(2026, 1, 20), manager)
    record_change(post, State.OCCUPIED, date(2026, 2, 1), by=manager)
    record_change(post, State.VACANT, date(2026, 6, 1), by=manager)
    assert not hardness(post, date(2026, 6, 10)).hard


def test_open_over_ninety_days_is_hard_to_recruit_but_not_while_frozen(make_post, manager):
    post = make_post()
    assert not hardness(post, date(2026, 3, 31)).hard
    assert hardness(post, date(2026, 4, 1)).why == "open for 91 days, over 90"
    record_change(post, State.FROZEN, date(2026, 4, 2), by=manager)
    assert not hardness(post, date(2026, 5, 1)).hard


def test_a_judgement_goes_before_the_rule_until_it_is_lifted(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    judge_hard_to_recruit(post, True, reason="Nobody else in the county has the skill", by=manager)
    found = hardness(post, date(2026, 2, 1))
    assert (found.hard, found.overridden, found.why) == (
        True,
        True,
        "Nobody else in the county has the skill",
    )
    judge_hard_to_recruit(post, None, by=manager)
    assert not hardness(post, date(2026, 2, 1)).hard
