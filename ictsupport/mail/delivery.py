"""Carrying the outbox out of the house."""

import smtplib
import ssl
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from .. import clock, jobs
from ..config import Settings, settings
from ..database import db
from .models import Outgoing

TIMEOUT = 20
FORGOTTEN = "The words of this message are not kept once it is sent.\n"


@jobs.handles("mail.send")
def deliver(payload: dict[str, Any]) -> None:
    """Send one message of the outbox and mark it sent.

    The transaction that reads it ends before the mail server is spoken to: no
    lock is held across the network. The mark is written in the transaction
    that finishes the job.
    """
    outgoing = db.session.get(Outgoing, payload["outgoing"])
    if outgoing is None or outgoing.sent_at:
        return
    message = compose(outgoing)
    db.session.commit()
    try:
        hand_over(message, settings())
    except (OSError, smtplib.SMTPException) as error:
        permanent = is_permanent(error)
        outgoing.error = str(error)[:2000]
        outgoing.failed_at = clock.now() if permanent else None
        db.session.commit()
        if permanent:
            raise jobs.GiveUp(str(error)) from error
        raise
    outgoing.sent_at, outgoing.error = clock.now(), None
    if outgoing.secret and settings().mail_delivery == "smtp":
        outgoing.text = FORGOTTEN
    db.session.flush()


def compose(outgoing: Outgoing) -> EmailMessage:
    """The message as it goes over the wire (RFC 5322, RFC 3834; invitations as RFC 6047 asks)."""
    config = settings()
    message = EmailMessage()
    message["From"] = _address(config.service_name, config.mail_from)
    message["To"] = _address(outgoing.to_name, outgoing.to_address)
    message["Subject"] = outgoing.subject
    message["Date"] = format_datetime(outgoing.created_at.astimezone(UTC))
    message["Message-ID"] = outgoing.message_id
    if outgoing.thread:
        message["References"] = message["In-Reply-To"] = outgoing.thread
    if config.mail_inbox and config.mail_inbox.lower() != config.mail_from.lower():
        message["Reply-To"] = config.mail_inbox
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(outgoing.text)
    if outgoing.calendar:
        message.add_alternative(
            outgoing.calendar.encode(),
            maintype="text",
            subtype="calendar",
            cte="base64",
            params={"method": outgoing.calendar_method or "REQUEST", "charset": "utf-8"},
        )
    return message


def trial(address: str) -> EmailMessage:
    """A message to see whether mail leaves this machine."""
    config = settings()
    message = EmailMessage()
    message["From"] = _address(config.service_name, config.mail_from)
    message["To"] = address
    message["Subject"] = f"{config.service_name}: this is a test"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("If you can read this, mail from the service reaches you.\n")
    return message


def hand_over(message: EmailMessage, config: Settings) -> None:
    """Give the message to the mail server; in the demonstration the post office just keeps it."""
    if config.mail_delivery == "post-office":
        return
    context = ssl.create_default_context()
    if config.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            config.smtp_host, config.smtp_port, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT)
    with server:
        if config.smtp_security == "starttls":
            server.starttls(context=context)
        if config.smtp_username:
            server.login(config.smtp_username, config.smtp_password.get_secret_value())
        server.send_message(message)


def is_permanent(error: Exception) -> bool:
    """Whether trying again is in vain: the server said no with a 5xx about this very message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError) and error.smtp_code >= 500


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)
