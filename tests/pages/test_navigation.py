"""Packages register links; each person sees theirs, the present page marked."""

import re

import pytest

from ictsupport.pages import navigation


@pytest.fixture
def places(monkeypatch):
    """A navigation of its own, whatever the packages have registered."""
    monkeypatch.setattr(navigation, "_items", {})
    navigation.item("Privacy", "pages.privacy", when=lambda person: True, order=20)
    navigation.item("Accessibility", "pages.accessibility", when=lambda person: True, order=10)
    navigation.item(
        "For members", "pages.cookies", when=lambda person: person.is_authenticated and person.is_member
    )
    navigation.item("Not built", "nothing.here", when=lambda person: True)
    navigation.item("Sign out", "pages.robots", area="account", posts=True)


def test_links_stand_in_their_order_and_the_present_one_is_marked(browser, places):
    page = browser().get("/privacy").text
    links = re.findall(
        r'<li[^>]*>\s*<a href="([^"]+)"( aria-current="page")?>', page.partition("</header>")[0]
    )
    assert links == [("/accessibility", ""), ("/privacy", ' aria-current="page"')]


def test_a_page_without_a_link_of_its_own_marks_its_package(browser, places):
    page = browser().get("/cookies").text
    assert re.search(r'<a href="/accessibility" aria-current="true">', page)


def test_a_link_is_shown_only_to_whom_it_is_for(browser, places, member, staff):
    header = {who.id: browser(who).get("/privacy").text.partition("</header>")[0] for who in (member, staff)}
    assert "For members" in header[member.id]
    assert "For members" not in header[staff.id]


def test_what_changes_something_is_a_button_in_a_form_with_its_token(browser, places, staff):
    page = browser(staff).get("/privacy").text
    assert re.search(
        r'<form method="post" action="/robots.txt"[^>]*>\s*<input type="hidden" name="csrf_token"', page
    )
    assert "Sign out" not in browser().get("/privacy").text


def test_a_page_belongs_to_the_place_it_lies_deepest_below(staff, agent, browser):
    page = browser(agent).get(f"/tickets/call/{staff.id}").text.partition("</header>")[0]
    assert re.findall(r'<a href="([^"]+)" aria-current="true"', page) == ["/tickets/call"]


def test_what_is_set_is_marked_as_a_setting_wherever_its_pages_are(manager, desk, browser):
    client = browser(manager)
    index = client.get("/settings").text
    addresses = re.findall(r'<a class="govuk-link" href="(/[^"]+)"', index.partition("<main")[2])
    assert {"/settings/recurring-tickets", "/tickets/keys", "/clinics/reminders"} <= set(addresses)
    for address in [*addresses, "/clinics/reminders/new"]:
        page = client.get(address).text.partition("<main")[0]
        assert re.findall(r'<a href="([^"]+)" aria-current="true"', page) == ["/settings"], address
