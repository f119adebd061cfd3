"""A mailbox is read from a real mail server: kept first, marked afterwards, nothing lost or kept twice."""

import logging
import os
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from pydantic import SecretStr

from ictsupport import clock, jobs
from ictsupport.commands.mail import read
from ictsupport.config import settings
from ictsupport.database import db
from ictsupport.mail import mailbox, receiving
from ictsupport.mail.models import IncomingMessage, IncomingState, MailboxReading
from ictsupport.mail.queries import mailbox_is_read
from tests.beside import Beside
from tests.conftest import NOW
from tests.dovecot import MISSING, PASSWORD, PROGRAM, USER, Dovecot

from .letters import BARE

SEEN, FLAGGED = {"\\Seen"}, {"\\Flagged"}
OTHER = BARE.replace(b"Printer", b"Phone")
THIRD = BARE.replace(b"Printer", b"Mouse")

pytestmark = [
    pytest.mark.skipif(PROGRAM is None and not os.environ.get("CI"), reason=MISSING),
    pytest.mark.xdist_group("mailbox"),  # so that one server is enough
]


@pytest.fixture(scope="session")
def server():
    dovecot = Dovecot()
    yield dovecot
    dovecot.stop()


@pytest.fixture
def arrives(server, context, monkeypatch):
    """arrives(message, ...) puts messages into the mailbox of the settings, which is empty."""
    server.empty()
    facts = {
        "imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none",
        "imap_username": USER, "imap_password": SecretStr(PASSWORD),
    }  # fmt: skip
    for name, value in facts.items():
        monkeypatch.setattr(settings(), name, value)
    return server.bring


def subjects() -> list[str]:
    return list(db.session.scalars(sa.select(IncomingMessage.subject).order_by(IncomingMessage.id)))


def by_timetable() -> MailboxReading | None:
    jobs.enqueue("mail.read_mailbox")
    jobs.run_all()
    assert not db.session.scalar(sa.select(sa.func.count()).where(jobs.Job.error.is_not(None)))
    return db.session.scalars(sa.select(MailboxReading)).one_or_none()


def test_what_arrives_is_kept_handed_on_and_marked_as_seen_once(arrives, server):
    arrives(BARE, OTHER)
    reading = by_timetable()
    assert (reading.read_at, reading.trouble) == (NOW, "")
    assert subjects() == ["Printer", "Phone"]
    states = set(db.session.scalars(sa.select(IncomingMessage.state)))
    assert states == {IncomingState.NOT_UNDERSTOOD}  # by the takers, who were asked
    assert server.flags() == [SEEN, SEEN]
    server.unmark("\\Seen")  # as it stands after a kill between the commit and the mark
    arrives(THIRD)
    assert mailbox.read_mailbox() == mailbox.Run(kept=1, known=2)
    assert mailbox.read_mailbox() == mailbox.Run()
    assert len(subjects()) == 3


@pytest.mark.parametrize("without", [(), ("MOVE",), ("MOVE", "UIDPLUS")], ids=["move", "copy", "copy only"])
def test_what_is_kept_is_moved_where_a_folder_is_named(arrives, server, monkeypatch, without):
    monkeypatch.setattr(settings(), "imap_done_folder", "Kept")
    arrives(BARE, OTHER)
    with server.client() as somebody:  # who looks into the mailbox
        somebody.select("INBOX")
        somebody.fetch("1", "(BODY[])")
    with mailbox.Mailbox(settings()) as open_one:
        waiting = open_one.waiting(10)
        able = set(open_one.server.capabilities) - set(without)
        open_one.server.capabilities = tuple(able)
        receiving.receive(open_one.fetch(waiting[0][0], 10_000))
        open_one.is_done_with(waiting[0][0])
        assert len(open_one.waiting(10)) == 1
    assert len(server.flags("Kept")) == 1
    mailbox.read_mailbox()
    assert sorted(subjects()) == ["Phone", "Printer"]
    assert len(server.flags("Kept")) == 2


def test_what_cannot_be_kept_is_flagged_and_stops_nothing(arrives, server, monkeypatch):
    monkeypatch.setattr(settings(), "mail_megabytes", 1)
    large = b"Subject: Holiday pictures\r\nFrom: a@b.example\r\n\r\n" + b"x" * 70 * 20_000
    arrives(large, b"\r\n", BARE)
    assert mailbox.read_mailbox() == mailbox.Run(kept=1, left=2)
    assert server.flags() == [FLAGGED, FLAGGED, SEEN]
    listed = db.session.scalars(sa.select(IncomingMessage).order_by(IncomingMessage.id)).first()
    assert (listed.subject, listed.state, listed.size) == (
        "Holiday pictures", IncomingState.NOT_UNDERSTOOD, len(large),
    )  # fmt: skip
    assert "larger than 1 MB" in listed.outcome
    assert len(listed.raw) < 200
    assert mailbox.read_mailbox() == mailbox.Run()
    monkeypatch.setattr(settings(), "mail_megabytes", 5)
    server.unmark("\\Flagged")
    assert mailbox.read_mailbox() == mailbox.Run(kept=1, left=1)


def test_a_run_takes_the_oldest_and_leaves_the_rest_to_the_next(arrives, monkeypatch):
    monkeypatch.setattr(settings(), "imap_at_once", 2)
    monkeypatch.setattr(mailbox, "SEARCHED_AT_ONCE", 2)
    arrives(BARE, OTHER, THIRD)
    mailbox.read_mailbox()
    assert subjects() == ["Printer", "Phone"]
    mailbox.read_mailbox()
    assert subjects()[2:] == ["Mouse"]
    monkeypatch.setattr(mailbox, "LONGEST_RUN", -1)
    arrives(BARE.replace(b"Printer", b"Late"))
    assert mailbox.read_mailbox() == mailbox.Run()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_certificate_of_the_server_is_looked_at(arrives, server, monkeypatch, security):
    arrives(BARE)
    monkeypatch.setattr(settings(), "imap_security", security)
    monkeypatch.setattr(settings(), "imap_host", "localhost")
    monkeypatch.setattr(settings(), "imap_port", server.tls_port if security == "tls" else server.port)
    assert "certificate" in by_timetable().trouble
    assert not subjects()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    assert by_timetable().trouble == ""
    assert subjects() == ["Printer"]


def test_trouble_is_shown_without_the_password_and_ends_by_itself(
    arrives, monkeypatch, caplog, browser, administrator
):
    caplog.set_level(logging.DEBUG)
    arrives(BARE)
    monkeypatch.setattr(settings(), "imap_password", SecretStr("wrong-and-secret"))
    reading = by_timetable()
    assert (reading.trouble_since, reading.read_at) == (NOW, None)
    assert "cannot be read since" in browser(administrator).get("/post-office/incoming").text
    refused = CliRunner().invoke(read)
    assert (refused.exit_code, "could not be read" in refused.output) == (1, True)
    with clock.at(NOW + timedelta(minutes=31)):
        assert by_timetable().trouble_since == NOW
        assert mailbox_is_read() == "the mailbox has not been read for 31 minutes"
        monkeypatch.setattr(settings(), "imap_password", SecretStr(PASSWORD))
        assert by_timetable().trouble == ""
        assert mailbox_is_read() == "ok"
        assert "was last read" in browser(administrator).get("/post-office/incoming").text
    assert "wrong-and-secret" not in caplog.text + refused.output + reading.trouble
    monkeypatch.setattr(settings(), "imap_port", 1)
    assert "refused" in by_timetable().trouble


def test_no_mailbox_is_read_where_none_is_named(context):
    assert by_timetable() is None
    assert mailbox_is_read() == "ok"
    assert "No mailbox is named" in CliRunner().invoke(read).output


def read_and_be_killed(say):
    def wait(_self, _uid):
        say("kept")
        time.sleep(60)

    mailbox.Mailbox.is_done_with = wait
    mailbox.read_mailbox()


def test_a_kill_between_the_commit_and_the_mark_keeps_and_hands_on_once(real_app, server, monkeypatch):
    server.empty()
    server.bring(BARE, OTHER)
    facts = {
        "imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none",
        "imap_username": USER, "imap_password": SecretStr(PASSWORD),
    }  # fmt: skip
    with real_app.app_context():
        for name, value in facts.items():
            monkeypatch.setattr(settings(), name, value)
    victim = Beside(real_app, read_and_be_killed)
    assert victim.hear() == "kept"
    victim.kill()
    assert server.flags() == [set(), set()]
    with real_app.app_context():
        assert subjects() == ["Printer"]
        assert mailbox.read_mailbox() == mailbox.Run(kept=1, known=1)
        assert subjects() == ["Printer", "Phone"]
        handed_on = sa.select(sa.func.count()).where(jobs.Job.kind == "mail.take")
        assert db.session.scalar(handed_on) == 2
    assert server.flags() == [SEEN, SEEN]
