"""Two people at the same ticket: each change counts, unless both change the same thing.

A form carries the version it was made from. The journal knows which fields
have changed since: different fields both succeed; the same field asks whose
value shall stand. Replies and notes never meet; background work does not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from .. import clock
from ..database import Model, db, identity, lock
from ..devices.models import Device
from ..errors import Refusal
from ..journal.events import plain
from ..journal.queries import entries_about
from ..people.models import Council, Person
from ..systems.models import System
from .desk.models import Tag
from .models import Queue, Ticket
from .together import is_in_hand

LABELS = {
    "assignee": "who has it",
    "queue": "the queue",
    "routed_because": "why it is there",
    "hold_reason": "what it waits for",
    "hold_until": "how long it waits",
    "priority_override_reason": "why the priority is different",
    "ticket_type": "the type",
    "needed_by": "when it is needed",
    "needed_for": "what it is needed for",
    "contact_by": "how to get in touch",
    "contact_number": "the number to ring",
    "supplier_reference": "the supplier’s reference",
    "resolution_notes": "what was done",
    "confidential": "whether it is confidential",
    "merged_into": "the ticket it goes on in",
    "watchers": "who watches it",
    "affected": "who has the same trouble",
    "problem_cause": "the cause",
    "problem_workaround": "the workaround",
    "task_what": "the task",
    "task_assignee": "who does the task",
    "task_due_on": "the day of the task",
    "task_needed": "whether it must be done before resolving",
}
ROWS: dict[str, type[Any]] = {"assignee": Person, "queue": Queue, "council": Council, "device": Device}
LISTS: dict[str, type[Any]] = {"systems": System, "tags": Tag, "watchers": Person, "affected": Person}


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else has changed meanwhile, in words."""

    field: str
    old: str
    new: str
    yours: str
    by: str
    at: datetime

    @property
    def label(self) -> str:
        return label(self.field)


class ChangedMeanwhile(Refusal):
    """Somebody changed the same field. `conflicts` says what; sending again with `version` lets yours stand.

    `left` are fields of the form that others changed too and that whoever sent it had not touched.
    """

    def __init__(self, conflicts: list[Conflict], version: int, left: frozenset[str] = frozenset()) -> None:
        self.conflicts = conflicts
        self.version = version
        self.left = left
        told = " ".join(
            f"{one.by} changed {one.label} from “{one.old}” to “{one.new}” while you had the page open."
            for one in conflicts
        )
        super().__init__(
            f"{told} Nothing of yours has been saved yet: keep theirs, or send yours again to let it stand."
        )


class MergedAway(Refusal):
    reason = "{reference} is merged into another ticket and dealt with there. Work on that one, or unmerge it first."


def take_turn(ticket: Ticket, seen: int | None = None, **wanted: Any) -> datetime:
    """Wait for the ticket's turn and read it afresh; refuse if what is wanted was changed since version `seen`.

    While a ticket is merged nothing happens to it, so that unmerging finds it as it was.
    Returns the moment at which the change happens.
    """
    if not is_in_hand(ticket.id):
        db.session.flush()  # reading afresh would forget what has not been written yet
        lock(ticket)
    if ticket.merged_into_id is not None:
        raise MergedAway(reference=ticket.reference)
    if seen is not None and seen < ticket.version and wanted:
        conflicts = _conflicts(ticket, seen, wanted)
        if conflicts:
            raise ChangedMeanwhile(conflicts, ticket.version)
    return clock.now()


def merged_with(ticket: Ticket, seen: int | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a form of many fields changes of a ticket whose turn has come, as the form sent them all.

    A field that others have changed since version `seen`, and that the form
    has as it was then, was not touched: theirs stays, and nobody is asked.
    """
    if seen is None or seen >= ticket.version:
        return dict(wanted)
    left = _untouched(ticket, seen, wanted)
    touched = {name: value for name, value in wanted.items() if name not in left}
    if conflicts := _conflicts(ticket, seen, touched):
        raise ChangedMeanwhile(conflicts, ticket.version, left)
    return touched


def _untouched(ticket: Ticket, seen: int, wanted: Mapping[str, Any]) -> frozenset[str]:
    was: dict[str, Any] = {}
    for entry in entries_about(ticket):
        if entry.data.get("version", 0) > seen:
            for name, (old, _) in (entry.data.get("changes") or {}).items():
                was.setdefault(name, old)
    return frozenset(
        name for name, value in wanted.items() if name in was and plain(_ids(value)) == was[name]
    )


def _conflicts(ticket: Ticket, seen: int, wanted: Mapping[str, Any]) -> list[Conflict]:
    met: dict[str, Conflict] = {}
    for entry in entries_about(ticket):
        changes = entry.data.get("changes") or {}
        if entry.by_id is None or entry.data.get("version", 0) <= seen:
            continue
        for name in wanted.keys() & changes.keys():
            old = met[name].old if name in met else spoken(name, changes[name][0])
            who = db.session.get(Person, entry.by_id)
            met[name] = Conflict(
                name,
                old,
                spoken(name, changes[name][1]),
                spoken(name, plain(_ids(wanted[name]))),
                who.name if who else "Somebody",
                entry.at,
            )
    return [
        one for name, one in met.items() if plain(_ids(getattr(ticket, name))) != plain(_ids(wanted[name]))
    ]


def label(field: str) -> str:
    """What a field is called in a sentence."""
    return LABELS.get(field, f"the {field.replace('_', ' ')}")


def spoken(field: str, value: Any) -> str:
    """A value of the journal in words: rows by their name of today."""
    if value is None or value in ("", []):
        return "nobody" if field == "assignee" else "nothing"
    if field in LISTS:
        rows = (db.session.get(LISTS[field], key) for key in value)
        return ", ".join(row.name for row in rows if row is not None)
    if field in ROWS:
        row = db.session.get(ROWS[field], value)
        return str(getattr(row, "label", "") or row.name) if row is not None else "somebody"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _ids(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return sorted(identity(row) if isinstance(row, Model) else row for row in value)
    if isinstance(value, Enum | datetime | date):
        return plain(value)
    return value
