"""The demonstration's list of people opens at the machine itself, and nowhere else."""

import pytest

from ictsupport.database import db
from ictsupport.people.models import Demonstration
from tests.conftest import Browser, application


@pytest.fixture
def invented(context):
    db.session.add(Demonstration())
    db.session.flush()


def test_one_chooses_who_to_be(invented, agent, member, browser):
    device = browser()
    assert "/demo/people" in device.get("/sign-in").text
    page = device.get("/demo/people").text
    assert agent.name in page
    assert "Member for Mill Hill, Northbrook" in page
    assert device.post(f"/demo/people/{agent.id}/sign-in").headers["Location"] == "/"
    assert agent.name in device.get("/account").text


def test_there_is_no_such_page_where_people_are_real(agent, browser):
    device = browser()
    assert "/demo/people" not in device.get("/sign-in").text
    assert device.get("/demo/people").status_code == 404
    assert device.post(f"/demo/people/{agent.id}/sign-in").status_code == 404


@pytest.mark.parametrize(
    "strange",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"X-Real-IP": "127.0.0.1"}},
        {"headers": {"Via": "1.1 proxy"}},
    ],
)
def test_it_opens_for_nobody_else(invented, agent, browser, strange):
    device = browser()
    assert device.get("/demo/people", **strange).status_code == 404
    assert device.post(f"/demo/people/{agent.id}/sign-in", **strange).status_code == 404


def test_a_name_that_only_resolves_here_will_not_do(kind):
    with application(kind, allowed_hosts=["localhost", "evil.example"]) as app:
        with app.app_context():
            db.session.add(Demonstration())
            db.session.commit()
        browser = Browser(app, app.response_class, use_cookies=True)
        assert browser.get("/demo/people").status_code == 200
        assert browser.get("/demo/people", base_url="http://evil.example").status_code == 404


def test_nor_behind_a_proxy(kind):
    with application(kind, trusted_proxies=1) as app:
        with app.app_context():
            db.session.add(Demonstration())
            db.session.commit()
        browser = Browser(app, app.response_class, use_cookies=True)
        assert browser.get("/demo/people").status_code == 404


def test_somebody_who_left_cannot_be_chosen(invented, staff, browser):
    staff.gone_at = staff.created_at
    device = browser()
    assert staff.name not in device.get("/demo/people").text
    assert device.post(f"/demo/people/{staff.id}/sign-in").status_code == 404
