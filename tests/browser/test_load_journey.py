"""A manager reads load beside vacancies, narrows it down, follows a figure to its tickets, and takes the figures along."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ictsupport.people.models import Role

from .conftest import DESKTOP, IPAD, PHONE, Window
from .quality import assert_accessible

SIZES = pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])


@SIZES
def test_load_is_read_narrowed_down_and_followed_to_its_tickets(
    window: Callable[..., Window], size: dict[str, int]
):
    seen = window(Role.MANAGER, size=size)
    page = seen.open("/reports/load")
    drawing = page.locator(".chart svg[role=img]")
    expect(drawing).to_be_visible()
    assert "highest" in (drawing.locator("desc").text_content() or "")
    page.locator("details summary", has_text="The figures as a table").click()
    expect(page.locator(".govuk-details__text table")).to_be_visible()
    assert_accessible(page, seen.listener)

    opened = page.locator(".tile", has_text="Opened").first.get_by_role("link")
    figure = int(opened.inner_text().replace(",", ""))
    opened.click()
    expect(page.locator("[data-figure]")).to_have_attribute("data-figure", str(figure))
    assert_accessible(page, seen.listener)

    seen.open("/reports/load")
    page.locator("details.filters > summary").click()
    page.get_by_label("Type").select_option(label="Incidents")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("a.chip", has_text="Incident")).to_be_visible()
    narrowed = page.locator(".tile", has_text="Opened").first.get_by_role("link").inner_text()
    assert int(narrowed.replace(",", "")) < figure


def test_the_figures_can_be_taken_along(window: Callable[..., Window]):
    page = window(Role.MANAGER).open("/reports/load")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download CSV").click()
    assert coming.value.suggested_filename.endswith(".csv")


def test_on_a_phone_the_drawing_scrolls_by_itself_and_can_be_reached_by_key(window: Callable[..., Window]):
    page = window(Role.MANAGER, size=PHONE).open("/reports/load")
    region = page.locator(".chart .scroll")
    expect(region).to_have_attribute("tabindex", "0")
    assert region.evaluate("el => el.scrollWidth > el.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert re.search(r"\w", region.get_attribute("aria-label") or "")
