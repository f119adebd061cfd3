"""Keys and files on the ticket page: what saves the mouse, and what can be dropped or pasted."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from ictsupport.database import db
from ictsupport.people.models import Person, Role

from .conftest import Site, Window
from .quality import assert_accessible
from .test_desk_together import open_ticket


def test_a_morning_from_the_keyboard(window: Callable[..., Window]):
    page = window(Role.AGENT).open("/tickets")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("table.rows tbody tr a").evaluate_all("all => all.indexOf(document.activeElement)")
    assert second > 0
    page.keyboard.press("o")
    expect(page.locator("form.say")).to_be_visible()
    opened = page.url
    page.keyboard.press("k")
    expect(page).not_to_have_url(opened)
    expect(page.locator("form.say")).to_be_visible()
    page.keyboard.press("j")
    expect(page).to_have_url(opened)
    expect(page.locator("form.say")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("Internal note")).to_be_checked()
    expect(page.get_by_label("Message")).to_be_focused()
    page.keyboard.type("jkrs?/")
    expect(page.get_by_label("Message")).to_have_value("jkrs?/")
    expect(page.get_by_label("Internal note")).to_be_checked()


def test_the_rows_of_a_search_and_of_the_board_are_walked_by_key(site: Site, window: Callable[..., Window]):
    reference = open_ticket(site, "The lectern whistles")
    seen = window(Role.AGENT)
    page = seen.open("/tickets")
    page.keyboard.press("/")
    page.keyboard.type("lectern whistles")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    expect(page.locator(".hits").get_by_role("link").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".hits a:focus")).to_have_count(1)
    page.keyboard.press("o")
    expect(page.locator("form.say")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Seen from the search")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".timeline")).to_contain_text("Seen from the search")
    seen.open("/tickets/board?by=assignee")
    page.keyboard.press("j")
    expect(page.locator(".ticket-card a:focus")).to_have_count(1)
    seen.open(f"/tickets/{reference}")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_label("Message")).to_be_focused()


def test_the_help_sheet_and_the_switch(site: Site, window: Callable[..., Window]):
    seen = window(Role.AGENT)
    page = seen.open(f"/tickets/{open_ticket(site)}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page, seen.listener)
    page.get_by_role("dialog").get_by_role("link").click()
    page.get_by_role("button", name="Switch them off").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Switch them on").click()
    expect(page.locator("main")).to_contain_text("The keys are on.")


def test_three_calls_are_taken_and_one_is_resolved_without_a_mouse(site: Site, window: Callable[..., Window]):
    people = [site.person(each) for each in ("staff", "member", Role.MANAGER)]
    with site.app.app_context():
        addresses = [db.session.get_one(Person, each).email or "" for each in people]
    seen = window(Role.AGENT)
    page, keys = seen.open("/tickets/call"), seen.page.keyboard
    for number, address in enumerate(addresses):
        expect(page.get_by_label("Who is calling?")).to_be_focused()
        keys.type(address)
        keys.press("Enter")
        expect(page.get_by_label("What is it about?")).to_be_focused()
        keys.type(f"Paper jam {number}")
        with page.expect_response("**/typed"):
            keys.press("Escape")
        keys.press("c")
        expect(page.get_by_role("heading", level=1)).to_have_text("Log a call")
    expect(page.get_by_role("main")).to_contain_text("Paper jam 2")
    assert_accessible(page, seen.listener)
    keys.type(addresses[0])
    keys.press("Enter")
    expect(page.get_by_label("What is it about?")).to_have_value("Paper jam 0")
    assert_accessible(page, seen.listener)
    keys.press("Tab")
    keys.press("Tab")
    keys.type("Fix")
    keys.press("Tab")
    keys.type("Took the paper out.")
    keys.press("Control+Enter")
    expect(page.get_by_role("main")).to_contain_text("is logged and resolved")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paper jam 0")


PICTURE = """
(kind) => {
  const bytes = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], kind === 'drop' ? 'dropped.png' : 'image.png', { type: 'image/png' }));
  const box = document.querySelector('form.say textarea');
  box.dispatchEvent(kind === 'drop'
    ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
    : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}
"""


def test_a_picture_is_pasted_and_a_file_dropped_and_both_are_sent(site: Site, window: Callable[..., Window]):
    seen = window(Role.AGENT)
    page: Page = seen.open(f"/tickets/{open_ticket(site)}")
    page.evaluate(PICTURE, "paste")
    page.evaluate(PICTURE, "drop")
    expect(page.locator(".say__files li")).to_have_count(2)
    assert_accessible(page, seen.listener)
    page.get_by_label("Message").fill("See both")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".timeline")).to_contain_text("dropped.png")
    expect(page.locator(".timeline")).to_contain_text("Screenshot")
