"""Signing in: one way for each person, and nothing to be learnt by those who have none."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.mail import Outgoing
from ictsupport.people import passwords, signing_in
from ictsupport.people.models import Person, SignIn, SignInCode, Way
from ictsupport.people.sessions import device_name
from tests.conftest import NOW

PASSWORD = "curtain lemon bicycle"


def ask(browser: FlaskClient, address: str, **more: str) -> str:
    """Give the address; returns the page one is led to."""
    return browser.post("/sign-in", data={"address": address}, query_string=more).headers["Location"]


def mail_to(person: Person) -> tuple[str, str]:
    """The link and the code of the newest mail."""
    jobs.run_all()
    text = db.session.scalars(
        db.select(Outgoing.text).where(Outgoing.to_id == person.id).order_by(Outgoing.id.desc())
    ).first()
    assert text
    link = re.search(r"https?://[^/]+(/sign-in/link/\S+)", text)
    code = re.search(r"^(\d{6})$", text, re.MULTILINE)
    assert link
    assert code
    return link[1], code[1]


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def with_password(person: Person) -> Person:
    person.password_hash, person.way = passwords.digest(PASSWORD), Way.PASSWORD
    db.session.flush()
    return person


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


class TestByMail:
    def test_the_code_signs_in_the_device_that_asked(self, member, browser):
        device = browser()
        assert ask(device, member.email.upper()) == "/sign-in/code"
        _, code = mail_to(member)
        answer = device.post("/sign-in/code", data={"code": f"{code[:3]} {code[3:]}"})
        assert answer.status_code == 303
        assert is_in(device)

    def test_the_code_is_of_no_use_on_another_device(self, member, rival, browser):
        device, other = browser(), browser()
        ask(device, member.email)
        ask(other, rival.email)
        _, code = mail_to(member)
        assert signing_in.WrongCode.reason in other.post("/sign-in/code", data={"code": code}).text
        assert not is_in(other)

    def test_the_link_signs_in_wherever_it_is_opened(self, member, browser):
        ask(browser(), member.email, next="/account")
        link, _ = mail_to(member)
        other = browser()
        assert f"Sign in as {member.name}" in other.get(link).text
        assert not is_in(other), "opening the link must not sign in: mail programs open links"
        assert other.post(link).headers["Location"] == "/account"
        assert is_in(other)

    def test_link_and_code_can_be_used_once(self, member, browser):
        device = browser()
        ask(device, member.email)
        link, code = mail_to(member)
        device.post("/sign-in/code", data={"code": code})
        other = browser()
        assert "no longer of use" in other.get(link).text
        assert "no longer of use" in other.post(link).text
        assert not is_in(other)
        device.post("/sign-out")
        ask_again = device.post("/sign-in/code", data={"code": code})
        assert ask_again.headers["Location"] == "/sign-in"

    def test_they_are_of_use_for_fifteen_minutes(self, member, browser):
        device = browser()
        ask(device, member.email)
        link, code = mail_to(member)
        with clock.at(NOW + timedelta(minutes=16)):
            assert signing_in.WrongCode.reason in device.post("/sign-in/code", data={"code": code}).text
            assert "no longer of use" in device.post(link).text
        assert not is_in(device)

    def test_after_five_wrong_codes_the_right_one_is_of_no_use_but_the_link_is(self, member, browser):
        device = browser()
        ask(device, member.email)
        link, code = mail_to(member)
        for _ in range(5):
            device.post("/sign-in/code", data={"code": wrong(code)})
        assert signing_in.WrongCode.reason in device.post("/sign-in/code", data={"code": code}).text
        assert not is_in(device)
        device.post(link)
        assert is_in(device)

    def test_the_right_code_is_taken_at_the_fifth_try(self, member, browser):
        device = browser()
        ask(device, member.email)
        _, code = mail_to(member)
        for _ in range(4):
            device.post("/sign-in/code", data={"code": wrong(code)})
        device.post("/sign-in/code", data={"code": code})
        assert is_in(device)

    def test_somebody_who_left_gets_no_mail_and_the_mail_they_have_is_of_no_use(self, staff, browser):
        device = browser()
        ask(device, staff.email)
        link, _ = mail_to(staff)
        staff.gone_at = NOW
        db.session.commit()
        device.post(link)
        assert not is_in(device)
        before = db.session.scalar(db.select(db.func.count()).select_from(Outgoing))
        ask(browser(), staff.email)
        jobs.run_all()
        assert db.session.scalar(db.select(db.func.count()).select_from(Outgoing)) == before

    def test_neither_link_nor_code_is_kept_in_the_clear(self, member, browser):
        ask(browser(), member.email)
        link, code = mail_to(member)
        wish = db.session.scalars(db.select(SignInCode)).one()
        assert wish.link_hash
        assert wish.code_hash
        assert wish.link_hash not in link
        assert code not in wish.code_hash[:6]


class TestByPassword:
    def test_the_right_password_signs_in(self, staff, browser):
        device = browser()
        assert ask(device, with_password(staff).email) == "/sign-in/password"
        assert device.post("/sign-in/password", data={"password": PASSWORD}).headers["Location"] == "/"
        assert is_in(device)

    def test_a_wrong_one_does_not(self, staff, browser):
        device = browser()
        ask(device, with_password(staff).email)
        page = device.post("/sign-in/password", data={"password": "curtain lemon tricycle"}).text
        assert signing_in.WrongPassword.reason in page
        assert "curtain lemon tricycle" not in page
        assert not is_in(device)

    def test_whoever_forgot_it_has_a_link_sent(self, staff, browser):
        device = browser()
        ask(device, with_password(staff).email)
        assert device.post("/sign-in/mail").headers["Location"] == "/sign-in/code"
        _, code = mail_to(staff)
        device.post("/sign-in/code", data={"code": code})
        assert is_in(device)

    def test_too_many_tries_slow_a_password_down_but_never_the_mail(self, staff, browser):
        attacker, device = browser(), browser()
        ask(attacker, with_password(staff).email)
        for _ in range(signing_in.PASSWORDS_OF_ACCOUNT.most):
            attacker.post("/sign-in/password", data={"password": "a guess, and another"})
        ask(device, staff.email)
        page = device.post("/sign-in/password", data={"password": PASSWORD}).text
        assert signing_in.TooManyPasswords.reason in page
        device.post("/sign-in/mail")
        link, _ = mail_to(staff)
        device.post(link)
        assert is_in(device)

    def test_after_a_while_the_password_is_taken_again(self, staff, browser):
        device = browser()
        ask(device, with_password(staff).email)
        for _ in range(signing_in.PASSWORDS_OF_ACCOUNT.most + 1):
            device.post("/sign-in/password", data={"password": "a guess, and another"})
        with clock.at(NOW + timedelta(minutes=16)):
            device.post("/sign-in/password", data={"password": PASSWORD})
            assert is_in(device)

    def test_one_address_cannot_go_on_guessing_from_account_to_account(self, make_person, council, browser):
        attacker = browser()
        for number in range(signing_in.PASSWORDS_FROM_ADDRESS.most):
            ask(attacker, f"nobody{number}@northbrook.example")
            attacker.post("/sign-in/password", data={"password": "a guess, and another"})
        last = with_password(make_person("Lee Hall", council))
        ask(attacker, last.email)
        assert "too many" in attacker.post("/sign-in/password", data={"password": PASSWORD}).text


class TestNothingShowsWhoIsKnown:
    @pytest.mark.parametrize("way", Way)
    def test_an_unknown_address_is_led_the_same_way_and_told_the_same(
        self, context, make_person, council, browser, way
    ):
        person = make_person("Jo Known", council)
        if way is Way.PASSWORD:
            with_password(person)
        unknown = next(
            address
            for address in (f"jo{number}@northbrook.example" for number in range(100))
            if signing_in.way_of(address) is way
        )
        answers = []
        for address in (person.email, unknown):
            device = browser()
            where = ask(device, address)
            tried = device.post(where, data={"code": "000000", "password": "a guess, and another"})
            answers.append(
                (where, tried.status_code, plain(device.get(where).text, address), plain(tried.text, address))
            )
        assert answers[0] == answers[1]

    def test_an_unknown_address_is_always_led_the_same_way(self, context):
        ways = {signing_in.way_of(f"nobody{number}@example.com") for number in range(40)}
        assert ways == set(Way)
        assert (
            len(
                {signing_in.way_of("Nobody@example.com") for _ in range(5)}
                | {signing_in.way_of("nobody@example.com")}
            )
            == 1
        )

    def test_a_password_is_checked_where_there_is_none_too(self, context, monkeypatch):
        checked = []
        real = passwords.hasher(8).verify
        monkeypatch.setattr(
            type(passwords.hasher(8)),
            "verify",
            lambda _s, stored, typed: checked.append(1) or real(stored, typed),
        )
        assert not passwords.fits(None, "nobody's")
        assert checked == [1]

    def test_the_mail_is_made_by_a_worker_for_known_and_unknown_alike(self, member, browser):
        for address in (member.email, "nobody@northbrook.example"):
            signing_in.ask_for_mail(address, device="d", origin="192.0.2.1")
        assert db.session.scalar(db.select(db.func.count()).select_from(Outgoing)) == 0
        assert db.session.scalar(db.select(db.func.count()).select_from(jobs.Job)) == 2
        jobs.run_all()
        assert db.session.scalars(db.select(Outgoing.to_address)).all() == [member.email]


def plain(page: str, address: str) -> str:
    """The page without what differs from one showing to the next."""
    page = re.sub(r'(nonce|value)="[^"]*"', "", page)
    return re.sub(r"nonce-\S+", "", page).replace(address, "ADDRESS")


class TestMailsAreLimited:
    def test_more_mails_than_somebody_wants_are_not_sent_and_those_sent_still_work(
        self, member, browser, outbox
    ):
        attacker = browser()
        for _ in range(signing_in.MAILS_OF_ACCOUNT.most + 3):
            ask(attacker, member.email)
        device = browser()
        assert ask(device, member.email) == "/sign-in/code"
        link, _ = mail_to(member)
        assert len(outbox()) == signing_in.MAILS_OF_ACCOUNT.most
        device.post(link)
        assert is_in(device)

    def test_an_address_that_asks_for_many_gets_them_later(self, context):
        for number in range(signing_in.MAILS_FROM_ADDRESS.most + 2):
            signing_in.ask_for_mail(f"nobody{number}@example.com", device="d", origin="192.0.2.1")
        due = db.session.scalars(db.select(jobs.Job.run_at).order_by(jobs.Job.id)).all()
        assert [moment - NOW for moment in due[-3:]] == [
            timedelta(),
            timedelta(seconds=5),
            timedelta(seconds=10),
        ]

    def test_a_network_that_asks_for_very_many_is_refused(self, context):
        for number in range(signing_in.MAILS_FROM_NETWORK.most):
            signing_in.ask_for_mail(f"a{number}@example.com", device="d", origin=f"192.0.2.{number % 250}")
        with pytest.raises(signing_in.TooManyMails):
            signing_in.ask_for_mail("b@example.com", device="d", origin="192.0.2.9")
        signing_in.ask_for_mail("b@example.com", device="d", origin="198.51.100.9")


class TestSignIns:
    def test_an_unused_sign_in_ends(self, staff, browser):
        device = browser(staff)
        with clock.at(NOW + timedelta(hours=11)):
            assert is_in(device)
        with clock.at(NOW + timedelta(hours=24)):
            assert not is_in(device)

    def test_a_used_one_ends_after_thirty_days_all_the_same(self, staff, browser):
        device = browser(staff)
        for hours in range(0, 30 * 24, 10):
            with clock.at(NOW + timedelta(hours=hours)):
                assert is_in(device)
        with clock.at(NOW + timedelta(days=30, minutes=1)):
            assert not is_in(device)

    def test_whoever_stays_signed_in_does_so_for_ninety_days(self, member, browser):
        device = browser()
        ask(device, member.email)
        link, _ = mail_to(member)
        cookie = device.post(link, data={"keep": "y"}).headers["Set-Cookie"]
        assert "Expires=" in cookie
        with clock.at(NOW + timedelta(days=89)):
            assert is_in(device)
        with clock.at(NOW + timedelta(days=91)):
            assert not is_in(device)

    def test_signing_out_ends_it_on_the_server(self, staff, browser):
        device = browser(staff)
        with device.session_transaction() as cookie:
            kept = dict(cookie)
        assert device.post("/sign-out").status_code == 303
        assert not is_in(device)
        with device.session_transaction() as cookie:
            cookie.update(kept)
        assert not is_in(device), "a copy of the cookie must be of no use"

    def test_nothing_of_the_cookie_survives_signing_in(self, member, browser):
        device = browser()
        with device.session_transaction() as cookie:
            cookie["planted"] = "by somebody else"
        ask(device, member.email)
        link, _ = mail_to(member)
        device.post(link)
        with device.session_transaction() as cookie:
            assert set(cookie) - {"_permanent"} == {"sign_in"}

    def test_another_device_can_be_signed_out_but_not_somebody_elses(self, staff, other_staff, browser):
        device, other, stranger = browser(staff), browser(staff), browser(other_staff)
        mine, theirs = db.session.scalars(db.select(SignIn).order_by(SignIn.id)).all()[1:]
        assert device.post(f"/account/sign-ins/{theirs.id}/end").status_code == 404
        assert device.post(f"/account/sign-ins/{mine.id}/end").status_code == 303
        assert not is_in(other)
        assert is_in(device)
        assert is_in(stranger)

    def test_somebody_who_leaves_is_out_at_once(self, staff, browser):
        device = browser(staff)
        staff.left_on = NOW.date() - timedelta(days=1)
        db.session.commit()
        assert not is_in(device)

    def test_coming_in_is_in_the_journal(self, member, browser):
        ask(browser(), member.email)
        link, _ = mail_to(member)
        browser().post(link)
        entry = db.session.scalars(db.select(Entry).where(Entry.kind == "people.SignedIn")).one()
        assert (entry.by_id, entry.data["way"]) == (member.id, "link")


class TestWhereOneGoesNext:
    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example/",
            "https://evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/account\r\nSet-Cookie: a=b",
            "/no/such/page",
            "/sign-out",
            "/sign-in",
            "http:/account",
            "",
            "account",
        ],
    )
    def test_only_to_a_page_of_ours_that_can_be_opened(self, context, target):
        assert signing_in.local_page(target) == "/"

    def test_to_the_page_that_was_asked_for_with_its_filters(self, context):
        assert signing_in.local_page("/people?kind=member") == "/people?kind=member"

    def test_a_page_asks_to_sign_in_and_leads_back(self, staff, browser):
        device = browser()
        where = device.get("/account").headers["Location"]
        assert where == "/sign-in?next=%2Faccount"
        device.post(where, data={"address": with_password(staff).email})
        done = device.post("/sign-in/password", data={"password": PASSWORD})
        assert done.headers["Location"] == "/account"


class TestICantGetIn:
    DETAILS = {"name": "Pat Ashcroft", "number": "07700 900123", "meeting": "Planning at 6:30pm"}

    def test_anybody_can_ask_to_be_called(self, desk, browser):
        answer = browser().post("/sign-in/help", data=self.DETAILS)
        assert answer.headers["Location"] == "/sign-in/help/sent"
        entry = db.session.scalars(db.select(Entry).where(Entry.kind == "people.CallMeAsked")).one()
        assert entry.data == self.DETAILS

    def test_two_presses_ask_once(self, desk, browser):
        device = browser()
        for _ in range(2):
            device.post("/sign-in/help", data={**self.DETAILS, "once": "the same key"})
        asked = db.select(db.func.count()).select_from(Entry).where(Entry.kind == "people.CallMeAsked")
        assert db.session.scalar(asked) == 1

    def test_nobody_can_ask_for_very_many(self, desk, browser):
        device = browser()
        for _ in range(signing_in.CALLS_FROM_ADDRESS.most):
            device.post("/sign-in/help", data=self.DETAILS)
        page = device.post("/sign-in/help", data=self.DETAILS).text
        assert signing_in.TooManyCalls.reason in page
        assert "07700 900123" in page

    def test_the_phone_number_and_hours_stand_beside_it(self, browser):
        page = browser().get("/sign-in/help").text
        assert "01257 515151" in page
        assert "Monday to Friday, 8:30am to 5pm" in page

    def test_nothing_typed_is_told_in_words(self, browser):
        page = browser().post("/sign-in/help", data={}).text
        assert "Enter your name" in page
        assert "Enter a phone number" in page


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b", "x" * 250 + "@example.com", "a\x00b@example.com\n", "‮@example.com"]
)
def test_a_bad_address_is_told_in_words(app: Flask, browser, typed):
    answer = browser().post("/sign-in", data={"address": typed})
    assert answer.status_code in (200, 303)
    if answer.status_code == 200:
        assert "There is a problem" in answer.text


def test_a_code_of_another_kind_of_digits_is_just_wrong(member, browser):
    device = browser()
    ask(device, member.email)
    mail_to(member)
    for typed in ("١٢٣٤٥٦", "", "abc", "9" * 20):
        assert device.post("/sign-in/code", data={"code": typed}).status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari on an iPad",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox on Linux"),
        ("", "A browser on a device"),
    ],
)
def test_a_device_is_called_what_people_call_it(agent, name):
    assert device_name(agent) == name
