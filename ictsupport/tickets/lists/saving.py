"""Keeping a list under a name, for oneself or for the people of a queue, and how one likes lists to look."""

from collections.abc import Sequence

from sqlalchemy import func, select

from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ..models import Queue
from ..texts import line
from .access import may_change_view, queues_of
from .columns import COLUMNS
from .events import ViewRemoved, ViewSaved
from .filtering import Wish
from .models import ListPreference, SavedView
from .standing import BY_KEY, EVERYTHING

MOST = 30
LONGEST_QUERY = 4_000


class NameTaken(Refusal):
    reason = "You have a view called “{name}” already. Choose another name, or remove that one first."


class TooMany(Refusal):
    reason = f"You have {MOST} views already, and more would not fit. Remove one first."


class TooNarrow(Refusal):
    reason = "This list has too many filters to be kept. Take some off first."


class NotYourQueue(Refusal):
    reason = "You can share a view only with a queue that you work on."


class NotYours(Refusal):
    reason = "Only {owner} or a helpdesk manager can change this view. Save it under a name of your own."


class ChangedView(Refusal):
    reason = "Somebody has changed this view meanwhile. Look at it again before you change it."


def save_view(
    name: str, wish: Wish, columns: Sequence[str], *, by: Person, queue: Queue | None = None
) -> SavedView:
    """Keep the list under a name; with a queue its people see it as well."""
    name = _free_name(name, by)
    owned = select(func.count()).select_from(SavedView).where(SavedView.owner_id == by.id)
    if (db.session.scalar(owned) or 0) >= MOST:
        raise TooMany
    _refuse_stranger(by, queue)
    view = SavedView(owner=by, queue=queue, name=name, query=_content(wish), columns=list(columns))
    db.session.add(view)
    announce(ViewSaved(about=view, by=by, name=name, content=view.query, queue=queue))
    return view


def replace_content(
    view: SavedView, wish: Wish, columns: Sequence[str], *, by: Person, seen: int | None
) -> None:
    """Have the view show this list from now on."""
    _take_turn(view, by, seen)
    view.query, view.columns = _content(wish), list(columns)
    _changed(view, by)


def change_view(
    view: SavedView, *, name: str, queue: Queue | None, by: Person, seen: int | None = None
) -> None:
    """Rename it, share it with a queue, or keep it to oneself again."""
    _take_turn(view, by, seen)
    view.name = _free_name(name, view.owner, but=view)
    if queue is not None and queue.id != view.queue_id:
        _refuse_stranger(by, queue)
    view.queue = queue
    _changed(view, by)


def remove_view(view: SavedView, *, by: Person, seen: int | None = None) -> None:
    _take_turn(view, by, seen)
    announce(ViewRemoved(about=view, by=by, name=view.name))
    db.session.delete(view)
    db.session.flush()


def like_columns(person: Person, key: str, columns: Sequence[str], *, compact: bool) -> None:
    """Show these columns to the person from now on, in this view if it is a saved one, else in all others."""
    liked = _preference(person)
    chosen = [name for name in COLUMNS if name in columns]
    liked.columns = {**liked.columns, key: chosen}
    liked.compact = compact


def begin_with(person: Person, key: str) -> None:
    """Have the queue open at this view for the person."""
    _preference(person).first_view = key


def is_view(key: str, saved: Sequence[SavedView]) -> bool:
    """Whether an address may call a view so."""
    return key in BY_KEY or key == EVERYTHING or any(view.key == key for view in saved)


def _preference(person: Person) -> ListPreference:
    liked = db.session.get(ListPreference, person.id)
    if liked is None:
        liked = ListPreference(person_id=person.id, columns={}, compact=False, first_view="")
        db.session.add(liked)
    return liked


def _take_turn(view: SavedView, by: Person, seen: int | None) -> None:
    db.session.flush()
    lock(view)
    if not may_change_view(by, view):
        raise NotYours(owner=view.owner.name)
    if seen is not None and seen != view.version:
        raise ChangedView


def _changed(view: SavedView, by: Person) -> None:
    view.version += 1
    announce(ViewSaved(about=view, by=by, name=view.name, content=view.query, queue=view.queue))


def _free_name(name: str, owner: Person, but: SavedView | None = None) -> str:
    name = line(name, what="The name", limit=40, needed=True)
    taken = select(SavedView.id).where(SavedView.owner_id == owner.id, SavedView.name == name)
    if but is not None:
        taken = taken.where(SavedView.id != but.id)
    if db.session.scalar(taken) is not None:
        raise NameTaken(name=name)
    return name


def _content(wish: Wish) -> str:
    if len(wish.content) > LONGEST_QUERY:
        raise TooNarrow
    return wish.content


def _refuse_stranger(person: Person, queue: Queue | None) -> None:
    if queue is None:
        return
    works_on = queues_of(person).where(Queue.id == queue.id, Queue.closed_on.is_(None))
    if db.session.scalar(works_on) is None:
        raise NotYourQueue
