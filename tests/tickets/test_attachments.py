"""Files on tickets: small enough, truly of a kind we know, kept apart, given back as downloads."""

import io
import secrets
import time
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.tickets.asking import requests as asking
from ictsupport.tickets.asking.requests import forget_unsent
from ictsupport.tickets.attachments import (
    EmptyFile,
    Locked,
    NotWhatItSays,
    TooBig,
    TooManyFiles,
    WrongKind,
    label_of,
    receive,
    sweep,
)
from ictsupport.tickets.file_store import FilesAway, content_of
from ictsupport.tickets.models import Request
from ictsupport.tickets.replying import reply

from ..conftest import NOW

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def packed(part):
    """The same whenever it is packed: tests are named after it, in each process that collects them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), "<Types/>")
        archive.writestr(zipfile.ZipInfo(part), "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("photo.PNG", PNG, "image/png"),
        ("photo.jpg", JPEG, "image/jpeg"),
        ("agenda.pdf", PDF, "application/pdf"),
        ("IMG_0001.HEIC", b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\x00" * 50, "image/heic"),
        ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "application/vnd.ms-outlook"),
        ("notes.txt", "Café closed – sorry".encode("cp1252"), "text/plain"),
        ("list.csv", b"a,b\n1,2\n", "text/csv"),
        (
            "report.docx",
            packed("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_what_people_send_is_kept_as_it_came(name, content, content_type, app, upload):
    (stored,) = receive([upload(name, content)])
    assert (stored.name, stored.content_type, stored.size) == (name, content_type, len(content))
    assert content_of(stored.key) == content


@pytest.mark.parametrize(
    "name", ["run.exe", "page.html", "logo.svg", "macro.docm", "archive.zip", "noending", "..."]
)
def test_other_kinds_are_refused(name, app, upload):
    with pytest.raises(WrongKind):
        receive([upload(name, b"whatever")])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"<svg onload=alert(1)>"),
        ("photo.png", JPEG),
        ("agenda.pdf", b"MZ\x90\x00"),
        ("notes.txt", b"MZ\x90\x00"),
        ("notes.txt", b"null\x00byte"),
        ("report.docx", packed("xl/workbook.xml")),
        ("report.docx", b"PK\x03\x04 broken"),
        ("report.xlsx", b"plain text"),
    ],
)
def test_a_file_must_be_what_its_name_says(name, content, app, upload):
    with pytest.raises(NotWhatItSays):
        receive([upload(name, content)])


def test_empty_too_big_too_many_and_locked_are_told_apart(app, upload):
    with pytest.raises(EmptyFile, match="is empty"):
        receive([upload("photo.png", b"")])
    with pytest.raises(TooBig, match="up to 10 MB"):
        receive([upload("notes.txt", b"x" * (10 * 1024 * 1024 + 1))])
    with pytest.raises(TooManyFiles, match="no more than 5"):
        receive([upload("notes.txt", b"x")] * 6)
    with pytest.raises(TooManyFiles):
        receive([upload("notes.txt", b"x")] * 2, already=4)
    with pytest.raises(Locked):
        receive([upload("report.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)])


def test_what_belongs_to_nothing_is_swept_away(ticket, staff, agent, upload):
    reply(ticket, "See", by=agent, files=[upload("kept.txt", b"kept")])
    waiting = asking.begin(staff)
    asking.add_files(waiting, [upload("waiting.txt", b"waiting")])
    (stray,) = receive([upload("stray.txt", b"stray")])
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    with clock.at(tomorrow):
        sweep()
    assert content_of(ticket.attachments[0].key) == b"kept"
    assert content_of(waiting.answers["files"][0]["key"]) == b"waiting"
    with pytest.raises(FileNotFoundError):
        content_of(stray.key)


def test_what_was_left_lying_for_a_month_is_thrown_away(staff, upload, desk):
    old, new = asking.begin(staff), asking.begin(staff)
    old.updated_at = NOW - timedelta(days=31)
    db.session.flush()
    forget_unsent()
    assert db.session.scalars(select(Request)).all() == [new]


def test_one_bad_file_means_none_is_taken(ticket, agent, upload):
    with pytest.raises(WrongKind):
        reply(ticket, "See these", by=agent, files=[upload("notes.txt", b"x"), upload("run.exe", b"MZ")])
    assert ticket.attachments == []


def test_an_empty_file_control_is_no_file(app, upload):
    assert receive([upload("", b"")]) == []


@pytest.mark.parametrize(
    ("hostile", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\pat\\photo.png", "photo.png"),
        ('a"b<c>.png\r\nSet-Cookie: x', "abc.pngSet-Coo"),
        ("\u202egnp.exe", "gnp.exe"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_a_name_is_only_a_label(hostile, label):
    assert label_of(hostile) == label


def test_two_files_of_one_name_lie_apart(ticket, agent, upload):
    reply(ticket, "See", by=agent, files=[upload("a.txt", b"one"), upload("a.txt", b"two")])
    first, second = ticket.attachments
    assert first.key != second.key
    assert (content_of(first.key), content_of(second.key)) == (b"one", b"two")


@pytest.fixture
def store_away(app, monkeypatch):
    """The settings name a store behind an address at which nobody answers."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "desk")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setattr(app.config["SETTINGS"], "file_store", f"s3://files-{secrets.token_hex(4)}/desk")


def test_a_store_that_is_away_costs_neither_minutes_nor_what_was_typed(
    ticket, agent, staff, upload, browser, request, caplog
):
    reply(ticket, "See this", by=agent, files=[upload("kept.txt", b"kept")])
    (kept,) = ticket.attachments
    request.getfixturevalue("store_away")
    address = f"/tickets/{ticket.reference}"
    sent = {"body": "This is what it says", "files": upload("seen.txt", b"seen")}
    began = time.monotonic()
    answer = browser(staff).post(f"{address}/replies", data=sent)
    assert answer.status_code == 422
    assert FilesAway.reason in answer.text
    assert "This is what it says" in answer.text
    assert browser(staff).get(f"{address}/files/{kept.id}").status_code == 503
    assert time.monotonic() - began < 10
    assert "hush" not in caplog.text
    assert "did not put" in caplog.text
