"""Saved replies: words that are written often, with {{variables}} that the ticket fills in.

The substitution is our own and simple: one pass over known names. What it
fills in is never looked at again, so nothing on a ticket can smuggle in more.
"""

import re
from collections.abc import Callable

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...pages.filters import near_moment
from ...people.models import Person
from ..models import Queue, Ticket
from ..texts import prose
from .events import SavedReplyChanged
from .models import Reach, SavedReply
from .sharing import place_of, retire, take_place

PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)

Fill = Callable[[Ticket, Person], str]

VARIABLES: dict[str, tuple[str, Fill]] = {
    "requester": ("the requester’s name", lambda ticket, _by: ticket.requester.name),
    "first_name": ("the requester’s first name", lambda ticket, _by: first_name(ticket.requester.name)),
    "reference": ("the ticket’s reference", lambda ticket, _by: ticket.reference),
    "subject": ("the ticket’s subject", lambda ticket, _by: ticket.subject),
    "council": ("the council", lambda ticket, _by: ticket.council.name if ticket.council else "all councils"),
    "queue": ("the queue it is on", lambda ticket, _by: ticket.queue.name),
    "needed_by": (
        "when it is needed",
        lambda ticket, _by: near_moment(ticket.needed_by) if ticket.needed_by else "as soon as we can",
    ),
    "agent": ("your own name", lambda _ticket, by: by.name),
    "service": ("the name of the service", lambda _ticket, _by: settings().service_name),
    "phone": ("the service’s telephone number", lambda _ticket, _by: settings().service_phone),
    "hours": ("when the service is there", lambda _ticket, _by: settings().service_hours),
}
"""By name: what it stands for, and how it is filled in."""


class UnknownVariable(Refusal):
    reason = "{named} is not something a ticket can fill in. You can use {known}."


def first_name(name: str) -> str:
    """What one would say to somebody one writes to often: Pat for Cllr Pat Ashcroft."""
    return name.removeprefix("Cllr ").split()[0] if name.split() else name


def refuse_unknown(body: str) -> None:
    """Raise UnknownVariable if the words name what no ticket can fill in."""
    unknown = [name.strip() for name in PLACE.findall(body) if name.strip() not in VARIABLES]
    if unknown:
        raise UnknownVariable(
            named=", ".join("{{" + name[:40] + "}}" for name in dict.fromkeys(unknown)),
            known=", ".join("{{" + name + "}}" for name in VARIABLES),
        )


def filled(body: str, ticket: Ticket, by: Person) -> str:
    """The words as they go out on the ticket; an unknown name stays as it is."""

    def fill(place: re.Match[str]) -> str:
        known = VARIABLES.get(place[1].strip())
        return known[1](ticket, by) if known else place[0]

    return PLACE.sub(fill, body)


def save_reply(
    saved: SavedReply,
    *,
    name: str,
    body: str,
    reach: Reach,
    queue: Queue | None,
    by: Person,
    seen: int | None = None,
) -> SavedReply:
    """Make a saved reply (a new row), or change one."""
    old = described(saved)
    body = prose(body, what="The reply", needed=True)
    refuse_unknown(body)
    take_place(saved, name, reach, queue, by=by, seen=seen)
    saved.body = body
    db.session.add(saved)
    _tell(saved, old, by)
    return saved


def retire_reply(saved: SavedReply, *, by: Person) -> None:
    """It is offered no more; what was written with it stays."""
    old = described(saved)
    retire(saved)
    _tell(saved, old, by)


def described(saved: SavedReply) -> dict[str, str]:
    """The saved reply as the journal tells it."""
    return place_of(saved) | ({"words": saved.body} if saved.body else {})


def _tell(saved: SavedReply, old: dict[str, str], by: Person) -> None:
    db.session.flush()
    changes = differences(old, described(saved))
    if changes:
        announce(SavedReplyChanged(about=saved, by=by, name=saved.name, changes=changes))
