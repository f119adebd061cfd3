"""A mail on a ticket as its sender laid it out, shown safe."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from ...config import settings
from ...database import db
from ...mail import layout
from ...mail.models import IncomingMessage
from ...mail.reading import Letter, read
from ...people.access import DESK, allow, me
from ..access import note_reading, workable
from ..attachments import label_of
from ..blueprint import bp
from ..models import Attachment, Ticket
from .models import Mailed


@bp.get("/mails/<int:mail_id>")
@allow(*DESK)
def mail_layout(mail_id: int) -> ResponseReturnValue:
    """Made from the message as it came, each time: what is learned about hostile mail holds for old mail too."""
    mail: Mailed = db.one_or_404(
        select(Mailed)
        .join(Ticket, Ticket.id == Mailed.ticket_id)
        .where(Mailed.id == mail_id, Mailed.has_layout, workable(me()))
    )
    ticket = db.session.get_one(Ticket, mail.ticket_id)
    note_reading(ticket, me())
    raw = db.session.scalar(select(IncomingMessage.raw).where(IncomingMessage.id == mail.incoming_id))
    return render_template(
        "tickets/by_email/layout.html",
        ticket=ticket,
        mail=mail,
        html=_html(read(raw), ticket, mail) if raw else "",
        days=settings().mail_raw_kept_days,
    )


def _html(letter: Letter, ticket: Ticket, mail: Mailed) -> Markup:
    """The layout, with the pictures that came with it and are files of the ticket now."""
    files = db.session.execute(
        select(Attachment.id, Attachment.name, Attachment.size)
        .where(Attachment.ticket_id == ticket.id, Attachment.message_id.is_not_distinct_from(mail.message_id))
        .order_by(Attachment.id.desc())
    )
    kept = {(file.name, file.size): file.id for file in files}
    pictures = {
        each.cid: url_for("tickets.file", reference=ticket.reference, file_id=file_id)
        for each in letter.files
        if each.cid and (file_id := kept.get((label_of(each.name), len(each.content))))
    }
    return Markup(layout.shown(letter.html, pictures))  # noqa: S704  (what is shown has been cleaned)
