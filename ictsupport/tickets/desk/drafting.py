"""Drafts: what an agent has begun to write on a ticket stays, whatever colleagues do to the ticket meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import load_only

from ... import clock, jobs, scheduler
from ...database import db, insert_if_new, table_of
from ...errors import Refusal
from ...pages.presses import Press
from ...people.models import Person
from ..access import workable
from ..models import Ticket
from ..texts import CONTROL
from .models import Draft

KEPT = timedelta(days=90)
LONGEST = 60_000
NOT_KEPT = frozenset({"csrf_token", "once", "version", "saved_reply"})
CHOICES = frozenset({"kind", "result", "reason"})
"""Always hold something; alone they are nothing worth keeping."""


class TooMuch(Refusal):
    reason = "This is too long to be kept as a draft. Shorten it, or attach it as a file."


def keep_draft(ticket: Ticket, typed: Mapping[str, str], *, by: Person, once: str = "") -> Draft | None:
    """Keep what was typed as the person's draft on the ticket; nothing typed takes it away.

    `once` is the key of the form: when that form has been sent already, a
    draft that arrives late does not bring back what was said.
    """
    kept = {
        name: CONTROL.sub("", value.replace("\r\n", "\n"))
        for name, value in typed.items()
        if name not in NOT_KEPT and value.strip()
    }
    if sum(len(name) + len(value) for name, value in kept.items()) > LONGEST:
        raise TooMuch
    if once and db.session.get(Press, once[:64]) is not None:
        return None
    if not kept.keys() - CHOICES:
        drop_draft(ticket, by=by)
        return None
    now = clock.now()
    insert_if_new(Draft, [{"person_id": by.id, "ticket_id": ticket.id, "typed": kept, "saved_at": now}])
    draft = db.session.scalars(
        select(Draft).where(Draft.person_id == by.id, Draft.ticket_id == ticket.id).with_for_update()
    ).one()
    draft.typed, draft.saved_at = kept, now
    return draft


def drop_draft(ticket: Ticket, *, by: Person) -> None:
    """It was sent, or is not wanted any more."""
    drafts = table_of(Draft)
    gone = delete(drafts).where(drafts.c.person_id == by.id, drafts.c.ticket_id == ticket.id)
    db.session.connection().execute(gone)


def drafts_of(person: Person) -> Sequence[tuple[Draft, Ticket]]:
    """What the person has begun to write, last first, on tickets they still work."""
    rows = db.session.execute(
        select(Draft, Ticket)
        .join(Ticket, Ticket.id == Draft.ticket_id)
        .where(Draft.person_id == person.id, workable(person))
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
        .limit(100)
        .options(load_only(Ticket.reference, Ticket.subject, Ticket.status))
    )
    return [(row[0], row[1]) for row in rows]


@jobs.handles("tickets.forget_drafts")
def _forget(_payload: dict[str, Any]) -> None:
    db.session.execute(delete(Draft).where(Draft.saved_at < clock.now() - KEPT))


scheduler.every("tickets.forget_drafts", hours=24)
