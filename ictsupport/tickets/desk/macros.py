"""Macros: several things done to a ticket in one press, all of them or nothing.

The steps come in the order in which they make sense: tags, priority, queue,
assignee, note, reply, and with the reply what becomes of the ticket.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from ... import clock
from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...people.calendars import calendar_for
from ...people.models import Person
from ..access import may_work
from ..changing import refuse_road
from ..models import HoldReason, MessageKind, Queue, Resolution, Status, Ticket
from ..parts import refuse_unfinished
from ..prioritising import WORDS, priority_for
from ..replying import note
from ..tagging import names_in, tag
from ..texts import prose
from ..triage import CannotWork, QueueClosed, assign, move, prioritise, refuse_unless_open
from ..versions import take_turn
from .box import HOLD, RESOLVE, STAY, Said, send
from .events import MacroApplied, MacroChanged
from .models import Macro, Reach
from .saved_replies import filled, refuse_unknown
from .sharing import place_of, retire, take_place

ME, NOBODY = "me", "nobody"


class NothingToDo(Refusal):
    reason = "Give the macro something to do."


class HoldOrResolve(Refusal):
    reason = "A macro can put a ticket on hold or resolve it, not both."


class WordsMissing(Refusal):
    reason = "Write the reply: {why}."


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What a macro does; what is empty it leaves alone."""

    tags: str = ""
    impact: str = ""
    urgency: str = ""
    queue: str = ""
    assign: str = ""
    note: str = ""
    reply: str = ""
    hold: str = ""
    days: str = ""
    resolve: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Steps":
        return cls(**{each.name: str(kept.get(each.name) or "") for each in fields(cls)})

    def as_json(self) -> dict[str, str]:
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name))}


@dataclass(frozen=True)
class Change:
    """A line of the preview: what it is about, how it stands now, how afterwards."""

    what: str
    now: str
    then: str


def checked(steps: Steps) -> Steps:
    """The steps as they may be kept; refused in words where they make no sense together."""
    names_in(steps.tags)
    steps = replace(
        steps, note=prose(steps.note, what="The note"), reply=prose(steps.reply, what="The reply")
    )
    if not steps.as_json().keys() - {"days"}:
        raise NothingToDo
    if steps.hold and steps.resolve:
        raise HoldOrResolve
    if steps.hold == HoldReason.REQUESTER.value and not steps.reply:
        raise WordsMissing(why="the requester cannot know otherwise what you wait for")
    if steps.resolve and not steps.reply:
        raise WordsMissing(why="the requester reads it as what was done")
    for words in (steps.note, steps.reply):
        refuse_unknown(words)
    return steps


def save_macro(
    macro: Macro,
    *,
    name: str,
    steps: Steps,
    reach: Reach,
    queue: Queue | None,
    by: Person,
    seen: int | None = None,
) -> Macro:
    """Make a macro (a new row), or change one."""
    old = described(macro)
    steps = checked(steps)
    take_place(macro, name, reach, queue, by=by, seen=seen)
    macro.steps = steps.as_json()
    db.session.add(macro)
    _tell(macro, old, by)
    return macro


def retire_macro(macro: Macro, *, by: Person) -> None:
    """It is offered no more; what was done with it stays."""
    old = described(macro)
    retire(macro)
    _tell(macro, old, by)


def described(macro: Macro) -> dict[str, str]:
    """The macro as the journal tells it."""
    return place_of(macro) | (macro.steps or {})


def _tell(macro: Macro, old: dict[str, str], by: Person) -> None:
    db.session.flush()
    changes = differences(old, described(macro))
    if changes:
        announce(MacroChanged(about=macro, by=by, name=macro.name, changes=changes))


def steps_on(macro: Macro, ticket: Ticket, by: Person) -> Steps:
    """The steps as they would be done to this ticket: words filled in."""
    steps = Steps.of(macro.steps)
    return replace(steps, note=filled(steps.note, ticket, by), reply=filled(steps.reply, ticket, by))


def preview(steps: Steps, ticket: Ticket, by: Person) -> Iterator[Change]:
    """What would change, without changing anything."""
    if steps.tags:
        has = [each.name for each in ticket.tags]
        yield Change("Tags", ", ".join(has) or "none", ", ".join(sorted({*has, *names_in(steps.tags)})))
    if steps.impact or steps.urgency:
        impact, urgency = _matrix(steps, ticket)
        priority = priority_for(impact, urgency, ticket.council_id)
        yield Change("Priority", _priority(ticket.priority), _priority(priority))
    queue, assignee = _queue(steps), _assignee(steps, by)
    if queue is not None and queue is not ticket.queue:
        yield Change("Queue", ticket.queue.name, queue.name)
    moves = queue is not None and queue is not ticket.queue
    if steps.assign or (moves and ticket.assignee is not None):
        yield Change("Agent", _name(ticket.assignee), _name(assignee))
    if steps.note:
        yield Change("Internal note", "", steps.note)
    if steps.hold:
        until = _until(steps, ticket)
        yield Change(
            "Status", _status(ticket), f"On hold, {steps.hold}{f' until {until:%-d %B}' if until else ''}"
        )
    elif steps.resolve:
        yield Change("Status", _status(ticket), f"Resolved: {steps.resolve}")
    elif ticket.status is Status.NEW and (steps.reply or (steps.assign and assignee is not None)):
        yield Change("Status", _status(ticket), "In progress")


def trouble(steps: Steps, ticket: Ticket, by: Person) -> str:
    """Why the macro would be refused on this ticket as it stands, or nothing."""
    try:
        queue, assignee = _queue(steps), _assignee(steps, by)
        if steps.impact or steps.urgency or steps.queue or steps.assign:
            refuse_unless_open(ticket)
        if queue is not None and queue.closed_on is not None:
            raise QueueClosed(name=queue.name)
        if assignee is not None and not may_work(assignee, ticket):
            raise CannotWork(name=assignee.name, reference=ticket.reference)
        if steps.hold and ticket.status is not Status.ON_HOLD:
            refuse_road(ticket, Status.ON_HOLD)
        if steps.resolve:
            refuse_road(ticket, Status.RESOLVED)
            refuse_unfinished(ticket)
    except Refusal as refusal:
        return str(refusal)
    return ""


def apply(macro: Macro, steps: Steps, ticket: Ticket, *, by: Person, seen: int | None = None) -> None:
    """Do the steps. Whoever called commits them together; one that is refused refuses all."""
    take_turn(ticket, seen, **_wanted(steps, by))
    if steps.tags:
        tag(ticket, names_in(steps.tags), by=by)
    if steps.impact or steps.urgency:
        impact, urgency = _matrix(steps, ticket)
        prioritise(ticket, by=by, impact=impact, urgency=urgency)
    queue = _queue(steps)
    if queue is not None:
        move(ticket, queue, by=by, reason=f"Macro: {macro.name}")
    if steps.assign:
        assign(ticket, _assignee(steps, by), by=by)
    if steps.note:
        note(ticket, steps.note, by=by)
    if steps.reply or steps.hold or steps.resolve:
        send(ticket, _said(steps, ticket), by=by)
    announce(MacroApplied(about=ticket, by=by, macro=macro, name=macro.name))


def _said(steps: Steps, ticket: Ticket) -> Said:
    return Said(
        kind=MessageKind.REPLY,
        body=steps.reply,
        then=HOLD if steps.hold else RESOLVE if steps.resolve else STAY,
        reason=HoldReason(steps.hold) if steps.hold else HoldReason.REQUESTER,
        until=_until(steps, ticket),
        resolution=Resolution(steps.resolve) if steps.resolve else None,
    )


def _wanted(steps: Steps, by: Person) -> dict[str, Any]:
    """The fields that the steps give a value of their own."""
    wanted: dict[str, Any] = {}
    if steps.queue:
        wanted["queue"] = _queue(steps)
    if steps.assign:
        wanted["assignee"] = _assignee(steps, by)
    for name in ("impact", "urgency"):
        if getattr(steps, name):
            wanted[name] = int(getattr(steps, name))
    if steps.hold or steps.resolve:
        wanted["status"] = Status.ON_HOLD if steps.hold else Status.RESOLVED
    return wanted


def _matrix(steps: Steps, ticket: Ticket) -> tuple[int, int]:
    return int(steps.impact or ticket.impact), int(steps.urgency or ticket.urgency)


def _queue(steps: Steps) -> Queue | None:
    return db.session.get(Queue, int(steps.queue)) if steps.queue else None


def _assignee(steps: Steps, by: Person) -> Person | None:
    if steps.assign in ("", NOBODY):
        return None
    return by if steps.assign == ME else db.session.get(Person, int(steps.assign))


def _until(steps: Steps, ticket: Ticket) -> Any:
    if not steps.days:
        return None
    today = calendar_for(ticket.council_id).local(clock.now()).date()
    return today + timedelta(days=int(steps.days))


def _name(person: Person | None) -> str:
    return person.name if person is not None else "nobody"


def _priority(number: int) -> str:
    return f"P{number} {WORDS[number]}"


def _status(ticket: Ticket) -> str:
    waits = f", {ticket.hold_reason.value}" if ticket.hold_reason else ""
    return f"{ticket.status.value.capitalize()}{waits}"
