"""The page from which the desk is set up: packages register, each person sees what they may set."""

import pytest

from ictsupport.pages import settings_index
from ictsupport.people.models import Role


@pytest.fixture
def settings(monkeypatch):
    """A register of its own, whatever the packages have put into theirs."""
    monkeypatch.setattr(settings_index, "_settings", {})
    managers = {"when": lambda person: person.has_role(Role.MANAGER)}
    settings_index.setting("Routing", "Where it goes.", "pages.privacy", group="Work", order=20, **managers)
    settings_index.setting(
        "Queues", "Who works it.", "pages.accessibility", group="Work", order=10, **managers
    )
    settings_index.setting("Not built", "Nothing.", "nothing.here", group="Work", **managers)
    settings_index.setting(
        "Brands",
        "How it looks.",
        "pages.cookies",
        group="What people read",
        when=lambda person: person.has_role(Role.ADMINISTRATOR),
    )


def test_what_somebody_may_set_is_listed_by_group_in_order(browser, settings, manager):
    page = browser(manager).get("/settings").text
    assert page.index("Queues") < page.index("Routing")
    assert "Brands" not in page
    assert "Not built" not in page
    assert "What people read" not in page


def test_the_page_is_only_for_those_who_may_set_something(browser, settings, agent, staff):
    for person in (agent, staff):
        assert browser(person).get("/settings").status_code == 403
        assert "/settings" not in browser(person).get("/privacy").text
    assert browser().get("/settings").status_code == 302


def test_the_navigation_leads_there(browser, settings, manager, administrator):
    for person in (manager, administrator):
        assert 'href="/settings"' in browser(person).get("/privacy").text
