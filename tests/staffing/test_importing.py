"""Posts come in from a list, whole or not at all."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ictsupport.database import db
from ictsupport.importing import Outcome, bring_in
from ictsupport.staffing.importing import Posts
from ictsupport.staffing.models import Post, PostPeriod, State

SAMPLE = Path(__file__).parents[2] / "docs/handbook/samples/posts.csv"
HEADINGS = "post number,title,team,grade,employed by,paid for by,fte,state,fte in post,starts,ends\n"


def bring(lines: str, *, commit: bool = False):
    return bring_in(Posts(), (HEADINGS + lines).encode(), commit=commit)


def test_the_sample_comes_in_and_a_second_run_changes_nothing(desk, council, other_council):
    report = bring_in(Posts(), SAMPLE.read_bytes(), commit=True)
    assert report.troubles == []
    assert (report.counts[Outcome.NEW], report.counts[Outcome.CHANGED]) == (3, 1)
    assert report.notes == ["New teams: Infrastructure"]
    post = db.session.scalars(select(Post).where(Post.number == "ICT-901")).one()
    assert [(period.state, period.starts_on, period.ends_on) for period in post.periods] == [
        (State.OCCUPIED, date(2024, 4, 1), date(2026, 9, 30)),
        (State.VACANT, date(2026, 10, 1), None),
    ]
    part = db.session.scalars(select(Post).where(Post.number == "ICT-902")).one()
    assert part.last_period.vacant == Decimal("0.2")
    again = bring_in(Posts(), SAMPLE.read_bytes(), commit=True)
    assert again.counts[Outcome.SAME] == 4
    assert db.session.scalar(select(func.count()).select_from(PostPeriod)) == 4


def test_a_preview_changes_nothing(desk, council):
    report = bring("P1,Analyst,Helpdesk,G6,Northbrook,,1,vacant,,2026-01-01,\n")
    assert report.counts[Outcome.NEW] == 1
    assert db.session.scalar(select(func.count()).select_from(Post)) == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("P1,Analyst,Helpdesk,,Northbrook,,1.5,vacant,,2026-01-01,", "more than one person can work"),
        ("P1,Analyst,Helpdesk,,Northbrook,,0,vacant,,2026-01-01,", "Enter an FTE above 0"),
        ("P1,Analyst,Helpdesk,,Northbrook,,0.5,filled,0.8,2026-01-01,", "cannot work 0.8 FTE"),
        ("P1,Analyst,Helpdesk,,Northbrook,,1,vacant,,2026-01-02,2026-01-01", "comes before the first day"),
        ("P1,Analyst,Helpdesk,,Atlantis,,1,vacant,,2026-01-01,", "“Atlantis” is none of"),
        ("P1,Analyst,Helpdesk,,Northbrook,Northbrook 60,1,vacant,,2026-01-01,", "add up to 60 per cent"),
        ("P1,Analyst,Helpdesk,,Northbrook,Mars 100,1,vacant,,2026-01-01,", "not a council and its per cent"),
        ("P1,Analyst,Helpdesk,,Northbrook,,1,on leave,,2026-01-01,", "“on leave” is none of"),
        ("P1,Analyst,Helpdesk,,Northbrook,,1,vacant,,soon,", "“soon” is not a date"),
        ("P1,Analyst,Helpdesk,,Northbrook,,many,vacant,,2026-01-01,", "“many” is not a number"),
    ],
)
def test_a_line_that_cannot_be_is_told_with_its_number_and_nothing_comes_in(desk, council, line, words):
    report = bring(f"P0,Fine,Helpdesk,,Northbrook,,1,vacant,,2026-01-01,\n{line}\n", commit=True)
    assert [(trouble.line, words in str(trouble)) for trouble in report.troubles] == [(3, True)]
    assert not report.committed
    assert db.session.scalar(select(func.count()).select_from(Post)) == 0


def test_lines_of_one_post_may_neither_overlap_nor_leave_a_gap(desk, council):
    filled = "P1,Analyst,Helpdesk,,Northbrook,,1,filled,,2026-01-01,2026-03-31\n"
    gap = bring(filled + "P1,Analyst,Helpdesk,,Northbrook,,1,vacant,,2026-04-05,\n")
    assert "is not the day after line 2 ends" in str(gap.troubles[0])
    overlap = bring(
        "P1,Analyst,Helpdesk,,Northbrook,,1,filled,,2026-01-01,\n"
        "P1,Analyst,Helpdesk,,Northbrook,,1,vacant,,2025-04-05,\n"
    )
    assert "already recorded as occupied from 1 January 2026" in str(overlap.troubles[0])


def test_what_is_on_record_is_never_rewritten(desk, council):
    bring("P1,Analyst,Helpdesk,,Northbrook,,1,vacant,,2026-01-01,\n", commit=True)
    report = bring("P1,Analyst,Helpdesk,,Northbrook,,0.5,vacant,,2026-01-01,\n", commit=True)
    assert "take that change back on its page first" in str(report.troubles[0])
