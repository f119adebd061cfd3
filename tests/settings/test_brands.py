"""A council's people see the service in its colours and words, chosen in a page after a look."""

import io
import re

import pytest
from sqlalchemy import func, select

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Grant, Logo, Role
from ictsupport.people.scopes import scoped_to
from tests.cast import keep

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50
ADDRESS = "/settings/brands/northbrook"
COLOURS = {"colour": "#1d1d1d", "line": "#2b7a9b"}
WORDS = {
    **COLOURS,
    "service": "Northbrook IT",
    "phone": "01257 123456",
    "hours": "all day",
    "statement": "Audited in May 2026.",
    "contact": "Write to Ann Lee.",
}


def picture(content: bytes = PNG, name: str = "logo.png"):
    return io.BytesIO(content), name


def test_people_of_the_council_see_it_and_others_do_not(
    sheet,
    browser,
    administrator,
    member,
    other_staff,
    council,
):
    form = sheet(administrator, ADDRESS)
    said = form.look(**WORDS)
    assert "Letters on the main colour reach" in said
    assert "Northbrook IT" not in browser(member).get("/accessibility").text
    assert form.save(**WORDS).status_code == 303
    page = browser(member).get("/accessibility").text
    for words in ("Northbrook IT", "01257 123456", "all day", "Audited in May 2026.", "Write to Ann Lee."):
        assert words in page
    assert "Northbrook IT" not in browser(other_staff).get("/accessibility").text
    assert "Northbrook IT" not in browser().get("/accessibility").text
    assert entries_about(council)[-1].data["changes"]["Name of the service"] == [None, "Northbrook IT"]


def test_colours_that_cannot_be_read_are_refused_and_kept(sheet, administrator, council):
    form = sheet(administrator, ADDRESS)
    assert "need 7 to 1" in form.look(colour="#7a7a7a", line="#2b7a9b")
    assert 'value="#7a7a7a"' in form.page


def test_a_logo_is_looked_at_then_saved_and_served_safely(sheet, browser, administrator, member):
    form = sheet(administrator, ADDRESS)
    form.look(**COLOURS, logo=picture())
    key = re.search(r'name="logo_key"[^>]*value="([0-9a-f]{64})"', form.page)[1]
    assert f'href="/brand/{key}"' in form.page
    saved = form.browser.post(ADDRESS, data={**form.hidden, **COLOURS, "logo_key": key})
    assert saved.status_code == 303, saved.text
    audit = browser(administrator).get("/settings/changes").text
    assert "a picture" in audit
    assert key not in audit
    assert f'src="/brand/{key}"' in browser(member).get("/accessibility").text
    answer = browser().get(f"/brand/{key}")
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "logo.png", "can hold scripts"),
        (b"<html>", "logo.png", "must be a PNG"),
        (PNG + b"0" * 100_000, "logo.png", "100,000 fit"),
    ],
)
def test_what_is_no_small_picture_is_refused(sheet, administrator, content, name, words):
    form = sheet(administrator, ADDRESS)
    assert words in form.look(**COLOURS, phone="01257 1", logo=picture(content, name))
    assert 'value="01257 1"' in form.page
    assert db.session.scalar(select(func.count()).select_from(Logo)) == 0


def test_colours_changed_with_the_council_leave_the_words(sheet, browser, administrator, council):
    sheet(administrator, ADDRESS).save(**WORDS)
    page = browser(administrator).get("/councils/northbrook").text
    stamp = re.search(r'name="stamp"[^>]*value="([^"]*)"', page)[1]
    names = {"name": council.name, "short_name": council.short_name, "domains": "northbrook.example"}
    answer = browser(administrator).post(
        "/councils/northbrook", data={"stamp": stamp, **names, "colour": "#123456", "line": "#2b7a9b"}
    )
    assert answer.status_code == 303, answer.text
    db.session.refresh(council)
    assert (council.brand["service"], council.brand["colour"]) == ("Northbrook IT", "#123456")


def test_an_administrator_of_one_council_leaves_the_other_alone(browser, make_person, council, other_council):
    person = make_person("Lou Local", council)
    person.grants.append(keep(Grant(person=person, role=Role.ADMINISTRATOR, **scoped_to(council))))
    assert browser(person).get(ADDRESS).status_code == 200
    assert browser(person).get("/settings/brands/eastmere").status_code == 404
    assert other_council.name not in browser(person).get("/settings/brands").text
