"""Putting right what a ticket says of itself."""

from typing import Any

from ..database import db
from ..journal import announce
from ..people.models import Person
from ..people.scopes import scoped_to
from .changing import change
from .events import DetailsChanged
from .models import Ticket
from .prioritising import priority_for
from .raising import contact_details, still_to_come
from .targets import timing as targets
from .texts import line, prose
from .versions import merged_with, take_turn

LINES = {"category": 80, "needed_for": 120, "supplier_reference": 80}
PLAIN = ("ticket_type", "device", "contact_by", "confidential", "minutes_spent", "needed_by")
LISTS = ("systems", "watchers", "affected")
RETARGETS = {"ticket_type", "council", "requester", "priority"}


def amend(ticket: Ticket, *, by: Person | None, seen: int | None = None, **fields: Any) -> None:
    """Change some of: subject, description, ticket_type, category, systems, affected, watchers, device, council,
    requester, needed_by, needed_for, contact_by, contact_number, supplier_reference, minutes_spent, confidential.

    Targets follow a change of type, council or requester and keep what their clocks have counted.
    """
    now = take_turn(ticket)
    fields = merged_with(ticket, seen, fields)
    values: dict[str, Any] = {name: fields.pop(name) for name in PLAIN if name in fields}
    values.update((name, list(dict.fromkeys(fields.pop(name)))) for name in LISTS if name in fields)
    for name, limit in LINES.items():
        if name in fields:
            values[name] = line(fields.pop(name), what=f"The {name.replace('_', ' ')}", limit=limit)
    if "subject" in fields:
        values["subject"] = line(fields.pop("subject"), what="The subject", needed=True)
    if "description" in fields:
        values["description"] = prose(fields.pop("description"), what="The description")
    if "contact_number" in fields or "contact_by" in values:
        number = fields.pop("contact_number", ticket.contact_number)
        values["contact_number"] = contact_details(values.get("contact_by", ticket.contact_by), number)
    if values.get("needed_by") is not None and values["needed_by"] != ticket.needed_by:
        still_to_come(values["needed_by"], now)
    if "requester" in fields:
        requester: Person = fields.pop("requester")
        values.update(requester=requester, requester_kind=requester.requester_kind)
    if "council" in fields:
        values.update(_for_council(ticket, fields.pop("council")))
    if fields:
        raise TypeError(f"A ticket has no {', '.join(sorted(fields))} to amend")
    changes = change(ticket, by=by, at=now, **values)
    if not changes:
        return
    db.session.flush()
    if RETARGETS & changes.keys():
        targets.retarget(ticket, at=now, reason="details changed")
    if "needed_by" in changes and ticket.is_open:
        targets.need_by(ticket, at=now)
    announce(DetailsChanged(about=ticket, by=by, version=ticket.version, changes=changes))


def _for_council(ticket: Ticket, council: Any) -> dict[str, Any]:
    """The columns that follow when the work turns out to be another council's: its matrix counts from now on."""
    values = {"council": None, **scoped_to(council)}
    if ticket.is_open and ticket.priority_override_reason is None:
        values["priority"] = priority_for(ticket.impact, ticket.urgency, council.id if council else None)
    return values
