"""Passwords are long, not guessed first, and changed only by whoever knows the present one."""

import pytest

from ictsupport.config import Settings
from ictsupport.database import db
from ictsupport.people import passwords
from ictsupport.people.models import Way

GOOD = "curtain lemon bicycle"


@pytest.mark.parametrize(
    "password",
    [
        "curtain lemon bicycle",
        "Xk2$vvPq81mZ",
        "ünïcödé ist schön",
        "my aunt keeps bees",
        "  spaces count too  ",
    ],
)
def test_anything_long_and_unlikely_will_do(staff, password):
    passwords.check(password, staff)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "password2026!",
        "P@ssw0rd1234",
        "Northbrook2026",
        "TinaWorsley123",
        "tina.worsley@northbrook.example",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaa",
        "123456789012345",
        "abcabcabcabcabc",
        "Welcome-Welcome-1",
        "ICTsupport 2026",
        "councillor2023",
        "x" * 201,
    ],
)
def test_what_would_be_guessed_is_refused(staff, password):
    with pytest.raises((passwords.PasswordTooShort, passwords.PasswordTooCommon, passwords.PasswordTooLong)):
        passwords.check(password, staff)


def test_it_is_kept_by_the_profile_that_owasp_asks_for(monkeypatch):
    monkeypatch.delenv("ICTSUPPORT_PASSWORD_MEMORY_KIB", raising=False)
    memory = Settings.model_fields["password_memory_kib"].default
    assert passwords.hasher(memory).hash(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_first_password_is_set_told_and_signs_other_devices_out(member, browser, outbox):
    device, other = browser(member), browser(member)
    assert device.post("/account/password", data={"password": GOOD}).status_code == 303
    assert (member.way, passwords.fits(member.password_hash, GOOD)) == (Way.PASSWORD, True)
    assert device.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert "has changed" in outbox()[-1][1]


def test_a_new_one_needs_the_present_one(staff, browser):
    passwords.set_password(staff, GOOD, by=staff)
    device = browser(staff)
    page = device.post(
        "/account/password", data={"present": "wrong", "password": "another fine morning"}
    ).text
    assert "That is not your present password" in page
    assert GOOD not in page
    assert passwords.fits(staff.password_hash, GOOD)
    device.post("/account/password", data={"present": GOOD, "password": "another fine morning"})
    db.session.refresh(staff)
    assert passwords.fits(staff.password_hash, "another fine morning")


def test_the_present_one_cannot_be_guessed_at_leisure(staff, browser):
    passwords.set_password(staff, GOOD, by=staff)
    device = browser(staff)
    for _ in range(11):
        page = device.post(
            "/account/password", data={"present": "wrong", "password": "another fine morning"}
        ).text
    assert "too many tries" in page


def test_a_common_one_is_told_beside_the_question(staff, browser):
    page = browser(staff).post("/account/password", data={"password": "password2026!"}).text
    assert "easy to guess" in page
    assert "password2026!" not in page


def test_a_password_is_given_up_for_mails(staff, browser):
    passwords.set_password(staff, GOOD, by=staff)
    browser(staff).post("/account/password/end")
    assert (staff.way, staff.password_hash) == (Way.MAIL, None)
