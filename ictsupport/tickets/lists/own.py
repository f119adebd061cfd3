"""What somebody brings to a list: their saved views, columns and first view, read in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from ...database import db
from ...people.models import Person
from ...statements import put_together
from ..models import Queue, queue_clearance
from .access import sees_view
from .columns import COLUMNS, USUAL
from .filtering import Wish
from .models import ListPreference, SavedView
from .standing import CONFIDENTIAL, VIEWS, View


@dataclass(frozen=True)
class Own:
    """The lists of one person."""

    person: Person
    saved: Sequence[SavedView]
    columns: Mapping[str, Sequence[str]]
    compact: bool
    first_view: str
    is_cleared: bool

    @property
    def standing(self) -> list[View]:
        """The views that everybody has, without those that can hold nothing for this person."""
        return [view for view in VIEWS if self.is_cleared or view.key != CONFIDENTIAL]

    def wish(self, args: MultiDict[str, str]) -> Wish:
        """What the address asks for; one that asks for nothing gets the person's first view."""
        key = args.get("view", "") if args else self.first_view
        saved = self.find(key)
        if saved is not None:
            return Wish.of(saved, self.person)
        wish = Wish.read(args or MultiDict({"view": key}), self.person)
        wish.began_as = self.find(f"saved-{args.get('saved', '')}")
        return wish

    def find(self, key: str) -> SavedView | None:
        return next((view for view in self.saved if view.key == key), None)

    def columns_for(self, wish: Wish) -> list[str]:
        """What the person wants to see in this list: what they chose for it, what it was saved with, the usual."""
        view = wish.saved or wish.began_as
        chosen = self.columns.get(view.key) if view else None
        if chosen is None and view is not None:
            chosen = view.columns or None
        if chosen is None:
            chosen = self.columns.get("", USUAL)
        return [name for name in COLUMNS if name in chosen]


def own_lists(person: Person) -> Own:
    """The person's lists. One's own views come first, then those shared with one's queues, each by name."""
    rows = db.session.execute(_lists_of(person)).all()
    liked: ListPreference | None = rows[0][0]
    saved = [row[1] for row in rows if row[1] is not None]
    return Own(
        person=person,
        saved=sorted(saved, key=lambda view: view.owner_id != person.id),
        columns=liked.columns if liked else {},
        compact=liked.compact if liked else False,
        first_view=liked.first_view if liked else "",
        is_cleared=rows[0][2],
    )


@put_together
def _lists_of(person: Person) -> Any:
    cleared = exists().where(queue_clearance.c.person_id == person.id)
    return (
        select(ListPreference, SavedView, cleared)
        .select_from(Person)
        .outerjoin(ListPreference, ListPreference.person_id == Person.id)
        .outerjoin(SavedView, sees_view(person))
        .where(Person.id == person.id)
        .options(
            joinedload(SavedView.queue).load_only(Queue.name),
            joinedload(SavedView.owner).load_only(Person.name),
        )
        .order_by(SavedView.name, SavedView.id)
    )
