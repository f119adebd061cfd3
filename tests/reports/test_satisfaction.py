"""Scores are told beside response rates, and not at all where one could guess whose they are."""

from datetime import date, timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.reports.satisfaction import Answers, first_month, satisfaction
from ictsupport.tickets.models import Channel, Resolution
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.rating.asking import rate
from ictsupport.tickets.resolving import resolve

from ..conftest import NOW


@pytest.fixture
def answered(desk, agent, make_person, council, telephony):
    """answered(5, None, 2) asks three people, of whom the second does not answer."""

    def make(*scores, whose=council, at=NOW):
        for number, score in enumerate(scores):
            person = make_person(f"Person {at:%m%d} {number} {whose.short_name}", whose)
            with clock.at(at):
                ticket = raise_ticket(
                    requester=person, subject="Help", description="", by=person, systems=[telephony],
                    channel=Channel.SELF_SERVICE,
                )  # fmt: skip
                resolve(ticket, Resolution.FIXED, "Done.", by=agent)
                if score:
                    rate(ticket, score, by=person)

    return make


def rows(told, title) -> dict[str, Answers]:
    return dict(next(group.rows for group in told.groups if group.title == title))


def test_satisfied_are_those_who_say_four_or_five(answered, manager):
    answered(5, 4, 3, 2, 4, None, None, None)
    told = satisfaction(manager)
    assert (told.total.asked, told.total.answered, told.total.share) == (8, 5, 0.6)
    assert told.total.rate == 5 / 8
    for title, name in (
        ("By month", "November 2026"),
        ("By system", "Telephony"),
        ("Members and staff", "Staff"),
    ):
        assert rows(told, title)[name] == told.total


def test_of_fewer_than_five_answers_nothing_is_told(answered, manager, browser):
    answered(1, 1, 1, 1)
    told = satisfaction(manager).total
    assert (told.share, told.mean, told.rate) == (None, None, None)
    page = browser(manager).get("/reports/satisfaction").text
    assert "too few to tell" in page
    assert "0%" not in page


def test_months_are_those_of_the_asking(answered, manager):
    answered(5, at=NOW - timedelta(days=40))
    answered(5, 5)
    answered(5, at=NOW - timedelta(days=400))
    months = rows(satisfaction(manager), "By month")
    assert {name: one.asked for name, one in months.items()} == {"November 2026": 2, "October 2026": 1}


def test_somebody_for_one_council_reads_of_that_one(answered, make_person, council, other_council):
    answered(5, 5, whose=council)
    answered(1, 1, whose=other_council)
    reader = make_person("Fiona Figures", council)
    reader.grants.append(Grant(role=Role.FIGURES_READER, **scoped_to(council)))
    db.session.flush()
    assert list(rows(satisfaction(reader), "By council")) == ["Northbrook"]


def test_the_page_tells_score_and_rate_together(answered, manager, browser, count_queries):
    answered(5, 5, 5, 5, 1, None)
    reader = browser(manager)
    with count_queries() as queries:
        page = reader.get("/reports/satisfaction").text
    assert "80% satisfied" in page
    assert "83% answered" in page
    assert len(queries) <= 8, "\n".join(queries)


def test_twelve_months_with_this_one():
    assert first_month(date(2026, 11, 18)) == date(2025, 12, 1)
    assert first_month(date(2026, 12, 1)) == date(2026, 1, 1)
