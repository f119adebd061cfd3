"""What we write to whom when something happens to a ticket. Never to the one who did it.

Mail about a confidential ticket names nothing but its reference.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..journal import on
from ..mail import send
from ..people.models import Person
from .access import acts_for, may_work
from .asking.telling import told
from .events import (
    Replied,
    TicketAssigned,
    TicketCancelled,
    TicketClosed,
    TicketEvent,
    TicketHeld,
    TicketRaised,
    TicketReopened,
    TicketResolved,
)
from .models import HoldReason, Ticket, TicketType
from .rating.asking import links_for
from .watching.watching import told_with

WATCHED = {
    "tickets/replied": "has been answered",
    "tickets/question": "waits for an answer from whoever asked",
    "tickets/resolved": "is done, we think",
    "tickets/unanswered": "is done: a question to whoever asked had no answer",
    "tickets/reopened": "is open again",
    "tickets/closed": "is finished",
    "tickets/cancelled": "is cancelled",
}
"""What those who watch are told of each letter to the requester."""


@dataclass(frozen=True)
class Call:
    """What else is done in the press that raises a ticket: it is resolved, or a call back is promised."""

    is_done: bool = False
    promised_at: datetime | None = None


NO_CALL = Call()
_call: ContextVar[Call] = ContextVar("call", default=NO_CALL)


@contextmanager
def in_one_letter(call: Call) -> Iterator[None]:
    """Within it a ticket is raised in one press with all that the call came to: the requester has one letter of it."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


@on(TicketRaised)
def confirm(event: TicketRaised) -> None:
    """The requester always has it in writing, whoever raised it; with what was done, if that is in the same press."""
    call = _call.get()
    if call.is_done:
        return
    for person in requesters(event.about):
        _write(person, "tickets/raised", event, split_from=event.split_from, promised_at=call.promised_at)


@on(Replied)
def pass_on_reply(event: Replied) -> None:
    if event.from_requester:
        _write_to_assignee("tickets/requester_replied", event, message=event.message)
    else:
        _write_to_requesters("tickets/replied", event, message=event.message)


@on(TicketHeld)
def ask_or_tell(event: TicketHeld) -> None:
    """A question to the requester; for other reasons, the words that were meant for them."""
    if event.message is not None:
        asks = event.about.hold_reason is HoldReason.REQUESTER
        template = "tickets/question" if asks else "tickets/replied"
        _write_to_requesters(template, event, message=event.message)


@on(TicketResolved)
def tell_resolved(event: TicketResolved) -> None:
    """Nobody's name under it means that a question had no answer: the mail says so and how to go on."""
    if event.by is None:
        _write_to_requesters("tickets/unanswered", event)
    else:
        _write_to_requesters("tickets/resolved", event, links_for=links_for, first=_call.get().is_done)


@on(TicketReopened)
def tell_reopened(event: TicketReopened) -> None:
    """The requester hears of it when the desk takes it up again; a reply that reopens is passed on as a reply."""
    if event.by is not None and may_work(event.by, event.about) and event.by.id != event.about.requester_id:
        _write_to_requesters("tickets/reopened", event)
    elif event.reason:
        _write_to_assignee("tickets/requester_reopened", event, reason=event.reason)


@on(TicketClosed)
def tell_closed(event: TicketClosed) -> None:
    """Only when somebody of the desk closed it: what the requester or the timetable does needs no letter."""
    if event.by is not None:
        _write_to_requesters("tickets/closed", event)


@on(TicketCancelled)
def tell_cancelled(event: TicketCancelled) -> None:
    _write_to_requesters("tickets/cancelled", event, reason=event.reason)
    _write_to_assignee("tickets/requester_cancelled", event, reason=event.reason)


@on(TicketAssigned)
def tell_assignee(event: TicketAssigned) -> None:
    _write_to_assignee("tickets/assigned", event)


def requesters(ticket: Ticket) -> list[Person]:
    """Who is written to about a request: the requester, and the delegate who raised it while the grant lasts.

    About a problem nobody is: whoever found it asks for nothing.
    """
    if ticket.ticket_type is TicketType.PROBLEM:
        return []
    people = [ticket.requester]
    opener = ticket.opened_by if ticket.opened_by_id != ticket.requester_id else None
    if opener is not None and not may_work(opener, ticket) and acts_for(opener, ticket):
        people.append(opener)
    return [person for person in people if person.is_active]


def _write_to_requesters(template: str, event: TicketEvent, **more: Any) -> None:
    """To whoever asked, and whoever asked on a ticket merged into it: each about their own, nobody twice.

    Then to those who watch it.
    """
    merged, watchers = told_with(event.about)
    written = set()
    for ticket in (event.about, *merged):
        people = [person for person in requesters(ticket) if person.id not in written]
        written |= {person.id for person in people}
        _write_all(people, template, event, {"ticket": ticket, **more})
    others = [person for person in watchers if person.is_active and person.id not in written]
    _write_all(others, "tickets/watched", event, {"what": WATCHED[template], **more})


def _write_to_assignee(template: str, event: TicketEvent, **more: Any) -> None:
    assignee = event.about.assignee
    if assignee is not None and assignee.is_active:
        _write_all([assignee], template, event, more)


def _write_all(people: Iterable[Person], template: str, event: TicketEvent, more: dict[str, Any]) -> None:
    for person in people:
        if event.by is None or person.id != event.by.id:
            _write(person, template, event, **more)


def _write(
    person: Person, template: str, event: TicketEvent, *, ticket: Ticket | None = None, **more: Any
) -> None:
    ticket = ticket or event.about
    send(
        to=person,
        template=template,
        about=ticket,
        thread=f"ticket-{ticket.id}",
        ticket=ticket,
        by=event.by,
        told=told(ticket),
        **more,
    )
