"""The outbox reaches a real mail server, once, and says so when it cannot."""

import socket
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask

from ictsupport import clock, jobs
from ictsupport.config import settings
from ictsupport.database import db
from ictsupport.mail import Outgoing, delivery
from ictsupport.mail.outbox import send

from ..beside import Beside


class Post:
    """A mail server that keeps what it is given, and can be told to be slow or to refuse."""

    def __init__(self) -> None:
        self.messages = []
        self.answer = "250 OK"
        self.delay = 0.0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def post():
    handler = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def mailing_app(real_app, post, monkeypatch) -> Flask:
    facts = {
        "mail_delivery": "smtp", "smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none",
        "mail_from": "ictsupport@northbrook.example",
    }  # fmt: skip
    with real_app.app_context():
        for name, value in facts.items():
            monkeypatch.setattr(settings(), name, value)
    return real_app


class Somebody:
    id = None
    name = "Pat Ashcroft"
    email = "pat@northbrook.example"


def put_down(app: Flask, **more) -> int:
    with app.app_context():
        outgoing = Outgoing(
            message_id="<one@northbrook.example>",
            to_name="Pat Ashcroft",
            to_address="pat@northbrook.example",
            subject="Your request",
            text="It works now.\n",
            template="test",
            created_at=clock.now(),
            **more,
        )
        db.session.add(outgoing)
        db.session.flush()
        jobs.enqueue("mail.send", {"outgoing": outgoing.id})
        db.session.commit()
        return outgoing.id


def test_a_message_reaches_the_mail_server_as_it_was_written(mailing_app, post):
    key = put_down(mailing_app, thread="<ticket-1@northbrook.example>")
    with mailing_app.app_context():
        assert jobs.run_all() == 1
        assert db.session.get_one(Outgoing, key).state == "sent"
    (message,) = post.messages
    assert message["To"] == "Pat Ashcroft <pat@northbrook.example>"
    assert message["Message-ID"] == "<one@northbrook.example>"
    assert message["References"] == "<ticket-1@northbrook.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["It works now."]


def test_an_invitation_is_a_calendar_part_beside_the_text(mailing_app, post):
    put_down(mailing_app, calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", calendar_method="REQUEST")
    with mailing_app.app_context():
        jobs.run_all()
    (message,) = post.messages
    assert message.get_content_type() == "multipart/alternative"
    _, calendar = message.iter_parts()
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar["Content-Type"].params["charset"] == "utf-8"


def test_a_server_that_refuses_for_now_is_tried_again(mailing_app, post):
    post.answer = "451 Try again later"
    key = put_down(mailing_app)
    with mailing_app.app_context():
        jobs.run_all()
        outgoing = db.session.get_one(Outgoing, key)
        assert outgoing.state == "delayed"
        assert "Try again later" in outgoing.error


def test_a_server_that_refuses_for_good_is_a_visible_failure(mailing_app, post):
    post.answer = "550 No such person"
    key = put_down(mailing_app)
    with mailing_app.app_context():
        jobs.run_all()
        assert db.session.get_one(Outgoing, key).state == "failed"
        assert db.session.scalar(sa.select(jobs.Job.failed_at)) is not None


def test_the_words_of_a_sign_in_mail_are_forgotten_once_sent(mailing_app, post):
    key = put_down(mailing_app, secret=True)
    with mailing_app.app_context():
        jobs.run_all()
        assert db.session.get_one(Outgoing, key).text == delivery.FORGOTTEN
    assert post.messages[0].get_content().splitlines() == ["It works now."]


def test_nobody_is_written_to_without_an_address(context):
    nobody = Somebody()
    nobody.email = None
    assert not send(to=nobody, template="anything")


def test_a_line_break_in_a_name_starts_no_header(mailing_app, post):
    with mailing_app.app_context():
        outgoing = Outgoing(
            message_id="<two@northbrook.example>",
            to_name="Pat Bcc: all@example.org",
            to_address="pat@northbrook.example",
            subject="a b",
            text="x",
            template="test",
            created_at=clock.now(),
        )
        assert "Bcc" not in delivery.compose(outgoing)


def send_what_waits(say):
    jobs.LEASE = timedelta(seconds=0.5)
    jobs.run_all()


def send_and_be_killed(say):
    hand_over = delivery.hand_over

    def hand_over_and_wait(message, config):
        hand_over(message, config)
        say("handed over")
        time.sleep(60)

    delivery.hand_over = hand_over_and_wait
    send_what_waits(say)


def test_a_kill_between_the_servers_answer_and_the_mark_sends_the_same_message_id_again(mailing_app, post):
    put_down(mailing_app)
    victim = Beside(mailing_app, send_and_be_killed)
    assert victim.hear() == "handed over"
    victim.kill()
    time.sleep(0.6)
    Beside(mailing_app, send_what_waits).finish()
    assert [message["Message-ID"] for message in post.messages] == ["<one@northbrook.example>"] * 2
    with mailing_app.app_context():
        assert db.session.scalars(sa.select(Outgoing.sent_at)).one() is not None
