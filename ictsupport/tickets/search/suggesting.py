"""What may be meant while somebody is still typing: the newest of their tickets that begin to fit."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...people.models import Person
from ..access import is_desk, visible_tickets
from ..models import Ticket
from . import finding as search
from .words import Wanted, parse

SUGGESTED = 8
SHORTEST = 2


def suggestions(typed: str, person: Person) -> Sequence[Any]:
    """(reference, subject, status, name of the requester) of tickets the person may see, newest first."""
    fits = _fits(typed.strip(), person)
    if fits is None:
        return []
    return db.session.execute(
        select(Ticket.reference, Ticket.subject, Ticket.status, Person.name)
        .join(Person, Person.id == Ticket.requester_id)
        .where(fits)
        .order_by(Ticket.id.desc())
        .limit(SUGGESTED)
    ).all()


def _fits(typed: str, person: Person) -> ColumnElement[bool] | None:
    """SQL: the tickets that fit so far, or None where too little has been typed."""
    prefix = settings().reference_prefix
    named = re.fullmatch(rf"(?:{re.escape(prefix)}-?)?(\d{{2,9}})", typed, re.IGNORECASE)
    if named is not None:
        seen = visible_tickets(person).with_only_columns(Ticket.id)
        return Ticket.reference.between(f"{prefix}-{named[1]}", f"{prefix}-{named[1]}:") & Ticket.id.in_(seen)
    if len(typed) < SHORTEST:
        return None
    try:
        wanted = parse(typed).so_far
    except Refusal:
        return None
    return Ticket.id.in_(_ids(wanted, person))


def _ids(wanted: Wanted, person: Person) -> list[int]:
    own = search.own_newest(wanted, person)
    works = search.newest(wanted, person, most=SUGGESTED) if is_desk(person) else []
    return sorted({*own, *works}, reverse=True)[:SUGGESTED]
