"""ictsupport mail: what has been written to people, and whether it has left."""

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from ..config import settings
from ..database import db
from ..mail import Outgoing, delivery

group = AppGroup("mail", help="Look after the mail that goes out.")


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
