"""Putting a message in the outbox, in the transaction of the event it tells of."""

import secrets
from typing import Any, Protocol

from flask import current_app, render_template
from sqlalchemy import insert

from .. import clock, jobs
from ..config import settings
from ..database import Model, db, dialect_name, identity, its, part_of, table_of
from .models import Outgoing


class Addressee(Protocol):
    """Whoever can be written to: a person."""

    id: Any
    name: Any
    email: Any


def send(
    *,
    to: Addressee,
    template: str,
    about: Model | None = None,
    thread: str | None = None,
    calendar: tuple[str, str] | None = None,
    secret: bool = False,
    **context: Any,
) -> bool:
    """Write templates/mail/<template>.txt to the person. Its first line is the subject.

    In the template `link("tickets.ticket", reference=...)` is a page's full address.

    `about` is the row the message tells of, `thread` the name its messages are
    held together by, `calendar` an iTIP method and the VCALENDAR text. The
    words of a `secret` message (a sign-in link) are forgotten once it is sent.
    Says whether there was an address to write to.
    """
    if not to.email:
        return False
    subject, text = written(to, template, **context)
    method, ics = calendar or (None, None)
    row = {
        "message_id": f"<{secrets.token_hex(12)}@{domain()}>",
        "thread": thread,
        "to_id": to.id,
        "to_name": _one_line(to.name, 200),
        "to_address": to.email,
        "subject": _one_line(subject, 300),
        "text": text + "\n",
        "calendar": ics,
        "calendar_method": method,
        "template": template,
        "secret": secret,
        "about_kind": about.__tablename__ if about is not None else None,
        "about_id": identity(about) if about is not None else None,
        "created_at": clock.now(),
    }
    _store(row)
    return True


def _store(row: dict[str, Any]) -> None:
    """Put the message down, and the job that sends it."""
    connection = db.session.connection()
    if dialect_name() == "postgresql":
        connection.execute(_WITH_ITS_JOB, {**its(row), "now": row["created_at"]})
    else:
        jobs.enqueue("mail.send", {"outgoing": connection.execute(_OUTGOING, row).scalar_one()})


_OUTGOING = insert(table_of(Outgoing)).returning(Outgoing.id)
_COLUMNS = (
    *(
        "message_id",
        "thread",
        "to_id",
        "to_name",
        "to_address",
        "subject",
        "text",
        "calendar",
        "calendar_method",
    ),
    *("template", "secret", "about_kind", "about_id", "created_at"),
)
_WITH_ITS_JOB = jobs.enqueue_for(part_of(Outgoing, _COLUMNS, "new_message"), "mail.send", "outgoing")


def written(to: Addressee, template: str, **context: Any) -> tuple[str, str]:
    """A message as it would be sent: its subject and its words."""
    own_words = current_app.extensions["pages.service"]
    text = render_template(f"mail/{template}.txt", to=to, link=address_of, service=own_words, **context)
    subject, _, body = text.strip().partition("\n")
    return subject.removeprefix("Subject:").strip(), body.strip()


def address_of(endpoint: str, **values: Any) -> str:
    """The full address of a page, for mail: the same whether a request or a worker writes it."""
    config = settings()
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return (config.base_url or f"http://{config.host}:{config.port}").rstrip("/") + path


def domain() -> str:
    """The part after the @ of the service's own address, for message ids."""
    return settings().mail_from.rpartition("@")[2] or "localhost"


def _one_line(text: str, length: int) -> str:
    """Header text: no line breaks (they would start another header), not too long."""
    return " ".join(text.split())[:length]
