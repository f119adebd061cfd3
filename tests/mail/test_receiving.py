"""Mail that comes in is kept first, read whatever its bytes are, and nothing of it is lost or done twice."""

import io
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ictsupport import clock, jobs
from ictsupport.commands import main
from ictsupport.commands.mail import REFUSED, TAKEN, TRY_AGAIN, take_in
from ictsupport.database import db
from ictsupport.mail import receiving
from ictsupport.mail.models import IncomingMessage, IncomingState
from ictsupport.mail.reading import read
from tests.conftest import NOW

from .letters import BARE


def all_of_them() -> list[IncomingMessage]:
    return list(db.session.scalars(sa.select(IncomingMessage).order_by(IncomingMessage.id)))


def came(raw: bytes) -> IncomingMessage:
    receiving.receive(raw)
    jobs.run_all()
    return all_of_them()[-1]


def test_what_nobody_takes_is_kept_with_the_reason_and_its_source(context, administrator, browser):
    message = came(BARE)
    assert (message.state, message.outcome) == (
        IncomingState.NOT_UNDERSTOOD,
        "Nobody here has the address that it comes from.",
    )
    desk = browser(administrator)
    page = desk.get("/post-office/incoming").text
    assert "pat@northbrook.example" in page
    assert "Printer" in page
    source = desk.get(f"/post-office/incoming/{message.id}/source")
    assert source.data == BARE
    assert source.mimetype == "message/rfc822"
    assert source.headers["Content-Disposition"].startswith("attachment")
    assert desk.post(f"/post-office/incoming/{message.id}/putting-away").status_code == 303
    assert "Printer" not in desk.get("/post-office/incoming").text
    assert "Printer" in desk.get("/post-office/incoming?state=put+away").text


def test_a_message_that_comes_twice_is_one_and_its_id_alone_does_not_make_it_the_same(context):
    assert receiving.receive(BARE)
    on_another_way = b"Received: from elsewhere\r\nDelivered-To: list@northbrook.example\r\n" + BARE
    assert not receiving.receive(on_another_way)
    assert not receiving.receive(BARE.replace(b"\r\n", b"\n"))
    assert receiving.receive(BARE.replace(b"smokes", b"burns"))
    assert len(all_of_them()) == 2


def test_a_taker_that_stumbles_stops_neither_the_others_nor_the_next_message(context, monkeypatch):
    taken = []

    def stumble(letter):
        db.session.execute(sa.text("SELECT nothing FROM nowhere"))

    def take(letter):
        taken.append(letter.subject)
        return "Done." if letter.subject == "Printer" else None

    monkeypatch.setattr(receiving, "_takers", {"first": stumble, "second": take})
    first, second = came(BARE), came(BARE.replace(b"Printer", b"Phone"))
    assert (first.state, first.taken_by, first.outcome) == (IncomingState.TAKEN, "second", "Done.")
    assert second.state is IncomingState.NOT_UNDERSTOOD
    assert "fault of the service" in second.outcome
    jobs.enqueue("mail.take", {"incoming": first.id})
    jobs.run_all()
    assert taken == ["Printer", "Phone"]


def test_old_mail_is_forgotten(context):
    message = came(BARE)
    with clock.at(NOW + timedelta(days=364)):
        receiving.forget_old({})
    assert len(all_of_them()) == 1
    message.state = IncomingState.TAKEN
    db.session.flush()
    with clock.at(NOW + timedelta(days=91)):
        receiving.forget_old({})
    db.session.refresh(message, ["raw", "subject"])
    assert (message.raw, message.subject) == (None, "")


HOSTILE = {
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000)
    ),
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 150_000,
    "many lines": b"Content-Type: text/plain\n\n" + b"\n" * 1_000_000,
    "many headers": b"X: y\n" * 200_000 + b"\nhi",
    "many addresses": b"From: " + b"a@b.example," * 80_000 + b"\n\nhi",
    "brackets": b"From: " + b"(" * 1_900 + b"\nAuthentication-Results: " + b"(" * 4_000 + b"\n\nhi",
    "parameters": b"Content-Type: text/calendar; "
    + b"".join(b'n*%d*="%%";' % n for n in range(80))
    + b"\n\nx",
    "strange charset": b'Content-Type: text/calendar; charset="idna\xff\x00"\n\nBEGIN:VCALENDAR',
    "strange words": b"Subject: =?utf-8?q?=41=FF?= =?nothing?b?AAA?= \x00\xff\x1b[2J\nFrom: a@b.example\n\n",
    "nothing but NUL": b"\x00" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_messages_are_kept_and_take_no_time(context, name):
    started = time.monotonic()
    letter = read(HOSTILE[name])
    assert time.monotonic() - started < 2
    assert "\x00" not in letter.subject + letter.message_id + letter.from_address
    if HOSTILE[name].strip(b"\x00"):
        assert came(HOSTILE[name]).state is IncomingState.NOT_UNDERSTOOD


NAMES = st.sampled_from(
    [
        b"From",
        b"Subject",
        b"Message-ID",
        b"Content-Type",
        b"Authentication-Results",
        b"Content-Transfer-Encoding",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"text/calendar", b"multipart/mixed; boundary=b", b"base64", b"a@b.example, c@d.example"]
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=6),
    st.one_of(st.binary(max_size=200), st.just(b"--b\n\nx\n--b--")),
)
def test_whatever_the_bytes_are_something_is_read(headers, body):
    raw = b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    letter = read(raw)
    assert len(letter.digest) == 64
    assert not letter.trouble.startswith("it could not")


def test_there_is_one_sender_or_none():
    assert read(BARE).from_address == "pat@northbrook.example"
    assert read(BARE.replace(b"Pat <", b"b@c.example, Pat <")).from_address == ""
    assert read(b"From: other@c.example\r\n" + BARE).from_address == ""
    assert read(BARE.replace(b"pat@northbrook.example", b"not an address")).from_address == ""


@pytest.mark.parametrize(
    ("header", "hop", "fails"),
    [
        (b"mx.council.example; dmarc=fail (p=reject) header.from=x", "", "dmarc=fail"),
        (b"mx.council.example; spf=pass; dkim=pass; dmarc=pass", "", ""),
        (b"mx.council.example; spf=fail", "", "spf=fail"),
        (b"mx.council.example; spf=fail; dkim=pass", "", ""),
        (b"mx.council.example 1; dmarc=fail", "MX.council.example", "dmarc=fail"),
        (b"mx.evil.example; dmarc=fail", "mx.council.example", ""),
        (b";", "mx.council.example", ""),
    ],
)
def test_what_a_mail_server_says_of_the_sender(header, hop, fails):
    raw = b"Authentication-Results: " + header + b"\r\n" + BARE
    assert read(raw, trusted_hop=hop).sender_fails == fails


def test_the_pipe_ends_as_mail_servers_understand(real_app):
    assert take_in(real_app, io.BytesIO(BARE)) == TAKEN
    assert take_in(real_app, io.BytesIO(BARE)) == TAKEN
    assert take_in(real_app, io.BytesIO(b" \n")) == REFUSED
    with real_app.app_context():
        assert take_in(real_app, io.BytesIO(b"x" * (receiving.largest() + 1))) == REFUSED
        assert [message.state for message in all_of_them()] == [IncomingState.WAITING]


def test_the_command_keeps_a_message_and_asks_to_try_again_where_the_database_is_away(real_app, tmp_path):
    with real_app.app_context():
        address = db.engine.url.render_as_string(hide_password=False)

    def run(database: str) -> int:
        environment = {"ICTSUPPORT_INSTANCE": str(tmp_path), "SECRET_KEY": "x", "DATABASE_URL": database}
        return CliRunner().invoke(main, ["mail", "receive"], input=BARE, env=environment).exit_code

    assert run(address) == TAKEN
    assert run(f"sqlite:////{tmp_path}/there/is/none.db") == TRY_AGAIN
    with real_app.app_context():
        assert db.session.scalar(sa.select(IncomingMessage.subject)) == "Printer"
