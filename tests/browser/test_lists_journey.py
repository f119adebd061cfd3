"""An agent ticks tickets, sees what a change would do, does it, and moves a card on the board."""

from collections.abc import Callable

from playwright.sync_api import expect

from ictsupport.people.models import Role

from .conftest import Window
from .quality import assert_accessible


def test_ticked_tickets_are_changed_together_and_a_card_is_moved(window: Callable[..., Window]):
    working = window(Role.AGENT)
    page = working.open("/tickets?view=open")
    boxes = page.locator('input[name="ticket"]')
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator("[data-picked]")).to_have_text("2 ticked")
    page.get_by_label("With the ticked").select_option(label="Add tags")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add tags: 2 tickets")
    page.get_by_role("button", name="See what it changes").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Type a tag")
    assert_accessible(page, working.listener)
    page.get_by_label("Tags, with commas between them").fill("journey")
    page.get_by_role("button", name="See what it changes").click()
    expect(page.locator("table.rows").first).to_contain_text("journey")
    assert_accessible(page, working.listener)
    page.get_by_role("button", name="Add tags: 2 tickets").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("2 tickets are changed")
    page.goto(page.url.split("/tickets")[0] + "/tickets/board?tag=journey")
    expect(page.locator("[data-card]")).to_have_count(2)
    page.locator('input[name="card"]').first.check()
    page.get_by_label("Move the ticked to").select_option(label="On hold: awaiting change")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("region", name="On hold")).to_contain_text("awaiting change")
    assert_accessible(page, working.listener)
