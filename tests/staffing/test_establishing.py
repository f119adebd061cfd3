from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.staffing.establishing import (
    FteOverOne,
    InPostOverPost,
    NoFte,
    NothingToTakeBack,
    NumberTaken,
    Overlaps,
    SameAsBefore,
    SplitNotWhole,
    describe_post,
    record_change,
    take_back,
)
from ictsupport.staffing.models import PostPeriod, State


def test_a_post_is_paid_for_by_the_council_that_employs_unless_said_otherwise(make_post, council):
    assert [(share.council, share.percent) for share in make_post().funding] == [(council, 100)]


def test_a_shared_post_is_paid_for_in_equal_parts(make_post, council, other_council):
    post = make_post(council=None)
    assert post.is_shared
    assert {share.council.short_name: share.percent for share in post.funding} == {
        "Eastmere": 50,
        "Northbrook": 50,
    }


def test_shares_that_do_not_make_a_whole_are_refused(make_post, council, other_council):
    with pytest.raises(SplitNotWhole, match="add up to 90 per cent"):
        make_post(funding={council: 60, other_council: 30})


def test_two_posts_cannot_have_the_same_number(make_post):
    make_post("P7")
    with pytest.raises(NumberTaken, match="the number P7"):
        make_post("P7")


@pytest.mark.parametrize(
    ("fte", "refusal", "words"),
    [
        ("1.2", FteOverOne, "An FTE of 1.2 is more than one person can work"),
        ("0", NoFte, "above 0"),
        ("-0.5", NoFte, "above 0"),
    ],
)
def test_an_fte_that_nobody_can_work_is_refused_in_words(make_post, fte, refusal, words):
    with pytest.raises(refusal, match=words):
        make_post(fte=Decimal(fte))


def test_nobody_works_more_of_a_post_than_there_is(make_post):
    with pytest.raises(InPostOverPost, match=r"0\.8 FTE in a post of 0\.6 FTE"):
        make_post(state=State.OCCUPIED, fte=Decimal("0.6"), in_post=Decimal("0.8"))


def test_a_change_ends_what_held_before_on_the_day_before(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.VACANT, date(2026, 3, 2), by=manager)
    assert [(period.state, period.starts_on, period.ends_on) for period in post.periods] == [
        (State.OCCUPIED, date(2026, 1, 1), date(2026, 3, 1)),
        (State.VACANT, date(2026, 3, 2), None),
    ]


def test_any_past_day_shows_the_post_as_it_stood(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.VACANT, date(2026, 3, 2), by=manager)
    record_change(post, State.DELETED, date(2026, 6, 1), by=manager)
    days = [date(2025, 12, 31), date(2026, 3, 1), date(2026, 3, 2), date(2026, 5, 31), date(2026, 6, 1)]
    stood = [period and period.state for period in map(post.period_on, days)]
    assert stood == [None, State.OCCUPIED, State.VACANT, State.VACANT, State.DELETED]


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 2, 1), date(2025, 1, 1)])
def test_a_change_on_or_before_the_last_would_overlap_and_is_refused(make_post, manager, day):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.VACANT, date(2026, 3, 2), by=manager)
    with pytest.raises(Overlaps, match="recorded as vacant from 2 March 2026"):
        record_change(post, State.FROZEN, day, by=manager)


def test_the_database_itself_refuses_a_second_open_period(make_post):
    post = make_post()
    db.session.add(
        PostPeriod(
            post=post, state=State.VACANT, fte=Decimal(1), in_post=Decimal(0), starts_on=date(2026, 5, 1)
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_change_that_changes_nothing_is_refused(make_post, manager):
    post = make_post(state=State.VACANT)
    with pytest.raises(SameAsBefore):
        record_change(post, State.VACANT, date(2026, 4, 1), by=manager)


def test_a_mistaken_change_is_taken_back_and_stays_on_record(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    mistaken = record_change(post, State.VACANT, date(2026, 3, 2), by=manager)
    take_back(post, reason="It was the post beside it", by=manager)
    assert [(period.state, period.ends_on) for period in post.periods] == [(State.OCCUPIED, None)]
    assert db.session.scalar(select(PostPeriod).where(PostPeriod.id == mistaken.id)).withdrawn_at is not None
    record_change(post, State.FROZEN, date(2026, 3, 2), by=manager)
    assert post.period_on(date(2026, 3, 2)).state is State.FROZEN


def test_how_a_post_was_established_cannot_be_taken_back(make_post, manager):
    with pytest.raises(NothingToTakeBack):
        take_back(make_post(), reason="never mind", by=manager)


def test_what_happens_to_a_post_is_in_its_journal(make_post, manager):
    post = make_post(state=State.OCCUPIED)
    record_change(post, State.VACANT, date(2026, 3, 2), by=manager)
    describe_post(post, title="Senior analyst", grade="G8", by=manager)
    kinds = [entry.kind for entry in entries_about(post)]
    assert sorted(kinds) == [
        "staffing.PostChanged",
        "staffing.PostChanged",
        "staffing.PostDescribed",
        "staffing.PostEstablished",
    ]
