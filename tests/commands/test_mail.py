"""What an administrator can find out about mail at the command line."""

from ictsupport import clock
from ictsupport.commands import mail
from ictsupport.database import db
from ictsupport.mail import Outgoing


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(mail.group, list(arguments))


def test_what_has_not_left_is_listed_with_the_servers_words(context):
    db.session.add(
        Outgoing(
            message_id="<a@b>", to_name="Pat", to_address="pat@northbrook.example", subject="Your request", text="x",
            template="t", created_at=clock.now(), error="550 no such person", failed_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    output = run(context, "list", "--failed").output
    assert "pat@northbrook.example: Your request" in output
    assert "550 no such person" in output


def test_where_mail_stays_here_a_trial_says_so(context):
    assert "nothing was sent" in run(context, "test", "pat@northbrook.example").output


def test_a_server_that_cannot_be_reached_is_an_error_in_words(context, monkeypatch):
    config = context.config["SETTINGS"]
    monkeypatch.setattr(config, "mail_delivery", "smtp")
    monkeypatch.setattr(config, "smtp_host", "127.0.0.1")
    monkeypatch.setattr(config, "smtp_port", 1)
    result = run(context, "test", "pat@northbrook.example")
    assert result.exit_code == 1
    assert "127.0.0.1:1 did not take it" in result.output
