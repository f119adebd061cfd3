"""What requesters are told, in words that each council, or the service for all, may choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from ...database import db, lock
from ...journal import announce
from ...journal.settings import differences
from ...people.models import Council, Person
from ...people.scopes import scoped_to
from ...unchanged import until_changed
from ..models import HoldReason, Resolution
from ..texts import line
from .access import refuse_others
from .events import WordingChanged
from .models import Wording

LONGEST = 300


@dataclass(frozen=True)
class Text:
    """A sentence of the requester's page and mail: when it is told, and as the program ships it."""

    when: str
    shipped: str


TEXTS: Mapping[str, Text] = {
    "hold.awaiting requester": Text(
        "While it waits for them", "We need an answer from you. We go on as soon as we have it."
    ),
    "hold.awaiting supplier": Text(
        "While it waits for a supplier", "We are waiting for the supplier to do their part."
    ),
    "hold.awaiting change": Text(
        "While it waits for a change", "We are waiting for a planned change to be made."
    ),
    "hold.awaiting problem": Text(
        "While the cause is sought",
        "We are waiting for the cause of it to be found: several people have the same trouble.",
    ),
    "hold.awaiting approval": Text(
        "While it waits for approval", "We are waiting for somebody to approve it."
    ),
    "hold.booked": Text(
        "While a visit or clinic is booked", "We are waiting for the visit or clinic that is booked."
    ),
    "done.fixed": Text("When it is fixed", "We have fixed it."),
    "done.workaround": Text(
        "When there is a workaround",
        "There is a way around it that works for now. The cause of it is still there.",
    ),
    "done.request fulfilled": Text("When a request is fulfilled", "You have what you asked for."),
    "done.advice given": Text("When advice was given", "We have told you how it is done."),
    "done.fixed by supplier": Text("When a supplier has fixed it", "The supplier has fixed it."),
    "done.fixed by change": Text("When a change has fixed it", "A change that was planned has fixed it."),
    "done.no fault found": Text("When no fault was found", "We found nothing that we could put right."),
    "done.duplicate": Text("When it was asked twice", "We deal with it in another request."),
    "done.cancelled by requester": Text(
        "When whoever asked took it back", "You told us that you do not need it any more."
    ),
    "done.not supported": Text("When it is not supported", "It is something that we cannot support."),
    "closed": Text(
        "When it is closed",
        "It is finished. If you write to us about it again, we open a new request that follows it.",
    ),
    "cancelled": Text(
        "When it was cancelled", "It was cancelled, so nothing more happens. You can ask again at any time."
    ),
}


SECTIONS = {
    "While it waits": [key for key in TEXTS if key.startswith("hold.")],
    "How it ended": [key for key in TEXTS if key.startswith("done.")],
    "When it is over": ["closed", "cancelled"],
}


def told_while(reason: HoldReason, council_id: int | None) -> str:
    """What a requester is told while their request is on hold."""
    return wording(f"hold.{reason.value}", council_id)


def told_of(resolution: Resolution, council_id: int | None) -> str:
    """What a requester is told of how their request ended."""
    return wording(f"done.{resolution.value}", council_id)


def wording(key: str, council_id: int | None) -> str:
    """The council's own words, or those for all, or those the program ships."""
    chosen = _chosen()
    return chosen.get((key, council_id)) or chosen.get((key, None)) or TEXTS[key].shipped


def own_words(council_id: int | None) -> dict[str, str]:
    """What a council (None: the service for all) has chosen itself."""
    return {key: words for (key, whose), words in _chosen().items() if whose == council_id}


def choose(wanted: Mapping[str, str], council: Council | None, *, by: Person | None) -> None:
    """Tell requesters something in other words; nothing typed goes back to the words for all, or those shipped."""
    council_id = council.id if council else None
    refuse_others(by, council_id)
    if council is not None:
        lock(council)
    rows = {
        row.key: row
        for row in db.session.scalars(
            select(Wording).where(
                Wording.council_id == council_id if council_id else Wording.council_id.is_(None)
            )
        )
    }
    old = {TEXTS[key].when: row.words for key, row in rows.items() if key in TEXTS}
    for key in TEXTS:
        words = line(wanted.get(key), what=TEXTS[key].when, limit=LONGEST)
        row = rows.get(key)
        if not words and row is not None:
            db.session.delete(row)
            del rows[key]
        elif words and row is None:
            rows[key] = Wording(key=key, words=words, **scoped_to(council))
            db.session.add(rows[key])
        elif words and row is not None:
            row.words = words
    db.session.flush()
    new = {TEXTS[key].when: row.words for key, row in rows.items() if key in TEXTS}
    changes = differences(old, new)
    if changes:
        name = f"Words for requesters, {council.short_name if council else 'all councils'}"
        announce(WordingChanged(name=name, by=by, changes=changes))


@until_changed(Wording)
def _chosen() -> Mapping[tuple[str, int | None], str]:
    rows = db.session.execute(select(Wording.key, Wording.council_id, Wording.words))
    return {(row.key, row.council_id): row.words for row in rows}
