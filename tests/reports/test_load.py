"""Load beside vacancies: figures for what was asked, each of which opens the tickets behind it."""

import csv
import io
import re
from collections import Counter
from datetime import date
from html import unescape
from itertools import pairwise

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.reports.export import neutral
from ictsupport.reports.load import Part, Waits, finding
from ictsupport.reports.models import STEP_COLUMNS
from ictsupport.reports.rebuilding import rebuild_or_compare
from ictsupport.staffing.establishing import establish_post
from ictsupport.staffing.models import State
from ictsupport.tickets.models import ASKED_FOR, Channel, ClockKind
from ictsupport.tickets.problems.keeping import open_problem
from ictsupport.tickets.raising import raise_ticket

from ..conftest import NOW

FIGURE = re.compile(r'<a href="(/reports/load/tickets\?[^"]+)" data-lines="(\d+)">([^<]*)</a>')


@pytest.fixture
def busy(play, council, manager, desk):
    """Sixty things have happened since 2 March 2026, with three posts, one of them vacant."""
    one = play(7)
    for _ in range(60):
        one.go_on()
    for number, state in enumerate((State.OCCUPIED, State.OCCUPIED, State.VACANT)):
        establish_post(
            number=f"P{number}",
            title="Analyst",
            team=desk["helpdesk"].team,
            starts_on=date(2026, 1, 1),
            state=state,
            council=council,
            by=manager,
        )
    for queue in one.queues:
        queue.cleared.append(manager)
    db.session.commit()
    return one


@pytest.fixture
def author(make_person, council):
    return make_person("Robin Author", council, roles=(Role.REPORT_AUTHOR,))


def figures(page):
    return [(unescape(href), int(lines), unescape(text)) for href, lines, text in FIGURE.findall(page)]


def count_of(browser, href):
    """The lines listed behind a figure on all its pages, and what the list says the figure counts."""
    listed, said = [], 0
    while href:
        page = browser.get(href).text
        listed += re.findall(r'<tr role="row" class="line">.*?data-label="What">([^<]*)<', page)
        said = int(re.search(r'data-figure="(\d+)"', page)[1]) if 'data-figure="' in page else 0
        after = re.search(r'rel="next" href="([^"]+)"', page)
        href = unescape(after[1]) if after else None
    return listed, said


def test_every_number_opens_as_many_tickets_as_it_says(busy, browser, manager):
    visitor = browser(manager)
    found = {}
    with clock.at(busy.at):
        for asked in (
            "from=2026-03&to=2026-04",
            "from=2026-03&to=2026-03&queue=helpdesk&council=northbrook",
            "by=week&from=2026-03-02&to=2026-03-10&type=incident",
        ):
            told = figures(visitor.get(f"/reports/load?{asked}").text)
            assert len(told) > 20
            found |= dict.fromkeys(told)
        for href, lines, text in found:
            listed, said = count_of(visitor, href)
            assert (len(listed), said) == (lines, lines), (href, text)
            if re.fullmatch(r"[\d,]+", text) and "per" not in href:
                assert measured(href) == "net" or int(text.replace(",", "")) == lines, href
            if measured(href) == "net":
                assert worth(listed) == int(text.replace("−", "-").replace(",", "")), href


def measured(href):
    return re.search(r"measure=([^&]+)", href)[1]


def worth(listed):
    counts = Counter(listed)
    came = sum(counts[what] for what in ("opened", "reopened", "unmerged", "moved in"))
    return came - sum(counts[what] for what in ("resolved", "cancelled", "merged", "moved out"))


def test_net_flow_is_the_change_of_the_backlog(busy, browser, author):
    with clock.at(busy.at):
        periods = browser(author).get("/reports/load.json?by=week&from=2026-03-02").json["periods"]
    assert len(periods) > 3
    for before, after in pairwise(periods):
        assert after["backlog"] - before["backlog"] == after["net_flow"]


def test_a_problem_is_in_no_total_and_has_a_row_of_its_own(
    browser, author, manager, agent, staff, desk, telephony
):
    """Nobody asked for it: the tickets that it causes are counted already."""
    ticket = raise_ticket(
        requester=staff, by=staff, subject="No tone", description="None.", channel=Channel.SELF_SERVICE
    )
    given = {"description": "The exchange", "systems": [telephony], "council": None}
    problem = open_problem(subject="Calls drop", by=agent, tickets=[ticket], **given)[0].ticket
    db.session.commit()
    asked = f"from={NOW:%Y-%m}&to={NOW:%Y-%m}"
    told = browser(author).get(f"/reports/load.json?{asked}").json
    assert (told["total"]["opened"], told["total"]["backlog"]) == (1, 1)
    assert (told["by_type"]["problem"]["opened"], told["periods"][0]["opened"]) == (1, 1)
    visitor = browser(manager)
    page = visitor.get(f"/reports/load?{asked}").text
    assert "Problems (not in the totals)" in page
    for href, lines, _text in figures(page):
        assert (len(count_of(visitor, href)[0]), count_of(visitor, href)[1]) == (lines, lines), href
    behind = visitor.get(f"/reports/load/tickets?{asked}&measure=opened").text
    assert ticket.reference in behind
    assert problem.reference not in behind
    assert problem.reference in visitor.get(f"/reports/load/tickets?{asked}&measure=opened&type=problem").text
    assert not [found for _, differences in rebuild_or_compare(False) for found in differences]


def test_councils_add_up_to_the_whole(busy, browser, author):
    visitor = browser(author)
    with clock.at(busy.at):
        asked = "/reports/load.json?from=2026-03&to=2026-05"
        whole = visitor.get(asked).json["total"]
        parts = [
            visitor.get(f"{asked}&council={slug}").json["total"]
            for slug in ("northbrook", "eastmere", "shared")
        ]
    for name in (
        "opened",
        "resolved",
        "backlog",
        "response_met",
        "resolution_missed",
        "resolution_past_target",
    ):
        assert sum(part[name] for part in parts) == whole[name], name


def test_tickets_per_fte_have_three_denominators(busy, browser, author):
    with clock.at(busy.at):
        total = browser(author).get("/reports/load.json?from=2026-03&to=2026-03").json["total"]
    assert (total["fte_established"], total["fte_in_post"], total["fte_vacant"]) == (3, 2, 1)
    assert total["opened_per_fte_in_post"] == round(total["opened"] / 2, 4)
    assert total["opened_per_fte_established"] == round(total["opened"] / 3, 4)


def test_figures_count_tickets_the_reader_may_not_open_and_say_so(busy, browser, author):
    visitor = browser(author)
    with clock.at(busy.at):
        found = figures(visitor.get("/reports/load?from=2026-03&to=2026-05").text)
        href, lines, _ = next(each for each in found if each[1] > 3)
        page = visitor.get(href).text
    assert f'data-figure="{lines}"' in page
    assert "0 are listed here, and some you may not open" in page
    assert 'class="line"' not in page


def test_somebody_who_reads_for_one_council_sees_that_and_what_is_shared(busy, browser, make_person, council):
    reader = make_person("Nora Reader", council)
    reader.grants.append(Grant(role=Role.FIGURES_READER, **scoped_to(council)))
    db.session.commit()
    with clock.at(busy.at):
        page = browser(reader).get("/reports/load.json?from=2026-03&to=2026-05")
        own = page.json["total"]["opened"]
        asked_for = [ticket for ticket in busy.tickets if ticket.ticket_type in ASKED_FOR]
        whole = len(asked_for)
        hers = sum(ticket.council_id in (None, council.id) for ticket in asked_for)
        refused = browser(reader).get("/reports/load?council=eastmere").text
    assert own == hers < whole
    assert "There is no council “eastmere”" in refused


def test_the_sheet_has_the_figures_of_the_page(busy, browser, author):
    visitor = browser(author)
    with clock.at(busy.at):
        sheet = visitor.get("/reports/load.csv?from=2026-03&to=2026-05")
        periods = visitor.get("/reports/load.json?from=2026-03&to=2026-05").json["periods"]
    assert sheet.headers["Content-Disposition"].startswith('attachment; filename="load-2026-03-01')
    rows = list(csv.DictReader(io.StringIO(sheet.get_data().decode("utf-8-sig"))))
    assert [(row["from"], int(row["opened"]), int(row["backlog"])) for row in rows] == [
        (period["from"], period["opened"], period["backlog"]) for period in periods
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "\tx", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(cell):
    assert neutral(cell) == f"'{cell}"


def test_numbers_stay_numbers():
    assert neutral(-5) == -5


def test_an_empty_period_says_so(desk, browser, author):
    page = browser(author).get("/reports/load?from=2021-01&to=2021-02").text
    assert "Nothing happened in this period" in page


def test_one_month_is_not_enough_to_say_what_moved_with_what(busy, browser, author):
    with clock.at(busy.at):
        page = browser(author).get("/reports/load?from=2026-03&to=2026-03").text
    assert "There is not enough data yet to say how the backlog moved with vacancies" in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("from=yesterday", "Enter “from” as a day or a month, like 2026-03-31 or 2026-03."),
        ("from=2026-05&to=2026-02", "The period begins after it ends."),
        ("council=atlantis", "There is no council “atlantis”."),
        ("queue=%00%3Cscript%3E", "There is no queue"),
        ("by=hour", "Choose by week or by month."),
        ("type=wish", "There is no type of ticket “wish”."),
        ("from=2001-01", "the last 60 months of it are shown"),
        ("from=9999-99-99&to=-1", "Enter “to” as a day"),
    ],
)
def test_what_makes_no_sense_is_said_in_words_and_the_usual_is_shown(desk, browser, author, asked, sentence):
    answer = browser(author).get(f"/reports/load?{asked}")
    assert answer.status_code == 200
    assert sentence in unescape(answer.text)
    assert "<script>" not in answer.text.partition("<main")[2]


def test_a_figure_that_is_not_is_not_found(desk, browser, author):
    assert browser(author).get("/reports/load/tickets?measure=nonsense").status_code == 404


def test_the_page_takes_the_same_few_statements_however_much_there_was(busy, browser, author, count_queries):
    visitor = browser(author)
    with clock.at(busy.at):
        for asked in ("from=2026-03&to=2026-03", "by=week"):  # what seldom changes is read the first time
            visitor.get(f"/reports/load?{asked}")
    with clock.at(busy.at), count_queries() as queries:
        visitor.get("/reports/load?from=2026-03&to=2026-03")
    few = len(queries)
    with clock.at(busy.at), count_queries() as queries:
        visitor.get("/reports/load?by=week")
    assert len(queries) == few <= 8


def test_each_measure_is_defined(desk, browser, author):
    page = browser(author).get("/reports/definitions").text
    assert "opened + reopened + unmerged − resolved − cancelled − merged" in page
    assert "met ÷ (met + missed)" in page


def ended(**steps):
    counts = [steps.get(name, 0) for name in STEP_COLUMNS]
    return Waits(met=sum(counts), steps=tuple(counts))


def test_a_median_is_the_shortest_step_half_stayed_within():
    waits = ended(within_15=5, within_60=4, within_480=1)
    assert (str(waits.median), str(waits.p90)) == ("15 min", "1 h")
    assert str(ended(within_10=1, longer=9).median) == "over 640 h"


def test_from_few_clocks_no_median_is_told():
    assert ended(within_15=4).median is None


def test_the_finding_never_says_cause():
    part = Part(date(2026, 1, 1), date(2026, 1, 31), Counter(), 0, {ClockKind.RESPONSE: Waits()}, None)
    assert "cause" not in finding([part])
