"""Who may read and write guides."""

from sqlalchemy import ColumnElement, Select, false, or_, select

from ..people.access import DESK
from ..people.models import Person, RequesterKind
from .models import Guide, State


def keeps_guides(person: Person) -> bool:
    """Whether somebody writes, publishes and retires guides: the desk."""
    return person.has_role(*DESK)


def visible_guides(person: Person) -> Select[Guide]:
    """The desk reads all, drafts and retired ones too; everybody else what is published for their kind."""
    guides = select(Guide)
    return guides if keeps_guides(person) else guides.where(meant_for(person))


def meant_for(person: Person) -> ColumnElement[bool]:
    """SQL: published guides that somebody may be shown while they look for help."""
    return (Guide.state == State.PUBLISHED) & _audience(person)


def _audience(person: Person) -> ColumnElement[bool]:
    theirs = _of_kind(person.requester_kind)
    return or_(Guide.for_agents, Guide.for_members, Guide.for_staff) if keeps_guides(person) else theirs


def _of_kind(kind: RequesterKind) -> ColumnElement[bool]:
    """Contacts of suppliers read none: guides are for those who work for or serve on a council."""
    columns: dict[RequesterKind, ColumnElement[bool]] = {
        RequesterKind.MEMBER: Guide.for_members.is_(True),
        RequesterKind.STAFF: Guide.for_staff.is_(True),
    }
    return columns.get(kind, false())
