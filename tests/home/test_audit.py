"""Who changed which setting when is listed for those who answer for it; secrets of the environment are not."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from ictsupport import clock
from ictsupport.config import Settings
from ictsupport.home.audit import configured
from ictsupport.people.granting import grant_role
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.prioritising import STANDARD, set_matrix
from ictsupport.tickets.setting_up.queues import keep_queue
from tests.cast import keep
from tests.conftest import NOW


@pytest.fixture
def changed(desk, manager, administrator, staff):
    """A queue renamed, and two days later priorities and a role."""
    keep_queue(desk["business"], by=manager, name="Back office", team=desk["business"].team)
    with clock.at(NOW + timedelta(days=2)):
        set_matrix(dict.fromkeys(STANDARD, 2), None, by=administrator)
        grant_role(staff, Role.CLERK, None, by=administrator)


def test_a_change_is_listed_with_who_when_and_from_what_to_what(browser, administrator, manager, changed):
    page = browser(administrator).get("/settings/changes").text
    assert manager.name in page
    assert "Queues: Back office" in page
    assert "Business systems" in page
    assert "Priorities" in page
    assert "Impact 3" in page
    assert page.index("Impact 3") < page.index("Queues: Back office")
    assert "Clerk" in page or "clerk" in page


def test_it_is_filtered_by_what_who_and_when(browser, administrator, manager, changed):
    visitor = browser(administrator)
    for query in (f"who={manager.name}", "what=tickets.QueueChanged", "until=2026-11-18"):
        page = visitor.get(f"/settings/changes?{query}").text
        assert "Queues: Back office" in page, query
        assert "Impact 3" not in page, query
    assert "Impact 3" in visitor.get("/settings/changes?since=2026-11-20").text
    assert "Nothing was changed" in visitor.get("/settings/changes?who=Nobody").text
    wrong = visitor.get("/settings/changes?since-day=31&since-month=2&since-year=2026").text
    assert "must be a real date" in wrong
    assert "Choose one of the answers shown" in visitor.get("/settings/changes?what=nothing").text


def test_it_is_paged(browser, administrator, manager, desk):
    for number in range(30):
        keep_queue(desk["business"], by=manager, name=f"Name {number}", team=desk["business"].team)
    page = browser(administrator).get("/settings/changes").text
    assert "Name 29" in page
    assert "Name 2<" not in page
    assert "Next" in page


def test_only_those_who_answer_for_all_councils_read_it(browser, make_person, council, desk):
    for role, own in ((Role.ADMINISTRATOR, council), (Role.INFORMATION_GOVERNANCE, council)):
        person = make_person(f"Local {role.value}", council)
        person.grants.append(keep(Grant(person=person, role=role, **scoped_to(own))))
        assert browser(person).get("/settings/changes").status_code == 403
        assert browser(person).get("/settings/environment").status_code == 403


def test_the_environment_is_shown_without_its_secrets(browser, administrator):
    page = browser(administrator).get("/settings/environment").text
    assert "ICTSUPPORT_SERVICE_PHONE" in page
    assert "01257 515151" in page
    assert "a key for tests only" not in page
    values = Settings(
        database_url="postgresql://desk:hidden@db/ict",
        smtp_password=SecretStr("hidden too"),
        secret_key=SecretStr("and this"),
    )
    told = str(configured(values))
    assert "db/ict" in told
    assert "hidden" not in told
    assert "and this" not in told


@pytest.mark.parametrize("more", [1, 20])
def test_the_page_costs_the_same_however_long(browser, administrator, manager, desk, count_queries, more):
    for number in range(more):
        keep_queue(desk["business"], by=manager, name=f"Name {number}", team=desk["business"].team)
    visitor = browser(administrator)
    with count_queries() as queries:
        assert visitor.get("/settings/changes").status_code == 200
    assert len(queries) <= 3, queries
