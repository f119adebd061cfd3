"""A manager records that a post has fallen vacant, and everybody who reads figures sees it; axe finds nothing."""

from collections.abc import Callable

from playwright.sync_api import expect

from ictsupport.people.models import Role

from .conftest import Window
from .quality import assert_accessible


def test_nothing_is_wrong_with_posts_load_and_definitions(window: Callable[..., Window]):
    reader = window(Role.MANAGER)
    for path in (
        "/staffing",
        "/staffing?on=1999-01-01",
        "/reports/load?from=nonsense",
        "/reports/load?by=week&queue=helpdesk",
        "/reports/load/tickets?measure=backlog",
        "/reports/load?from=2011-01&to=2011-02",
        "/reports/definitions",
    ):
        page = reader.open(path)
        assert_accessible(page, reader.listener)


def test_a_vacancy_is_recorded_and_seen(window: Callable[..., Window]):
    manager = window(Role.MANAGER)
    page = manager.open("/staffing")
    row = page.get_by_role("row").filter(has_text="Filled").first
    title = row.get_by_role("link").inner_text()
    row.get_by_role("link").click()
    page.get_by_role("link", name="Record a change").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Say how the post stands")).to_be_visible()
    assert_accessible(page, manager.listener)
    page.get_by_label("Vacant", exact=True).check()
    for label, value in (("Day", "1"), ("Month", "10"), ("Year", "2026")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The change is recorded.")).to_be_visible()
    reader = window(Role.REPORT_AUTHOR)
    page = reader.open("/staffing")
    vacancies = page.get_by_role("region", name="Vacancies on")
    expect(vacancies.get_by_text(title).first).to_be_visible()
