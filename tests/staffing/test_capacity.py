import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ictsupport.staffing.capacity import capacity, capacity_by_team
from ictsupport.staffing.covering import arrange_cover
from ictsupport.staffing.establishing import record_change
from ictsupport.staffing.models import State

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def test_the_mean_of_a_month_counts_each_day(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.VACANT, date(2026, 3, 11), by=manager)
    (march,) = capacity([MARCH])
    assert march.established == 1
    assert round(march.in_post, 4) == round(Decimal(10) / 31, 4)
    assert round(march.vacant_days, 6) == 21


def test_agency_cover_leaves_the_post_vacant_and_is_shown_apart(make_post, manager):
    arrange_cover(make_post(), fte=Decimal("0.6"), starts_on=date(2026, 1, 1), by=manager)
    (march,) = capacity([MARCH])
    assert (march.vacant, march.covered, march.uncovered) == (1, Decimal("0.6"), Decimal("0.4"))
    assert (march.in_post, march.with_agency) == (0, Decimal("0.6"))


def test_cover_beside_somebody_in_post_covers_no_vacancy(make_post, manager):
    arrange_cover(make_post(state=State.OCCUPIED), fte=Decimal(1), starts_on=date(2026, 1, 1), by=manager)
    (march,) = capacity([MARCH])
    assert (march.agency, march.covered, march.vacant) == (1, 0, 0)


def test_a_frozen_post_is_vacant_and_a_deleted_one_is_gone(make_post, manager):
    make_post("P1", state=State.FROZEN)
    record_change(make_post("P2"), State.DELETED, date(2026, 2, 1), by=manager)
    (march,) = capacity([MARCH])
    assert (march.established, march.vacant, march.frozen) == (1, 1, 1)


def test_a_council_has_the_part_of_a_post_that_it_pays_for(make_post, council, other_council):
    make_post(state=State.OCCUPIED, funding={council: 70, other_council: 30})
    parts = [capacity([MARCH], councils=[each.id])[0].in_post for each in (council, other_council)]
    assert parts == [Decimal("0.7"), Decimal("0.3")]


def test_teams_are_kept_apart(make_post, desk):
    make_post("P1", state=State.OCCUPIED)
    make_post("P2", state=State.OCCUPIED, team=desk["business"].team, fte=Decimal("0.5"))
    found = capacity_by_team([MARCH])
    assert found[MARCH[0], desk["helpdesk"].team_id].in_post == 1
    assert found[MARCH[0], desk["business"].team_id].in_post == Decimal("0.5")
    (only,) = capacity([MARCH], teams=[desk["business"].team_id])
    assert only.in_post == Decimal("0.5")


def test_no_posts_make_no_capacity(desk):
    (march,) = capacity([MARCH])
    assert (march.established, march.vacancy_rate) == (0, None)


@pytest.mark.parametrize("seed", range(6))
def test_the_sums_are_those_of_counting_every_day(make_post, manager, seed):
    dice = random.Random(seed)
    posts = []
    for number in range(4):
        fte = Decimal(dice.randint(20, 100)) / 100
        post = make_post(f"P{number}", state=dice.choice([State.VACANT, State.OCCUPIED]), fte=fte)
        day = date(2026, 1, 1)
        for _ in range(dice.randint(0, 4)):
            day += timedelta(days=dice.randint(1, 50))
            states = [state for state in State if state is not post.last_period.state]
            record_change(post, dice.choice(states), day, by=manager)
        for _ in range(dice.randint(0, 2)):
            first = date(2026, 1, 1) + timedelta(days=dice.randint(0, 90))
            last = first + timedelta(days=dice.randint(0, 40))
            if not any(cover.starts_on <= last and first <= cover.ends_on for cover in post.agency):
                cover = Decimal(dice.randint(10, 100)) / 100
                arrange_cover(post, fte=cover, starts_on=first, ends_on=last, by=manager)
        posts.append(post)
    for first, last in [MARCH, (date(2026, 1, 5), date(2026, 1, 11)), (date(2025, 12, 1), date(2026, 6, 30))]:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        stood = [(post.period_on(day), post.cover_on(day)) for post in posts for day in days]
        (found,) = capacity([(first, last)])
        expected = {
            "established": sum(period.established for period, _ in stood if period),
            "in_post": sum(period.in_post for period, _ in stood if period),
            "agency": sum(cover for _, cover in stood),
            "covered": sum(min(period.vacant, cover) for period, cover in stood if period),
        }
        assert {name: round(getattr(found, name) * len(days), 6) for name in expected} == expected
