"""Taking over what happened before: whole tickets with their past, thousands at a time.

An importer tells each ticket as a story: how it was raised, and one act after
the other with its own moment. What the desk's verbs would have left behind
(periods, messages, clock events, clocks, journal) follows from the story and
is written in bulk. No mail is sent and nobody is told. Load figures and the
search index are built afterwards, by rebuilding them.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import String, Table, insert, update
from sqlalchemy import cast as cast_to

from .. import clock
from ..config import settings
from ..database import FAR_FUTURE, db, insert_numbered, take_stock
from ..journal import Entry, Payload, Subject
from ..journal.events import plain, seal_of
from ..people.scopes import Scope
from .models import (
    CallResult,
    Channel,
    ClockKind,
    HoldReason,
    Message,
    MessageKind,
    Status,
    Ticket,
    TicketPeriod,
    ticket_systems,
)
from .rebuilding import rebuilds
from .targets.clockwork import Clockwork, Rule, ticket_columns
from .targets.models import Clock, ClockEvent
from .targets.policies import Kind, Rulebook, rulebook

BATCH = 500
FIRST_NUMBER = 10_000
OPENING = "TicketRaised"
NOT_RECORDED = "not recorded"
RETARGETING = ("priority", "council_id", "ticket_type")


@dataclass(frozen=True)
class Said:
    """A message that an act leaves on the ticket."""

    kind: MessageKind
    body: str
    from_requester: bool = False
    channel: Channel = Channel.SELF_SERVICE
    call_result: CallResult | None = None

    @property
    def is_answer(self) -> bool:
        """Whether this is a person of the desk answering the requester."""
        if self.kind is MessageKind.CALL:
            return self.call_result is CallResult.SPOKE
        return self.kind is MessageKind.REPLY and not self.from_requester


@dataclass(frozen=True)
class Act:
    """One thing that happened: the event's name, when, by whom, the columns it changed, what was said."""

    event: str
    at: datetime
    by_id: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    said: Said | None = None


@dataclass
class Story:
    """A ticket from its raising to today.

    `columns` are those of the ticket when it was raised; `acts` come in order
    of time. `unrecorded` names clocks that the source kept no record for: they
    are cancelled, so that they count neither as met nor as missed.
    """

    columns: dict[str, Any]
    acts: list[Act]
    system_ids: tuple[int, ...] = ()
    unrecorded: tuple[ClockKind, ...] = ()


def load(stories: Iterable[Story], progress: Callable[[int], None] = lambda _count: None) -> int:
    """Write the stories into the database, in the caller's transaction; returns how many that were.

    `progress` is called with the number of tickets each batch held. Rebuild
    load figures and search afterwards (rebuilding.py).
    """
    loader = _Loader(rulebook())
    total = 0
    for batch in _batched(stories):
        loader.write(batch)
        total += len(batch)
        progress(len(batch))
    return total


def derive() -> None:
    """Make anew what is derived from tickets, in the caller's transaction: load figures, search. Clocks are right."""
    take_stock()
    for each in rebuilds():
        if each.name != "clocks":
            for _ in each.steps(True):
                pass


@dataclass(eq=False)
class _Told:
    """What follows from one story."""

    ticket: dict[str, Any]
    periods: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    entries: list["_Line"]
    work: Clockwork


@dataclass
class _Line:
    """A line of the journal in the making: `message` says which of the ticket's messages it tells of."""

    entry: dict[str, Any]
    data: dict[str, Any]
    message: int | None = None


class _Loader:
    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.now = clock.now()
        self.place = itertools.count()

    def write(self, stories: list[Story]) -> None:
        tickets = [self.tell(story) for story in stories]
        for told in tickets:
            told.ticket["reference"] = f"*{next(self.place)}"
        ids = insert_numbered(Ticket, [told.ticket for told in tickets])
        _give_references(ids)
        rows: dict[Any, list[dict[str, Any]]] = {TicketPeriod: [], ClockEvent: [], Clock: []}
        links: list[dict[str, Any]] = []
        lines: list[tuple[int, _Line]] = []
        said: list[tuple[_Told, dict[str, Any]]] = []
        for ticket_id, story, told in zip(ids, stories, tickets, strict=True):
            rows[TicketPeriod] += ({"ticket_id": ticket_id, **row} for row in told.periods)
            rows[ClockEvent] += ({"ticket_id": ticket_id, **line.row} for line in told.work.added)
            for (kind, number), columns in told.work.columns(self.now).items():
                rows[Clock].append({"ticket_id": ticket_id, "kind": kind, "round": number, **columns})
            links += ({"ticket_id": ticket_id, "system_id": key} for key in story.system_ids)
            said += ((told, {"ticket_id": ticket_id, **row}) for row in told.messages)
            lines += ((ticket_id, line) for line in told.entries)
        for model, given in rows.items():
            _insert(model.__table__, given)
        _insert(ticket_systems, links)
        _write_messages(said)
        _write_journal(lines)

    def tell(self, story: Story) -> _Told:
        """Walk through a story once and collect what it leaves behind."""
        state = dict(story.columns)
        at = state["opened_at"]
        work = Clockwork(self.rules.calendars)
        work.start(
            self.rule(state, at),
            at,
            needed_by=state.get("needed_by"),
            answered=state["channel"].is_in_person and ClockKind.RESPONSE not in story.unrecorded,
        )
        if story.unrecorded:
            work.cancel(at, NOT_RECORDED, story.unrecorded)
        told = _Told(state, [_period(state, at)], [], [], work)
        told.entries.append(_line(Act(OPENING, at, state.get("opened_by_id")), 1, {}, 0))
        version = 1
        for act in story.acts:
            version += bool(act.changes)
            old = {name: state.get(name) for name in act.changes}
            state.update(act.changes)
            self.wind(work, act, state)
            if story.unrecorded:
                work.cancel(act.at, NOT_RECORDED, story.unrecorded)
            _follow(told, act, state)
            told.entries.append(_line(act, version, old, len(told.messages) - 1))
        state.update(version=version, updated_at=story.acts[-1].at if story.acts else at)
        state.update(ticket_columns(work.columns(self.now)))
        _complete(state)
        return told

    def wind(self, work: Clockwork, act: Act, state: dict[str, Any]) -> None:
        """Let the act move the ticket's clocks, as the verb of that name does."""
        at = act.at
        if act.said is not None and act.said.is_answer:
            work.answer(at)
        if any(name in act.changes for name in RETARGETING):
            work.retarget(self.rule(state, at), at, None, state.get("hold_reason"))
        match act.event:
            case "TicketHeld":
                reason: HoldReason = state["hold_reason"]
                work.hold(reason, at, self.rules.pauses)
            case "TicketReleased":
                work.resume(at)
            case "TicketResolved":
                work.resolve(at)
            case "TicketReopened":
                work.reopen(self.rule(state, at), at, needed_by=state.get("needed_by"))
            case "TicketCancelled":
                work.cancel(at)

    def rule(self, state: dict[str, Any], at: datetime) -> Rule:
        kind = Kind(
            state.get("council_id"),
            state["ticket_type"],
            state["requester_kind"],
            state["priority"],
            state.get("request_type_id"),
        )
        return self.rules.rule(kind, at)


def _give_references(ids: list[int]) -> None:
    """Name the tickets by the ids they were given, as raising one does."""
    number = cast_to(Ticket.id + FIRST_NUMBER, String)
    db.session.execute(
        update(Ticket)
        .where(Ticket.id.in_(ids))
        .values(reference=f"{settings().reference_prefix}-" + number)
        .execution_options(synchronize_session=False)
    )


def _follow(told: _Told, act: Act, state: dict[str, Any]) -> None:
    """Keep the ticket's own moments, its periods and what was said in step with an act."""
    if act.said is not None:
        told.messages.append(_message(act))
        if act.said.is_answer and not state.get("first_responded_at"):
            state["first_responded_at"] = act.at
    match act.event:
        case "TicketResolved":
            state["resolved_at"] = act.at
            state["first_responded_at"] = state.get("first_responded_at") or act.at
        case "TicketReopened":
            state.update(resolved_at=None, closed_at=None, reopen_count=state.get("reopen_count", 0) + 1)
        case "TicketClosed" | "TicketCancelled":
            state["closed_at"] = act.at
    last, new = told.periods[-1], _period(state, act.at)
    if any(last[name] != new[name] for name in ("status", "hold_reason", "queue_id", "assignee_id")):
        if last["starts_at"] == act.at:
            told.periods.pop()
        else:
            last["ends_at"] = act.at
        told.periods.append(new)


def _period(state: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "status": state.get("status", Status.NEW),
        "hold_reason": state.get("hold_reason"),
        "queue_id": state["queue_id"],
        "assignee_id": state.get("assignee_id"),
        "starts_at": at,
        "ends_at": None,
    }


def _message(act: Act) -> dict[str, Any]:
    assert act.said is not None
    return {
        "kind": act.said.kind,
        "author_id": act.by_id,
        "from_requester": act.said.from_requester,
        "channel": act.said.channel,
        "at": act.at,
        "body": act.said.body,
        "call_result": act.said.call_result,
    }


def _line(act: Act, version: int, old: dict[str, Any], message: int) -> _Line:
    """What the verb of that name would have announced (events.py): rows are named without their _id."""
    data: dict[str, Any] = {"version": version, "changes": {}}
    for column, value in act.changes.items():
        if old[column] != value:
            data["changes"][column.removesuffix("_id")] = [old[column], value]
    if act.event == "TicketResolved":
        data["resolution"] = act.changes.get("resolution")
    elif act.event == "TicketHeld":
        data["reason"] = act.changes["hold_reason"]
    elif act.event == "TicketReopened":
        data |= {"was": old["status"], "reason": ""}
    if act.said is None:
        return _Line(_entry(act), data)
    if act.event == "Replied":
        data["from_requester"] = act.said.from_requester
    elif act.event == "CallLogged":
        data["result"] = act.said.call_result
    return _Line(_entry(act), data, message)


def _entry(act: Act) -> dict[str, Any]:
    return {"kind": f"tickets.{act.event}", "at": act.at, "by_id": act.by_id}


def _complete(state: dict[str, Any]) -> None:
    """Every row of a bulk insert names every column."""
    state.setdefault("scope", Scope.COUNCIL if state.get("council_id") else Scope.ALL)
    for column in cast(Table, Ticket.__table__).columns:
        if column.name in state or column.name in ("id", "reference"):
            continue
        default = column.default
        state[column.name] = cast(Any, default).arg if default is not None and default.is_scalar else None
    state["due_sort"] = state["due_sort"] or FAR_FUTURE


def _insert(table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)


def _write_messages(said: list[tuple[_Told, dict[str, Any]]]) -> None:
    """Write what was said, and let the lines that tell of it know its number."""
    if not said:
        return
    ids = iter(insert_numbered(Message, [row for _, row in said]))
    for told, group in itertools.groupby(said, key=lambda pair: pair[0]):
        numbers = [next(ids) for _ in group]
        for line in told.entries:
            if line.message is not None:
                line.data["message"] = numbers[line.message]


def _write_journal(lines: list[tuple[int, _Line]]) -> None:
    payloads = [plain(line.data) for _, line in lines]
    entries = [{**line.entry, **seal_of(data)} for (_, line), data in zip(lines, payloads, strict=True)]
    ids = insert_numbered(Entry, entries)
    _insert(
        cast(Table, Payload.__table__),
        [{"entry_id": key, "data": data} for key, data in zip(ids, payloads, strict=True)],
    )
    subjects = []
    for key, (ticket_id, line) in zip(ids, lines, strict=True):
        subjects.append({"entry_id": key, "kind": "ticket", "subject_id": ticket_id})
        if line.message is not None:
            subjects.append({"entry_id": key, "kind": "message", "subject_id": line.data["message"]})
    _insert(cast(Table, Subject.__table__), subjects)


def _batched(stories: Iterable[Story]) -> Iterator[list[Story]]:
    iterator = iter(stories)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch
