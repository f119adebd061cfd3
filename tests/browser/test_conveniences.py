"""What scripts and styles add to every page, and that each page does without them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, IPAD, PHONE, Window
from .quality import assert_accessible


def test_a_list_of_what_is_wrong_gets_the_focus_and_leads_to_the_question(window: Callable[..., Window]):
    seen = window(size=PHONE)
    page = seen.open("/sign-in")
    page.get_by_role("button", name="Continue").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Error: Sign in – ICT support")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("What is your e-mail address?")).to_be_focused()
    assert_accessible(page, seen.listener)


def test_the_first_key_leads_past_the_navigation(window: Callable[..., Window]):
    page = window("staff").open("/accessibility")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_opens_on_a_phone_with_and_without_scripts(window: Callable[..., Window], scripts: bool):
    page = window("member", size=PHONE, scripts=scripts).open("/accessibility")
    link = page.get_by_role("button", name="Sign out")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


@pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])
def test_the_navigation_stands_open_where_there_is_room(window: Callable[..., Window], size: dict[str, int]):
    page = window("member", size=size).open("/accessibility")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()


def test_two_quick_presses_send_one_form(window: Callable[..., Window]):
    page = window().open("/sign-in")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_label("What is your e-mail address?").fill("nobody@northbrook.example")
    page.get_by_role("button", name="Continue").dblclick()
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_on_paper_there_is_the_text_and_no_navigation(window: Callable[..., Window]):
    page = window("staff").open("/privacy")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    ground = page.evaluate("getComputedStyle(document.querySelector('.masthead')).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_colours_the_device_is_set_to(window: Callable[..., Window], scheme: str):
    page = window().open("/sign-in")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 26)"}[scheme]


def test_a_control_can_be_seen_in_forced_colours(window: Callable[..., Window]):
    page = window().open("/sign-in")
    page.emulate_media(forced_colors="active")
    width = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('input[type=email], input[type=text]')).borderTopWidth)"
    )
    assert width >= 1
