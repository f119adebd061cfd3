"""Checking that whoever asks is who they say they are, before a password or a device is given out.

A number or an address that was changed within the last day proves nothing:
changing it may have been the first step of whoever is asking now.
"""

from datetime import timedelta

from sqlalchemy import exists, select

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import Entry, Subject, announce
from ...people.models import Person
from ..models import Ticket
from ..parts import before_resolving
from ..texts import line
from ..versions import take_turn
from .events import IdentityChecked
from .models import FilledForm, IdentityCheck, Proof, RequestType, TypeForm

FRESH = timedelta(days=1)
CONTACT = ("phone", "email")


class NoNumberHeld(Refusal):
    reason = "We hold no telephone number for {name}. Check in another way."


class ChangedToday(Refusal):
    reason = (
        "The telephone number or e-mail address of {name} was changed within the last day, so ringing it "
        "proves nothing. Have their manager confirm, or see them in person."
    )


class OwnWord(Refusal):
    reason = "Nobody can vouch for themself. Ask a colleague to check."


class WhoConfirmed(Refusal):
    reason = "Say who confirmed it: the manager’s name."


def check_identity(ticket: Ticket, proof: Proof, *, by: Person, detail: str = "") -> IdentityCheck:
    """Put down how the requester was found to be who they say they are."""
    now = take_turn(ticket)
    requester = ticket.requester
    detail = line(detail, what="Who or where", limit=200)
    if by.id == requester.id:
        raise OwnWord
    if proof is Proof.RANG:
        if not requester.phone:
            raise NoNumberHeld(name=requester.name)
        if contact_is_fresh(requester):
            raise ChangedToday(name=requester.name)
    if proof is Proof.MANAGER:
        if not detail:
            raise WhoConfirmed
        if detail.casefold() == requester.name.casefold():
            raise OwnWord
    check = IdentityCheck(ticket_id=ticket.id, proof=proof, detail=detail, by_id=by.id, at=now)
    db.session.add(check)
    ticket.updated_at = now
    said = f"{proof.value}{': ' + detail if detail else ''}"
    announce(IdentityChecked(about=ticket, by=by, version=ticket.version, proof=proof.value, reason=said))
    return check


def contact_is_fresh(person: Person) -> bool:
    """Whether somebody's number or address was changed within the last day."""
    entries = db.session.scalars(
        select(Entry)
        .join(Entry.subjects)
        .where(
            Subject.kind == Person.__tablename__,
            Subject.subject_id == person.id,
            Entry.kind == "people.PersonChanged",
            Entry.at > clock.now() - FRESH,
        )
    )
    return any(name in (entry.data.get("changes") or {}) for entry in entries for name in CONTACT)


def is_unchecked(ticket: Ticket) -> bool:
    """Whether the ticket asks for a check that nobody has made."""
    asks = (
        select(FilledForm.ticket_id)
        .join(TypeForm, TypeForm.id == FilledForm.form_id)
        .join(RequestType, RequestType.id == TypeForm.type_id)
        .where(
            FilledForm.ticket_id == ticket.id,
            RequestType.identity_check,
            ~exists().where(IdentityCheck.ticket_id == ticket.id),
        )
    )
    return db.session.scalar(asks) is not None


@before_resolving
def identity_first(ticket: Ticket) -> str | None:
    """A sentence while nobody has checked who asks, where that must be known."""
    if not is_unchecked(ticket):
        return None
    return "Check first that the requester is who they say they are, and record how."
