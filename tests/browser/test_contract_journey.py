"""A systems lead sees how far the shared contracts are, finds one's support terms, and moves its alignment on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ictsupport.people.models import Role

from .conftest import DESKTOP, IPAD, Window
from .quality import assert_accessible

SIZES = pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])


@SIZES
def test_nine_of_eleven_contracts_are_aligned_and_each_leads_to_its_terms(
    window: Callable[..., Window], size: dict[str, int]
):
    seen = window(Role.SYSTEMS_LEAD, size=size)
    page = seen.open("/contracts")
    expect(page.locator("main")).to_contain_text("9 of 11 shared contracts are aligned")
    rows = page.locator("table.rows tbody tr")
    expect(rows).to_have_count(11)
    page.locator("main").get_by_role("link", name=re.compile("^Aligned")).click()
    expect(rows).to_have_count(9)
    assert_accessible(page, seen.listener)

    seen.open("/systems")
    page.get_by_role("link", name="Telephony").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Telephony")
    expect(page.locator("main")).to_contain_text("Ongoing customer support included")
    assert_accessible(page, seen.listener)


@SIZES
def test_where_the_contracts_stood_on_an_earlier_day_can_be_asked(
    window: Callable[..., Window], size: dict[str, int]
):
    page = window(Role.SYSTEMS_LEAD, size=size).open("/contracts")
    for part, typed in (("Day", "1"), ("Month", "1"), ("Year", "2020")):
        page.get_by_label(part).fill(typed)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main")).to_contain_text("1 January 2020")
    page.get_by_label("Month").fill("13")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("must be a real date")
    expect(page.get_by_label("Month")).to_have_value("13")
