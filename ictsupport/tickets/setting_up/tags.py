"""Tags put in order: renamed, merged, removed where they are on no ticket.

A tag of which somebody may open no ticket is not there for them: its name
alone could tell too much. So nothing here counts it, lists it or refuses for
its sake.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, delete, exists, func, or_, select, update

from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person, Role
from ..access import workable
from ..desk.models import Tag, ticket_tags
from ..models import Ticket
from ..tagging import names_in
from .access import NotYoursToSet
from .events import TagChanged

OFFERED = 500


class NoName(Refusal):
    reason = "Say what the tag is to be called: one name, without commas."


class SameName(Refusal):
    reason = "It is called that already."


class NameInUse(Refusal):
    reason = "There is a tag “{name}” already. Merge this one into it instead."


class StillUsed(Refusal):
    reason = "“{name}” is on tickets. Take it off them first, or merge it into another tag."


def may_keep_tags(person: Person) -> bool:
    """Whether the person may change tags: they are the same for all councils."""
    return person.has_role_for(None, Role.MANAGER)


def tags_with_counts(person: Person) -> Select[Any]:
    """The tags somebody may know of, with how many tickets they may open have each."""
    return select(
        Tag.id,
        Tag.name,
        _on_tickets(person).with_only_columns(func.count()).scalar_subquery().label("tickets"),
    ).where(_known_to(person))


def tags_to_keep(person: Person) -> Select[Tag]:
    """The same tags, to work with."""
    return select(Tag).where(_known_to(person))


def names_before(tag_ids: Sequence[int]) -> dict[int | None, list[str]]:
    """What tags were called before."""
    found: dict[int | None, list[str]] = {}
    rows = select(Tag.became_id, Tag.name).where(Tag.became_id.in_(tag_ids)).order_by(Tag.name)
    for tag_id, name in db.session.execute(rows):
        found.setdefault(tag_id, []).append(name)
    return found


def count_of(tag: Tag, person: Person, *, without: Tag | None = None) -> int:
    """On how many tickets that somebody may open the tag is."""
    found = select(func.count()).select_from(ticket_tags).join(Ticket, Ticket.id == ticket_tags.c.ticket_id)
    found = found.where(ticket_tags.c.tag_id == tag.id, workable(person))
    if without is not None:
        has = select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == without.id)
        found = found.where(ticket_tags.c.ticket_id.not_in(has))
    return db.session.scalar(found) or 0


def rename_tag(tag: Tag, typed: str, *, by: Person) -> None:
    """Call it otherwise. The old name goes on finding it, in saved views, macros and addresses."""
    _turn(tag, by=by)
    names = names_in(typed)
    if len(names) != 1:
        raise NoName
    (new,), old = names, tag.name
    if new == old:
        raise SameName
    there = db.session.scalars(select(Tag).where(Tag.name == new)).first()
    if there is not None and there.became_id is None:
        if db.session.scalar(tags_to_keep(by).where(Tag.id == there.id)) is not None:
            raise NameInUse(name=new)
        _become(tag, there)  # whoever renames may not know that it is there
    else:
        if there is not None:
            db.session.delete(there)
            db.session.flush()
        tag.name = new
        db.session.flush()
        db.session.add(Tag(name=old, became_id=tag.id))
    announce(TagChanged(about=tag, by=by, name=old, changes={"Name": [old, new]}))


def merge_tags(tag: Tag, other: Tag, *, by: Person) -> None:
    """Have all its tickets carry the other tag instead. This cannot be undone."""
    _turn(*sorted((tag, other), key=lambda one: one.id), by=by)
    if tag.id == other.id:
        raise SameName
    _become(tag, other)
    announce(TagChanged(about=tag, by=by, name=tag.name, changes={"Merged into": [None, other.name]}))


def remove_tag(tag: Tag, *, by: Person) -> None:
    """Offer it no more, nor the names it went by: it is on no ticket at all."""
    _turn(tag, by=by)
    if db.session.scalar(select(_on_any(tag.id))):
        raise StillUsed(name=tag.name)
    announce(TagChanged(about=tag, by=by, name=tag.name, changes={"Tag": [tag.name, "removed"]}))
    db.session.execute(delete(Tag).where(Tag.became_id == tag.id))
    db.session.delete(tag)
    db.session.flush()


# Inside


def _known_to(person: Person) -> ColumnElement[bool]:
    """SQL: tags in use on tickets the person may open, and those on none."""
    seen = _on_tickets(person).with_only_columns(ticket_tags.c.ticket_id).exists()
    return and_(Tag.became_id.is_(None), or_(seen, ~_on_any(Tag.id)))


def _on_tickets(person: Person) -> Select[Any]:
    return (
        select(ticket_tags.c.ticket_id)
        .select_from(ticket_tags)
        .join(Ticket, Ticket.id == ticket_tags.c.ticket_id)
        .where(ticket_tags.c.tag_id == Tag.id, workable(person))
        .correlate(Tag)
    )


def _on_any(tag_id: Any) -> Exists:
    return exists().where(ticket_tags.c.tag_id == tag_id)


def _turn(*tags: Tag, by: Person) -> None:
    """Wait until nobody is putting them on tickets; refuse whoever may not, and what became another meanwhile."""
    if not may_keep_tags(by):
        raise NotYoursToSet
    for tag in tags:
        lock(tag)
        if tag.became_id is not None:
            raise NameInUse(name=tag.name)


def _become(tag: Tag, other: Tag) -> None:
    has = select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == other.id)
    of_tag = ticket_tags.c.tag_id == tag.id
    db.session.execute(delete(ticket_tags).where(of_tag, ticket_tags.c.ticket_id.in_(has)))
    db.session.execute(update(ticket_tags).where(of_tag).values(tag_id=other.id))
    db.session.execute(update(Tag).where(Tag.became_id == tag.id).values(became_id=other.id))
    tag.became_id = other.id
    db.session.flush()
    db.session.expire_all()
