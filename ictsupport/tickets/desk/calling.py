"""Somebody rings or stands at the desk: who they are, and their ticket in one go, resolved at once if it can be."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...database import db
from ...devices.models import Custody, Device
from ...pages.fields import Found
from ...people import queries as people
from ...people.access import visible_people
from ...people.models import Person
from ..models import CallResult, Channel, Resolution, Ticket
from ..raising import raise_ticket
from ..replying import log_call
from ..resolving import resolve

AT_MOST = 10


def callers(typed: str, by: Person) -> list[Found]:
    """Who may be calling: by name, number, e-mail or the asset tag of what they hold, among those `by` may see."""
    typed = typed.strip()
    if not typed:
        return []
    found = people.suggestions(by, typed.partition(" – ")[0])
    exact = [one for one in found if one.label == typed]
    return exact or [*_holders(typed, by), *found][:AT_MOST]


def _holders(asset_tag: str, by: Person) -> list[Found]:
    """Who holds the device with that tag."""
    held = (
        select(Custody.person_id, Device.asset_tag)
        .join(Device, Device.id == Custody.device_id)
        .where(
            Device.asset_tag.ilike(asset_tag.replace("%", "").replace("_", "")), Custody.returned_at.is_(None)
        )
    )
    return [
        Found(str(person_id), caller.name, f"has {tag}")
        for person_id, tag in db.session.execute(held)
        if (caller := caller_to_show(person_id, by)) is not None
    ]


def caller_to_show(person_id: int, by: Person) -> Person | None:
    """The person with that id, if `by` may see them."""
    found = visible_people(by).where(Person.id == person_id).options(joinedload(Person.terms))
    return db.session.scalars(found).unique().first()


def log_and_resolve(
    requester: Person,
    *,
    by: Person,
    subject: str,
    description: str,
    channel: Channel,
    resolution: Resolution,
    notes: str,
    **more: Any,
) -> Ticket:
    """Raise a ticket, record that they spoke, and resolve it: one press, all of it or nothing."""
    ticket = raise_ticket(
        requester=requester, subject=subject, description=description, by=by, channel=channel, **more
    )
    if channel is Channel.PHONE:
        log_call(ticket, notes, CallResult.SPOKE, by=by)
    resolve(ticket, resolution, notes, by=by)
    return ticket
