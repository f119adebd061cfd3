"""What is missing, forbidden, refused or broken is said in plain words, with the number to ring."""

import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask, abort, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError

from ictsupport.errors import Refusal
from ictsupport.pages.forms import Form
from tests.conftest import application


class Lost(Exception):
    sqlstate = "57P01"


class SlotFull(Refusal):
    reason = "The last place has just gone."


def broken_doors(app: Flask) -> None:
    """Doors behind which something goes wrong."""

    def say(code: int):
        if code == 1:
            request.form.get("story")
            raise SlotFull
        if code == 2:
            raise OperationalError("SELECT 1", {}, Lost("terminating connection"))
        if code == 3:
            raise CSRFError("The CSRF token has expired.")
        if code == 500:
            raise KeyError("broken")
        abort(code)

    say.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/wrong/<int:code>", "wrong", say, methods=["GET", "POST"])


@pytest.fixture(scope="module")
def visitor():
    with application("sqlite") as app:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        broken_doors(app)
        yield app.test_client()


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (400, 400, "could not read"),
        (403, 403, "You cannot open this page"),
        (404, 404, "Page not found"),
        (413, 413, "too much to send at once"),
        (429, 429, "Too many tries"),
        (500, 500, "there is a problem with the service"),
        (503, 503, "unavailable"),
        (1, 409, "The last place has just gone."),
        (2, 503, "unavailable"),
        (3, 400, "This page was open too long"),
    ],
)
def test_a_failure_is_told_in_words_with_where_to_ring(visitor, code, status, words):
    answer = visitor.get(f"/wrong/{code}")
    assert answer.status_code == status
    assert words in answer.text
    assert len(re.findall("<h1", answer.text)) == 1
    assert 'href="tel:01257515151"' in answer.text
    assert "Monday to Friday, 8:30am to 5pm" in answer.text
    assert not re.search("Traceback|Exception|KeyError|invalid|please", answer.text)


def test_who_is_signed_out_is_offered_to_sign_in(visitor):
    assert 'href="/sign-in"' in visitor.get("/wrong/403").text


def test_a_program_gets_the_same_as_data(visitor):
    answer = visitor.get("/wrong/1", headers={"Accept": "application/json"})
    assert answer.get_json() == {"error": 409, "reason": "The last place has just gone."}


def test_an_old_form_shows_what_was_typed_but_no_secrets(visitor):
    story = "The printer in the members' room\nprints nothing <b>at all</b>."
    sent = {
        "story": story,
        "csrf_token": "x" * 90,
        "once": "y" * 30,
        "password": "a very long secret pass phrase",
    }
    page = visitor.post("/wrong/3", data=sent).text
    assert "prints nothing &lt;b&gt;at all&lt;/b&gt;" in page
    assert "secret pass phrase" not in page
    assert "xxxx" not in page


def test_files_that_are_too_big_do_not_cost_what_was_typed(visitor):
    typed = {
        "story": "The lift in the town hall\nshakes <b>badly</b>.",
        "password": "a very long secret pass phrase",
    }
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in typed.items()]
    parts.append('Content-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n' + "x" * 100)
    body = "".join(f"--edge\r\n{part}\r\n" for part in parts).encode()
    answer = visitor.post(
        "/wrong/1",
        input_stream=io.BytesIO(body),
        environ_overrides={"CONTENT_LENGTH": str(60 * 2**20)},
        content_type="multipart/form-data; boundary=edge",
        headers={"Referer": "http://localhost/tickets/new"},
    )
    assert answer.status_code == 413
    assert "shakes &lt;b&gt;badly&lt;/b&gt;" in answer.text
    assert "up to 10 MB" in answer.text
    assert 'href="/tickets/new"' in answer.text
    assert "secret pass phrase" not in answer.text


def test_too_much_text_is_not_blamed_on_files(visitor):
    part = (
        b'--edge\r\nContent-Disposition: form-data; name="story"\r\n\r\n' + b"x" * 2**21 + b"\r\n--edge--\r\n"
    )
    page = visitor.post("/wrong/1", data=part, content_type="multipart/form-data; boundary=edge").text
    assert "more text than can be sent at once" in page
    assert "files are too big" not in page


def test_who_should_come_back_is_told_when(visitor):
    assert visitor.get("/wrong/2").headers["Retry-After"] == "30"


def test_what_is_broken_is_told_without_asking_the_database(visitor, monkeypatch):
    statements = []
    sa.event.listen(sa.Engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    visitor.get("/wrong/500")
    assert statements == []


def test_a_form_without_its_token_is_not_taken():
    with application("sqlite", csrf=True) as app:
        answer = app.test_client().post("/accessibility")
        assert answer.status_code in (400, 405)

        class Simple(Form):
            pass

        with app.test_request_context("/", method="POST"):
            assert not Simple().validate_on_submit()


def test_a_refusal_leads_back_to_where_it_was_asked_but_to_no_other_site(visitor):
    here = visitor.get("/wrong/1", headers={"Referer": "http://localhost/clinics/7?page=2"}).text
    assert 'href="/clinics/7?page=2">Go back</a>' in here
    elsewhere = visitor.get("/wrong/1", headers={"Referer": "http://evil.example/x"}).text
    assert "evil.example" not in elsewhere
    assert "Go to the first page" in elsewhere
