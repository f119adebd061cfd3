"""A member books an iPad clinic, moves it and cancels it, at a desk and on an iPad; each page on the way is accessible."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, IPAD, Window
from .quality import assert_accessible

SIZES = pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])


@SIZES
def test_a_member_books_moves_and_cancels(window: Callable[..., Window], size: dict[str, int]):
    seen = window("member", size=size)
    page = seen.open("/clinics")
    booked = page.locator("section.mine li")
    before = booked.count()

    page.locator("ul.times a.time").first.click()
    when = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()
    assert_accessible(page, seen.listener)

    seen.open("/clinics")
    expect(booked).to_have_count(before + 1)
    booked.filter(has_text=when).get_by_role("link", name=re.compile("Move or cancel")).click()
    page.get_by_role("button", name="Move to another time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move to another time")
    assert_accessible(page, seen.listener)
    page.locator("button.time").last.click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()

    page.get_by_role("button", name="Cancel booking").click()
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("cancelled")
    seen.open("/clinics")
    expect(booked).to_have_count(before)
