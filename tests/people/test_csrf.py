"""A form that another site sends is refused."""

import re

import pytest

from ictsupport.database import db
from ictsupport.people.models import Person, SignIn
from tests.conftest import Browser, application


@pytest.fixture
def guarded(kind):
    with application(kind, csrf=True) as app:
        yield app


def test_a_form_without_its_token_is_refused_and_one_with_it_is_taken(guarded):
    with guarded.app_context():
        db.session.add(Person(name="Ann Lee", sort_name="Lee Ann", email="ann@northbrook.example"))
        db.session.commit()
    browser = Browser(guarded, guarded.response_class, use_cookies=True)
    refused = browser.post("/sign-in", data={"address": "ann@northbrook.example"})
    assert refused.status_code == 400
    page = browser.get("/sign-in").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    taken = browser.post("/sign-in", data={"address": "ann@northbrook.example", "csrf_token": token[1]})
    assert taken.status_code == 303
    with guarded.app_context():
        assert db.session.scalars(db.select(SignIn)).all() == []


def test_signing_out_needs_the_token_too(guarded):
    browser = Browser(guarded, guarded.response_class, use_cookies=True)
    assert browser.post("/sign-out").status_code == 400
