"""Somebody rings or stands at the desk: who they are, and their ticket in one go, resolved at once if it can be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from ...database import db
from ...devices.models import Custody, Device
from ...pages.fields import Found
from ...people import queries as people
from ...people.access import visible_people
from ...people.models import Person
from ...statements import put_together
from ..emails import Call, in_one_letter
from ..models import CallResult, Channel, Resolution, Ticket
from ..raising import raise_ticket
from ..replying import log_call
from ..request_types.identity import check_identity
from ..request_types.models import Proof
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
    return db.session.scalars(_caller(by), {"person": person_id}).unique().first()


@put_together
def _caller(by: Person) -> Select[Person]:
    return visible_people(by).where(Person.id == bindparam("person")).options(joinedload(Person.terms))


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a call ended: with the matter done, with a promise to ring back, and how the caller was known to be who they say."""

    resolution: Resolution | None = None
    notes: str = ""
    promised_at: datetime | None = None
    proof: Proof | None = None
    proof_detail: str = ""


def take_call(
    requester: Person, *, by: Person, description: str, channel: Channel, ending: Ending, **more: Any
) -> Ticket:
    """Raise a ticket, record what was checked and promised, and resolve it: one press, all of it or nothing."""
    done = ending.resolution is not None
    with in_one_letter(Call(done, ending.promised_at)):
        ticket = raise_ticket(requester=requester, description=description, by=by, channel=channel, **more)
        if ending.proof is not None:
            check_identity(ticket, ending.proof, by=by, detail=ending.proof_detail)
        if (done and channel is Channel.PHONE) or ending.promised_at is not None:
            said = ending.notes or description or ticket.subject
            log_call(ticket, said, CallResult.SPOKE, by=by, promised_at=ending.promised_at)
        if ending.resolution is not None:
            resolve(ticket, ending.resolution, ending.notes, by=by)
    return ticket
