"""What rooms and packages above add to a ticket: parts of its page, actions, and what must be done before resolving.

    @part
    def clinic_of_ticket(ticket, person): ...            # a box on the desk's page, or None

    @action(order=40)
    def merge(ticket, person):                           # a link among "More" on the desk's page, or None
        return Action("Merge", url_for("tickets.merging", reference=ticket.reference))

    @before_resolving
    def tasks_left(ticket):                              # a sentence while it may not be resolved yet, or None
        return "Two tasks must be done first: order the SIM, print the letter."

    @happening
    def at_a_clinic(ticket, person): ...                 # lines among the timeline: clinics and outages it is linked to

    @beside
    def similar_tickets(ticket, person): ...             # a box that is fetched once the page is there, or None

Each but the last is asked on every ticket page (or on every attempt to
resolve), so it may cost one statement at most, and none where the row itself
tells that there is nothing. What helps but has to be looked for goes beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..errors import Refusal
from ..people.models import Person
from .models import Ticket


class Part(Protocol):
    """What a part shows: its template is included in the page, and finds the rest in `part`.

    A part with `is_notice` stands above the timeline, over the whole width; all others at the side.
    """

    @property
    def template(self) -> str: ...


@dataclass(frozen=True)
class Action:
    """Something that can be done with the ticket, at an address of its own: on a page there, or (press) at once."""

    label: str
    href: str
    press: bool = False


@dataclass(frozen=True)
class Happening:
    """Something of another kind that the ticket is linked to, as a line of its timeline: a clinic, an outage."""

    at: datetime
    who: str
    what: str
    href: str = ""


class NotYet(Refusal):
    reason = "It cannot be resolved yet. {needed}"


Prepare = Callable[[Ticket, Person], Part | None]
"""Makes a part for somebody; None when there is nothing to see."""
Offer = Callable[[Ticket, Person], Action | None]
Tell = Callable[[Ticket, Person], Sequence[Happening]]
Ask = Callable[[Ticket], str | None]

_parts: list[Prepare] = []
_beside: list[Prepare] = []
_actions: dict[str, tuple[int, Offer]] = {}
_conditions: dict[str, Ask] = {}
_happenings: dict[str, Tell] = {}


def part(prepare: Prepare) -> Prepare:
    """Add a part to the page of every ticket, after those added before."""
    if prepare not in _parts:
        _parts.append(prepare)
    return prepare


def parts_of(ticket: Ticket, person: Person) -> list[Part]:
    """What there is to show about a ticket to somebody."""
    return [shown for prepare in _parts if (shown := prepare(ticket, person))]


def beside(prepare: Prepare) -> Prepare:
    """Add a part to what may help with a ticket: a page of its own, fetched into the ticket's once that is shown."""
    if prepare not in _beside:
        _beside.append(prepare)
    return prepare


def beside_of(ticket: Ticket, person: Person) -> list[Part]:
    """What may help somebody with the ticket."""
    return [shown for prepare in _beside if (shown := prepare(ticket, person))]


def action(order: int = 50) -> Callable[[Offer], Offer]:
    """Offer an action on the page of every ticket for which the function gives one."""

    def register(offer: Offer) -> Offer:
        _actions[f"{offer.__module__}.{offer.__name__}"] = (order, offer)
        return offer

    return register


def actions_for(ticket: Ticket, person: Person) -> list[Action]:
    """What else somebody can do with the ticket, in order."""
    offered = (offer(ticket, person) for _, offer in sorted(_actions.values(), key=lambda one: one[0]))
    return [one for one in offered if one is not None]


def happening(tell: Tell) -> Tell:
    """Have the function add lines to the timeline of every ticket."""
    _happenings[f"{tell.__module__}.{tell.__name__}"] = tell
    return tell


def happenings_around(ticket: Ticket, person: Person) -> list[Happening]:
    """What of other kinds the ticket is linked to, as far as somebody may see it."""
    return [one for tell in _happenings.values() for one in tell(ticket, person)]


def before_resolving(ask: Ask) -> Ask:
    """Have the function asked before a ticket is resolved: what it answers stands in the way."""
    _conditions[f"{ask.__module__}.{ask.__name__}"] = ask
    return ask


def refuse_unfinished(ticket: Ticket) -> None:
    """Raise NotYet while something must be done before the ticket may be resolved."""
    needed = [words for ask in _conditions.values() if (words := ask(ticket))]
    if needed:
        raise NotYet(needed=" ".join(needed))
