"""The pages about the service, and how a monitor learns that it is well."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.mail import send
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("address", "words"),
    [("/accessibility", "WCAG"), ("/privacy", "Information Commissioner"), ("/cookies", "ictsupport")],
)
def test_what_must_be_said_is_said_to_everybody(browser, member, address, words):
    for visitor in (browser(), browser(member)):
        page = visitor.get(address)
        assert page.status_code == 200
        assert words in page.text
        assert "01257 515151" in page.text


def test_search_engines_are_asked_to_stay_away(browser):
    assert browser().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_a_service_that_can_work_is_ready(browser):
    assert browser().get("/health/live").status_code == 200
    answer = browser().get("/health/ready")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")


def test_work_left_lying_shows(browser):
    jobs.enqueue("anything", at=clock.now() - timedelta(minutes=11))
    answer = browser().get("/health/ready")
    assert answer.status_code == 503
    assert "waiting since" in answer.get_json()["checks"]["background work"]


def test_mail_that_does_not_leave_shows(browser, staff):
    send(to=staff, template="people/password_changed", way="mail")
    with clock.at(NOW + timedelta(minutes=30)):
        db.session.execute(delete(jobs.Job))
        assert browser().get("/health/ready").status_code == 200
    with clock.at(NOW + timedelta(minutes=31)):
        answer = browser().get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["mail"] == "the oldest message has been waiting for 31 minutes"


def test_tables_of_another_version_show(browser):
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = browser().get("/health/ready")
    assert answer.status_code == 503
    assert "another version" in answer.get_json()["checks"]["migrations"]


def test_the_present_page_is_marked_in_the_navigation_and_help_is_on_every_page(browser, member):
    page = browser(member).get("/privacy").text
    assert member.name in page
    assert "Ring the ICT helpdesk" in page
