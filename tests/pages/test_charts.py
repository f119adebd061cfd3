"""A chart says what it shows to everybody, and runs nothing."""

import re
from xml.etree import ElementTree

import pytest

from ictsupport.pages.charts import Series, TwoPanels, scale_of


@pytest.fixture
def chart():
    return TwoPanels(
        finding="The backlog grew <while> posts were vacant",
        periods=["5 Oct", "12 Oct", "19 Oct"],
        bars=[Series("Opened", [10, 20, 15]), Series("Resolved", [9, None, 18])],
        line=Series("Backlog", [30, None, 38]),
        steps=[Series("Not covered", [1.5, 2.5, 2.5], 1), Series("Agency", [0, 0, 1], 1)],
        upper_title="Tickets a week",
        lower_title="Vacant FTE",
    )


def test_the_description_gives_first_highest_and_last(chart):
    assert "Opened: 10 in 5 Oct, highest 20 in 12 Oct, 15 in 19 Oct." in chart.description
    assert "Not covered: 1.5 in 5 Oct, highest 2.5 in 12 Oct, 2.5 in 19 Oct." in chart.description


def test_the_drawing_is_sound_and_holds_no_style_or_script(chart):
    svg = str(chart.svg())
    root = ElementTree.fromstring(svg)
    assert root.find("title").text == chart.finding
    assert root.find("desc").text == chart.description
    assert not re.search(r"\sstyle=|<script|\son\w+=|<while>", svg)


def test_the_table_holds_the_same_figures_and_a_dash_where_nothing_is_known(chart):
    assert chart.head[0] == "Week"
    assert chart.rows[1] == ["12 Oct", "20", "–", "–", "2.5", "0.0"]


def test_two_layers_are_told_apart_without_colour(chart):
    assert "url(#chart-hatch)" in str(chart.svg())


@pytest.mark.parametrize(
    ("highest", "top", "step"),
    [(0, 1, 1), (3, 3, 1), (38, 40, 10), (199, 200, 50), (201, 300, 100), (0.6, 0.6, 0.2)],
)
def test_an_axis_ends_on_a_round_figure(highest, top, step):
    assert scale_of(highest) == pytest.approx((top, step))


def test_nothing_known_still_draws():
    empty = TwoPanels(
        finding="Nothing yet", periods=[], bars=[Series("Opened", [])], steps=[Series("Vacant", [])]
    )
    ElementTree.fromstring(str(empty.svg()))
    ElementTree.fromstring(str(TwoPanels(finding="x", periods=["a"], bars=[Series("b", [None])]).svg()))
