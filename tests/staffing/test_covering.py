from datetime import date
from decimal import Decimal

import pytest

from ictsupport.staffing.covering import CoverOver, CoverOverlaps, arrange_cover, end_cover
from ictsupport.staffing.establishing import EndBeforeStart, FteOverOne

HALF = Decimal("0.5")


def test_a_covered_post_stays_vacant(make_post, manager):
    post = make_post()
    arrange_cover(post, fte=HALF, starts_on=date(2026, 2, 1), by=manager)
    assert post.cover_on(date(2026, 2, 1)) == HALF
    assert post.period_on(date(2026, 2, 1)).vacant == 1


def test_cover_of_the_same_post_cannot_overlap(make_post, manager):
    post = make_post()
    arrange_cover(post, fte=HALF, starts_on=date(2026, 2, 1), ends_on=date(2026, 3, 31), by=manager)
    with pytest.raises(CoverOverlaps, match="from 1 February 2026 to 31 March 2026"):
        arrange_cover(post, fte=HALF, starts_on=date(2026, 3, 31), by=manager)
    arrange_cover(post, fte=HALF, starts_on=date(2026, 4, 1), by=manager)


def test_cover_cannot_end_before_it_starts(make_post, manager):
    with pytest.raises(EndBeforeStart, match="The last day, 1 February 2026, comes before the first day"):
        arrange_cover(make_post(), fte=HALF, starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1), by=manager)


def test_cover_of_more_than_one_person_is_refused(make_post, manager):
    with pytest.raises(FteOverOne):
        arrange_cover(make_post(), fte=Decimal(2), starts_on=date(2026, 2, 2), by=manager)


def test_cover_ends_once(make_post, manager):
    cover = arrange_cover(make_post(), fte=HALF, starts_on=date(2026, 2, 2), by=manager)
    with pytest.raises(EndBeforeStart):
        end_cover(cover, date(2026, 2, 1), by=manager)
    end_cover(cover, date(2026, 4, 30), by=manager)
    with pytest.raises(CoverOver, match="30 April 2026"):
        end_cover(cover, date(2026, 5, 31), by=manager)
