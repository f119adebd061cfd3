"""ictsupport mail: what has been written to people, and whether it has left; and mail that comes in."""

import json
import logging
import sys
from typing import Any, BinaryIO

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy import func, select

from ..config import settings
from ..database import db
from ..errors import Refusal
from ..mail import Outgoing, delivery, layout, mailbox, receiving
from ..mail.reading import Letter
from ..mail.reading import read as read_letter

log = logging.getLogger(__name__)

TAKEN, REFUSED, TRY_AGAIN = 0, 65, 75
"""What a mail server understands (sysexits.h): taken, refused for good (EX_DATAERR), keep it and try again (EX_TEMPFAIL)."""

group = AppGroup("mail", help="Look after the mail that goes out, and take in what comes.")


@group.command("list")
@click.option("--failed", is_flag=True, help="Only what could not be sent.")
@click.option("--limit", default=20, show_default=True)
def show(failed: bool, limit: int) -> None:
    """Show what has not been sent yet, and what failed."""
    waiting = select(Outgoing).where(Outgoing.sent_at.is_(None)).order_by(Outgoing.id.desc()).limit(limit)
    if failed:
        waiting = waiting.where(Outgoing.failed_at.is_not(None))
    rows = db.session.scalars(waiting).all()
    for row in rows:
        click.echo(
            f"{row.id:>8} {row.state:<8} {row.created_at:%Y-%m-%d %H:%M} {row.to_address}: {row.subject}"
        )
        if row.error:
            click.echo(f"         {row.error}")
    sent = db.session.scalar(select(func.count()).where(Outgoing.sent_at.is_not(None)))
    click.echo(f"{len(rows)} shown; {sent} have been sent. They leave by “{settings().mail_delivery}”.")


@group.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send one message to ADDRESS at once, to see whether mail leaves this machine."""
    config = settings()
    message = delivery.trial(address)
    try:
        delivery.hand_over(message, config)
    except OSError as error:
        raise click.ClickException(
            f"{config.smtp_host}:{config.smtp_port} did not take it: {error}"
        ) from error
    if config.mail_delivery == "post-office":
        click.echo("Mail is set to stay here (ICTSUPPORT_MAIL_DELIVERY=post-office), so nothing was sent.")
    else:
        click.echo(f"{config.smtp_host} took the message for {address}.")


@group.command("receive", with_appcontext=False)
@click.pass_context
def receive(context: click.Context) -> None:
    """Take in one message from standard input, for a mail server's pipe.

    Ends with 0 once the message is kept, 75 if the mail server should try
    again, and 65 if the message is larger than the service takes, or empty.
    """
    try:
        app = context.ensure_object(ScriptInfo).load_app()
        status = take_in(app, sys.stdin.buffer)
    except Exception as error:  # nothing may be lost: the mail server keeps it
        log.exception("a message could not be kept")
        click.echo(f"Not now: {type(error).__name__}", err=True)
        status = TRY_AGAIN
    context.exit(status)


@group.command("parse", with_appcontext=False)
def parse() -> None:
    """Print as JSON what is read of the message on standard input; nothing is kept."""
    letter = read_letter(sys.stdin.buffer.read())
    click.echo(json.dumps(as_json(letter), ensure_ascii=False, indent=2))


@group.command("read")
def read() -> None:
    """Read the mailbox of the settings once, to see whether it can be read."""
    config = settings()
    if not config.imap_host:
        raise click.ClickException("No mailbox is named (ICTSUPPORT_IMAP_HOST).")
    try:
        run = mailbox.read_mailbox()
    except mailbox.Trouble as error:
        said = mailbox.in_words(error, config)
        raise click.ClickException(f"{config.mailbox_name} could not be read: {said}") from None
    click.echo(f"{run.kept} kept, {run.known} were kept before, {run.left} left there, flagged.")


def as_json(letter: Letter) -> dict[str, Any]:
    """What was read of a message, for those who ask why it went where it did."""
    return {
        **{"from_name": letter.from_name, "from": letter.from_address, "to": letter.to, "cc": letter.cc},
        **{"subject": letter.subject, "text": letter.text, "html": layout.shown(letter.html)},
        **{"reply_text": letter.words, "rest": letter.rest},
        "attachments": [
            {
                "filename": file.name,
                "size": len(file.content),
                "content_type": file.kind,
                "inline": bool(file.cid),
            }
            for file in letter.files
        ],
        **{
            "message_id": letter.message_id,
            "in_reply_to": letter.in_reply_to,
            "references": letter.references,
        },
        **{"auto": bool(letter.automatic), "auto_because": letter.automatic, "bounce": letter.bounce},
        **{"sender_fails": letter.sender_fails, "trouble": letter.trouble},
    }


def take_in(app: Flask, stream: BinaryIO) -> int:
    """Keep the message on the stream; returns the status to end with."""
    with app.app_context():
        raw = stream.read(receiving.largest() + 1)
        try:
            receiving.receive(raw)
            db.session.commit()
        except Refusal as refusal:
            db.session.rollback()
            click.echo(str(refusal), err=True)
            return REFUSED
        finally:
            db.session.remove()
            db.engine.dispose()
    return TAKEN
