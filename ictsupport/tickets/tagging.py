"""Tags: words that the desk puts on tickets that belong together."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select

from ..database import db, insert_if_new
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from .access import workable
from .changing import change
from .desk.models import Tag, ticket_tags
from .events import DetailsChanged
from .models import Ticket
from .texts import line
from .versions import take_turn

MOST = 20
LONGEST = 40
OFFERED = 40


class TooManyTags(Refusal):
    reason = "A ticket can have up to {limit} tags. Take one off first."


def names_in(typed: str) -> list[str]:
    """The tags somebody typed, separated by commas: in small letters, each once."""
    named = (line(part, what="A tag", limit=LONGEST).lower().lstrip("#").strip() for part in typed.split(","))
    return list(dict.fromkeys(name for name in named if name))


def tag(ticket: Ticket, names: Iterable[str], *, by: Person | None) -> None:
    """Put tags on the ticket; those it has already stay. Adding never conflicts with what others do."""
    _set(ticket, add=tags_named(names), by=by)


def untag(ticket: Ticket, tags: Iterable[Tag], *, by: Person | None) -> None:
    """Take tags off the ticket; what it does not have is passed over."""
    _set(ticket, take=tags, by=by)


def _set(ticket: Ticket, add: Iterable[Tag] = (), take: Iterable[Tag] = (), *, by: Person | None) -> None:
    now = take_turn(ticket)
    gone = {each.id for each in take}
    wanted = {each.id: each for each in (*ticket.tags, *add) if each.id not in gone}
    if len(wanted) > MOST:
        raise TooManyTags(limit=MOST)
    changes = change(ticket, by=by, at=now, tags=list(wanted.values()))
    if changes:
        announce(DetailsChanged(about=ticket, by=by, version=ticket.version, changes=changes))


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, made where there was none. Two who make the same one at once get the same.

    A name that a tag went by once gives that tag.
    """
    clean = [name for typed in names for name in names_in(typed)]
    known = _known(clean)
    if len(known) < len(set(clean)):
        insert_if_new(Tag, [{"name": name} for name in clean if name not in {one.name for one in known}])
        known = _known(clean)
    became = {one.became_id for one in known if one.became_id is not None}
    if became:
        now = db.session.scalars(select(Tag).where(Tag.id.in_(became))).all()
        known = list({one.id: one for one in (*known, *now) if one.became_id is None}.values())
    return sorted(known, key=lambda one: one.name)


def _known(names: Sequence[str]) -> Sequence[Tag]:
    """Those that are there, for whoever puts them on tickets: none becomes another meanwhile."""
    found = select(Tag).where(Tag.name.in_(names)).order_by(Tag.name)
    as_they_stand = found.with_for_update(read=True, key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(as_they_stand).all()


def known_tags(person: Person) -> Select[Tag]:
    """The tags somebody may see: those on tickets they may work on. A tag can say too much about a confidential one."""
    used = (
        select(ticket_tags.c.ticket_id)
        .join(Ticket, Ticket.id == ticket_tags.c.ticket_id)
        .where(ticket_tags.c.tag_id == Tag.id, workable(person))
    )
    return select(Tag).where(used.exists())


def tags_in_use(person: Person) -> Sequence[Tag]:
    """The first of them by name, to choose from."""
    return db.session.scalars(known_tags(person).order_by(Tag.name).limit(OFFERED)).all()
