"""Every answer tells the browser to trust nothing but us."""

import gzip
import re

import pytest

from tests.conftest import application


def test_a_page_runs_only_our_own_scripts_and_styles(browser):
    answer = browser().get("/accessibility")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)[1]
    assert f'<style nonce="{nonce}">' in answer.text
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_nonce_is_used_once(browser):
    policies = {browser().get("/accessibility").headers["Content-Security-Policy"] for _ in range(2)}
    assert len(policies) == 2


def test_the_referrer_stays_in_the_house_so_that_forms_can_be_checked(browser):
    headers = browser().get("/cookies").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers


def test_over_https_the_browser_is_told_to_stay_there():
    with application("sqlite", base_url="https://ict.example") as app:
        answer = app.test_client().get("/accessibility", base_url="https://ict.example")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_a_host_that_is_not_ours_is_not_answered(browser, host):
    assert browser().get("/accessibility", headers={"Host": host}).status_code == 400


def test_files_may_be_kept_for_a_year_since_their_address_changes_with_them(browser):
    page = browser().get("/accessibility").text
    address = re.search(r'href="(/assets/\w+/css/base.css)"', page)[1]
    answer = browser().get(address)
    assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
    older = browser().get("/assets/older/css/base.css")
    assert (older.status_code, older.data) == (200, answer.data)
    assert "immutable" not in older.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../wsgi.py", "vendor/update.py", "nothing.css", "css/"])
def test_only_files_for_browsers_are_served(browser, name):
    assert browser().get(f"/assets/x/{name}").status_code == 404


def test_files_travel_compressed_to_who_can_unpack_them(browser):
    plain = browser().get("/assets/x/vendor/govuk.css")
    packed = browser().get("/assets/x/vendor/govuk.css", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 4
    assert "Accept-Encoding" in packed.headers["Vary"]
