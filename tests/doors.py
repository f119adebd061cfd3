"""The words of the written table of doors: who may come in where.

Every package writes its rows in tests/<package>/doors.py:

    DOORS = {
        "tickets.queue": Door(get=DESK),
        "tickets.ticket": [
            Door(get={STAFF, *DESK}, hidden=EVERYBODY),
            Door(get=DESK, hidden=EVERYBODY, fill={"reference": "elsewhere"}),
        ],
        "tickets.reply": Door(post={STAFF, *DESK}, hidden=EVERYBODY, data={"body": ""}),
    }

    def things(world: World) -> dict[str, Any]:
        ticket = raise_ticket(requester=world.staff, ...)
        return {"reference": ticket.reference, "elsewhere": other.reference}

and tests/test_doors.py knocks at each as everybody. A visitor in `get` or `post`
is let in (2xx, 3xx, or 400, 409, 422 where the form is to be corrected); anybody
else is answered 404 if they are in `hidden` and 403 if not; somebody signed out
is led to the sign-in page unless they are named too (PUBLIC). A method that is
not in the row must not be in the route.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from ictsupport.people.models import Council, Person, Role, Site
from ictsupport.systems.models import System
from ictsupport.tickets.models import Queue

Visitor = Role | str
"""A holder of one role, for all councils, and nothing else; or one of those below."""

SIGNED_OUT = "signed out"
MEMBER = "member"
STAFF = "staff"
STAFF_ELSEWHERE = "staff of another council"

ROLES = frozenset(Role)
EVERYBODY: frozenset[Visitor] = frozenset({MEMBER, STAFF, STAFF_ELSEWHERE, *Role})
PUBLIC: frozenset[Visitor] = frozenset({SIGNED_OUT, *EVERYBODY})
MEMBERS: frozenset[Visitor] = frozenset({MEMBER})
DESK: frozenset[Visitor] = frozenset({Role.AGENT, Role.MANAGER})
NOBODY: frozenset[Visitor] = frozenset()


@dataclass(frozen=True)
class Door:
    """One row: who is let in with which method, who must not learn that the thing is there."""

    get: Set[Visitor] | None = None
    post: Set[Visitor] | None = None
    hidden: Set[Visitor] = NOBODY
    fill: Mapping[str, str] = field(default_factory=dict)
    """Which of the package's things fills a parameter of the address; the one of its own name unless said here."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What is sent with a POST. An empty form by default, so that most answer with what is to be corrected."""

    def audience(self, method: str) -> Set[Visitor] | None:
        return self.get if method == "GET" else self.post


Doors = Mapping[str, Door | list[Door]]


@dataclass(frozen=True, kw_only=True)
class World:
    """What the things of the table may be made of."""

    council: Council
    other_council: Council
    site: Site
    visitors: Mapping[Visitor, Person]
    desk: Mapping[str, Queue]
    telephony: System

    @property
    def member(self) -> Person:
        return self.visitors[MEMBER]

    @property
    def staff(self) -> Person:
        return self.visitors[STAFF]

    @property
    def other_staff(self) -> Person:
        return self.visitors[STAFF_ELSEWHERE]
