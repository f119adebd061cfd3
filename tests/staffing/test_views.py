"""The pages of posts, as people use them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.staffing.covering import arrange_cover
from ictsupport.staffing.establishing import record_change
from ictsupport.staffing.models import Post, Stage, State
from ictsupport.staffing.recruiting import start_round


def typed(day: date, name: str = "starts_on") -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


@pytest.fixture
def post(make_post, manager):
    found = make_post(state=State.OCCUPIED)
    record_change(found, State.VACANT, date(2026, 8, 3), by=manager)
    arrange_cover(found, fte=Decimal("0.5"), starts_on=date(2026, 10, 1), by=manager)
    start_round(found, Stage.ADVERTISED, date(2026, 9, 1), by=manager)
    return found


def test_a_vacancy_shows_how_long_its_stage_and_what_it_cost(post, browser, manager):
    page = browser(manager).get("/staffing").text
    assert "3 Aug 2026" in page
    assert "Advertised" in page
    assert "open for 108 days, over 90" in page
    assert ">108.0<" in page  # FTE-days lost, and those without cover
    assert ">83.5<" in page


def test_the_establishment_of_a_past_day_is_shown(post, browser, manager):
    page = browser(manager).get("/staffing?on=2026-08-02").text
    assert "Every post was filled on 2 August 2026" in page
    assert "No posts on 31 December 2025" in browser(manager).get("/staffing?on=2025-12-31").text


@pytest.mark.parametrize("day", ["yesterday", "2026-13-40", "0001-01-01", "<b>"])
def test_a_day_that_is_none_is_said_in_words(post, browser, manager, day):
    answer = browser(manager).get("/staffing", query_string={"on": day})
    assert answer.status_code == 200
    assert "Enter a day like 2026-03-31. Today is shown." in answer.text


def test_a_post_is_added_by_form(desk, council, other_council, browser, manager):
    form = {
        "number": "P42",
        "title": "Network engineer",
        "team": str(desk["business"].team_id),
        "council": str(council.id),
        "fte": "0.8",
        "state": "vacant",
        f"share_{council.id}": "60",
        f"share_{other_council.id}": "40",
        **typed(date(2026, 4, 1)),
    }
    visitor = browser(manager)
    wrong = visitor.post("/staffing/posts/new", data=form | {"fte": "1.8"})
    assert "An FTE of 1.8 is more than one person can work" in wrong.text
    assert 'value="Network engineer"' in wrong.text
    assert visitor.post("/staffing/posts/new", data=form).status_code == 303
    made = db.session.scalars(select(Post).where(Post.number == "P42")).one()
    assert {share.council_id: share.percent for share in made.funding} == {
        council.id: 60,
        other_council.id: 40,
    }
    assert made.period_on(date(2026, 4, 1)).fte == Decimal("0.8")
    again = visitor.post("/staffing/posts/new", data=form).text
    assert "There is already a post with the number P42" in again


def test_a_change_is_recorded_by_form_and_taken_back(post, browser, manager):
    visitor, path = browser(manager), f"/staffing/posts/{post.id}/periods"
    form = {"state": "occupied", "fte": "1", **typed(date(2026, 8, 1))}
    assert "already recorded as vacant from 3 August 2026" in visitor.post(path, data=form).text
    assert visitor.post(path, data=form | typed(date(2026, 11, 2))).status_code == 303
    assert post.period_on(date(2026, 11, 2)).state is State.OCCUPIED
    taken = visitor.post(f"{path}/last/withdrawal", data={"reason": "They never came"})
    assert taken.status_code == 303
    assert post.period_on(date(2026, 11, 2)).state is State.VACANT
    assert "Taken back" in visitor.get(f"/staffing/posts/{post.id}").text


def test_cover_that_ends_before_it_starts_is_refused_and_what_was_typed_is_kept(post, browser, manager):
    form = {
        "fte": "0.5",
        "agency": "Brook Street",
        **typed(date(2026, 3, 2)),
        **typed(date(2026, 3, 1), "ends_on"),
    }
    page = browser(manager).post(f"/staffing/posts/{post.id}/cover", data=form).text
    assert "The last day, 1 March 2026, comes before the first day, 2 March 2026." in page
    assert 'value="Brook Street"' in page


def test_the_next_stage_is_recorded_by_form(post, browser, manager):
    path = f"/staffing/posts/{post.id}/recruitment"
    visitor = browser(manager)
    assert 'value="approved"' not in visitor.get(path).text
    form = {"stage": "shortlisted", **typed(date(2026, 9, 20), "on")}
    assert visitor.post(path, data=form).status_code == 303
    assert post.live_round.stage is Stage.SHORTLISTED


def test_hard_to_recruit_is_judged_with_a_reason(post, browser, manager):
    path, visitor = f"/staffing/posts/{post.id}/hard-to-recruit", browser(manager)
    assert "Say why, in a sentence" in visitor.post(path, data={"judged": "no"}).text
    assert visitor.post(path, data={"judged": "no", "reason": "An offer is out"}).status_code == 303
    assert "No: An offer is out (judged by hand)" in visitor.get(f"/staffing/posts/{post.id}").text


def test_a_manager_of_one_council_changes_its_posts_only(
    make_post, make_person, council, other_council, browser
):
    theirs, shared = make_post("P1", council=other_council), make_post("P2", council=None)
    own = make_post("P3", council=council)
    keeper = make_person("Kim Keeper", council)
    keeper.grants.append(Grant(role=Role.MANAGER, **scoped_to(council)))
    db.session.commit()
    visitor = browser(keeper)
    assert visitor.get(f"/staffing/posts/{theirs.id}").status_code == 404
    assert visitor.get(f"/staffing/posts/{shared.id}").status_code == 200
    assert visitor.get(f"/staffing/posts/{shared.id}/periods").status_code == 404
    assert visitor.get(f"/staffing/posts/{own.id}/periods").status_code == 200


@pytest.mark.parametrize("posts", [1, 25])
def test_the_page_takes_the_same_few_statements_however_many_posts(
    posts, make_post, browser, manager, count_queries
):
    for number in range(posts):
        make_post(f"P{number}")
    visitor = browser(manager)
    visitor.get("/staffing")  # what seldom changes is read the first time
    with count_queries() as queries:
        visitor.get("/staffing")
    assert len(queries) == 6
