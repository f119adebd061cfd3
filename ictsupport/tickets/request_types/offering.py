"""Which request types there are for somebody, and the versions of forms that are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import joinedload, raiseload

from ...database import db
from ...people.models import Person
from ...statements import put_together
from ...unchanged import until_changed
from ..models import Ticket, TicketType
from .models import Audience, FilledForm, IdentityCheck, RequestType, TypeForm


@dataclass(frozen=True)
class Filled:
    """A form that has been answered, to be raised with."""

    form: TypeForm
    answers: list[dict[str, Any]]

    @property
    def type(self) -> RequestType:
        return self.form.type


def keep_answers(ticket: Ticket, filled: Filled) -> None:
    """Keep what was answered beside the ticket, with the version of the form that asked it."""
    db.session.add(FilledForm(ticket_id=ticket.id, form_id=filled.form.id, answers=filled.answers))
    db.session.flush()


@dataclass(frozen=True)
class Offered:
    """A request type as somebody chooses it."""

    id: int
    slug: str
    name: str
    hint: str
    ticket_type: TicketType | None
    audience: Audience


def types_for(person: Person, *, every: bool = False) -> Sequence[Offered]:
    """The request types offered to somebody, in their order; `every` for who asks in others' names too."""
    theirs = (Audience.EVERYBODY, Audience.MEMBERS if person.is_member else Audience.STAFF)
    return [each for each in _offered() if every or each.audience in theirs]


@until_changed(RequestType)
def _offered() -> Sequence[Offered]:
    columns = [RequestType.__table__.c[each.name] for each in fields(Offered)]
    rows = select(*columns).where(RequestType.retired_at.is_(None))
    return [Offered(*row) for row in db.session.execute(rows.order_by(RequestType.position, RequestType.id))]


def of_kind_first(types: Sequence[Offered], kind: TicketType | None) -> list[Offered]:
    """Those of the kind somebody came for first; what fits both stays at the end."""
    if kind is None:
        return list(types)
    return sorted(
        types, key=lambda each: 2 if each.ticket_type is None else int(each.ticket_type is not kind)
    )


def form_now(type_id: int) -> TypeForm | None:
    """The version of a type's form that is asked now."""
    return db.session.scalars(
        _forms().where(TypeForm.type_id == type_id).order_by(TypeForm.number.desc()).limit(1)
    ).first()


def form_of(form_id: int | None) -> TypeForm | None:
    """A version of a form, with its type."""
    if not form_id:
        return None
    return db.session.scalars(_forms().where(TypeForm.id == form_id)).first()


def _forms() -> Any:
    return select(TypeForm).options(
        joinedload(TypeForm.type).options(joinedload(RequestType.queue), joinedload(RequestType.system))
    )


@put_together
def _filled() -> Any:
    ticket_id: BindParameter[int] = bindparam("ticket")
    newest = select(func.max(IdentityCheck.id)).where(IdentityCheck.ticket_id == ticket_id).scalar_subquery()
    return (
        select(FilledForm, IdentityCheck)
        .outerjoin(IdentityCheck, IdentityCheck.id == newest)
        .where(FilledForm.ticket_id == ticket_id)
        .options(
            joinedload(FilledForm.form).options(joinedload(TypeForm.type).raiseload("*"), raiseload("*")),
            joinedload(IdentityCheck.by),
            raiseload(FilledForm.ticket),
        )
    )


def filled_of(ticket_id: int) -> tuple[FilledForm, IdentityCheck | None] | None:
    """What was answered when the ticket was raised, and the newest check of identity. One statement."""
    row = db.session.execute(_filled(), {"ticket": ticket_id}).first()
    return (row[0], row[1]) if row is not None else None
