"""One act upon many tickets: rehearsed first, then done in one transaction, each ticket by its own rules.

Other rooms add acts:

    @bulk_act("merge", "Merge into one", MergeForm, order=80, offer=offer_survivors)
    def merge_into(ticket: Ticket, form: MergeForm, *, by: Person, seen: int | None) -> None: ...

The function calls a verb for one ticket and lets its Refusal pass; a refused
ticket stays as it was and the others go on. The form is made anew from what
was typed (also by the background worker), and `offer` fills its choices.
`leads` names the page to which it leads when it is done, if not to the list.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import MultiDict

from ... import clock, jobs, scheduler
from ...database import db
from ...errors import Refusal
from ...journal import on, written_together
from ...pages.forms import Form, kind_of
from ...people.models import Person
from ..access import workable
from ..events import BULK, TicketEvent
from ..models import Ticket
from ..together import together
from .models import BulkRun

AT_ONCE = 100
"""So many are done while the person waits; more are done by the worker, so many at a time."""

IN_ONE_GO = 20
"""So many are tried in one savepoint. Where one of them is refused, the others are done again, each in its own."""

MOST = 500
KEPT = timedelta(days=30)
CHANGED, SAME, REFUSED = "changed", "same", "refused"

Offer = Callable[[Any, Person], None]
Lead = Callable[[Any, Person], tuple[str, str] | None]
"""What a page is called, and its address."""
Chosen = Sequence[tuple[int, int | None]]
Part = Sequence[tuple[int, Ticket | None, int | None]]


@dataclass(frozen=True)
class BulkAct:
    """Something that can be done to many tickets: what is asked for it, and what it does to each."""

    key: str
    label: str
    form: type[Form]
    order: int
    offer: Offer | None
    do: Callable[..., None]
    leads: Lead | None = None

    def filled(self, fields: Mapping[str, Sequence[str]], by: Person) -> Any:
        """The form as it was filled in, its choices as they are now."""
        typed = MultiDict([(name, value) for name, values in fields.items() for value in values])
        form = self.form(formdata=typed, meta={"csrf": False})
        if self.offer is not None:
            self.offer(form, by)
        return form

    def empty(self, by: Person) -> Any:
        form = self.form(formdata=None)
        if self.offer is not None:
            self.offer(form, by)
        return form

    @property
    def names(self) -> set[str]:
        """What its fields are called when they are sent; a date is sent in parts."""
        form = self.form(formdata=None, meta={"csrf": False})
        found = {field.name for field in form}
        dates = [field for field in form if kind_of(field) == "date"]
        return found | {f"{field.name}-{part}" for field in dates for part in field.PARTS}


@dataclass(frozen=True)
class Outcome:
    """What becomes of one ticket: changed (and what of it), the same as before, or refused (and why)."""

    ticket_id: int
    reference: str
    subject: str
    state: str
    words: str


class NotThere(Refusal):
    reason = "It is not there any more, or not yours to work on."


class TooManyChosen(Refusal):
    reason = f"That is more than {MOST} tickets. Narrow the list first, and do it in parts."


class NobodyChosen(Refusal):
    reason = "Tick the tickets first."


_acts: dict[str, BulkAct] = {}
_heard: ContextVar[list[TicketEvent] | None] = ContextVar("heard", default=None)


def bulk_act(
    key: str,
    label: str,
    form: type[Form],
    *,
    order: int = 50,
    offer: Offer | None = None,
    leads: Lead | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Offer the function as something to do to many tickets at once."""

    def register(do: Callable[..., None]) -> Callable[..., None]:
        _acts[key] = BulkAct(key, label, form, order, offer, do, leads)
        return do

    return register


def acts() -> list[BulkAct]:
    return sorted(_acts.values(), key=lambda act: (act.order, act.label))


def act_called(key: str) -> BulkAct | None:
    return _acts.get(key)


@on(TicketEvent)
def _hear(event: TicketEvent) -> None:
    heard = _heard.get()
    if heard is not None:
        heard.append(event)


def rehearse(act: BulkAct, form: Any, chosen: Chosen, *, by: Person) -> list[Outcome]:
    """What would become of each ticket, found out by doing it and taking it all back."""
    outcomes = carry_out(act, form, chosen, by=by, bulk=0)
    db.session.rollback()
    db.session.expire_all()
    return outcomes


def carry_out(act: BulkAct, form: Any, chosen: Chosen, *, by: Person, bulk: int) -> list[Outcome]:
    """Do it to each ticket in turn. The caller commits: all that was not refused stands or falls together."""
    ids = [ticket_id for ticket_id, _seen in chosen]
    tickets = _in_hand(ids, by)
    outcomes = []
    with _under_way(bulk) as heard, together(sorted(tickets)), written_together():
        # In one order, so that two people who choose the same tickets wait for each other and no more.
        in_turn = sorted(chosen, key=lambda one: one[0])
        for first in range(0, len(in_turn), IN_ONE_GO):
            part = [(one, tickets.get(one), seen) for one, seen in in_turn[first : first + IN_ONE_GO]]
            outcomes += _some(part, lambda ticket, seen: act.do(ticket, form, by=by, seen=seen), heard)
    at = {ticket_id: place for place, ticket_id in enumerate(ids)}
    return sorted(outcomes, key=lambda outcome: at[outcome.ticket_id])


def _some(part: Part, do: Callable[[Ticket, int | None], None], heard: list[TicketEvent]) -> list[Outcome]:
    """Do it to some tickets in one go; where one of them is refused, take it back and do it to each by itself."""
    try:
        with db.session.begin_nested():
            return [_one(*one, do, heard) for one in part]
    except Refusal:
        return [_alone(*one, do, heard) for one in part]


def _alone(
    ticket_id: int, ticket: Ticket | None, seen: int | None, do: Callable[..., None], heard: list[TicketEvent]
) -> Outcome:
    try:
        with db.session.begin_nested():
            return _one(ticket_id, ticket, seen, do, heard)
    except Refusal as refusal:
        assert ticket is not None
        return Outcome(ticket_id, ticket.reference, ticket.subject, REFUSED, str(refusal))


def _one(
    ticket_id: int, ticket: Ticket | None, seen: int | None, do: Callable[..., None], heard: list[TicketEvent]
) -> Outcome:
    heard.clear()
    if ticket is None:
        return Outcome(ticket_id, "", "", REFUSED, NotThere.reason)
    do(ticket, seen)
    words = "; ".join(dict.fromkeys(words for event in heard for words in _told(event)))
    return Outcome(ticket_id, ticket.reference, ticket.subject, CHANGED if heard else SAME, words)


@contextmanager
def _under_way(bulk: int) -> Iterator[list[TicketEvent]]:
    heard: list[TicketEvent] = []
    tokens = BULK.set(bulk), _heard.set(heard)
    try:
        yield heard
    finally:
        BULK.reset(tokens[0])
        _heard.reset(tokens[1])


def _in_hand(ids: Sequence[int], by: Person) -> dict[int, Ticket]:
    """The tickets with what verbs look at, locked in the order of their ids; those one may not work on are left out."""
    found = db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(ids), workable(by))
        .options(
            selectinload(Ticket.requester),
            selectinload(Ticket.assignee),
            selectinload(Ticket.queue),
            selectinload(Ticket.clocks),
            selectinload(Ticket.tags),
        )
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    )
    return {ticket.id: ticket for ticket in found}


SILENT = {
    "routed_because",
    "resolution_notes",
    "priority_override_by_id",
    "version",
    "resolved_at",
    "closed_at",
}
NAMES = {
    "assignee": "agent",
    "hold_reason": "waits for",
    "hold_until": "until",
    "priority_override_reason": "why",
}


def _told(event: TicketEvent) -> Iterator[str]:
    for name, (old, new) in event.changes.items():
        if name not in SILENT:
            yield f"{NAMES.get(name, name.replace('_', ' '))}: {_spoken(old)} → {_spoken(new)}"


def _spoken(value: Any) -> str:
    if value in (None, "", []):
        return "none"
    if isinstance(value, list):
        return ", ".join(_spoken(each) for each in value)
    return str(getattr(value, "value", None) or getattr(value, "name", None) or value)


# A run, once it is pressed


def begin(
    act: BulkAct, fields: Mapping[str, Sequence[str]], chosen: Chosen, *, by: Person, came_from: str = ""
) -> BulkRun:
    """Do it to all of them: at once if they are few, else by the worker, as many at a time. The caller commits."""
    if not chosen:
        raise NobodyChosen
    if len(chosen) > MOST:
        raise TooManyChosen
    run = BulkRun(
        act=act.key,
        by=by,
        fields={name: list(values) for name, values in fields.items()},
        chosen=[[ticket_id, seen] for ticket_id, seen in chosen],
        outcomes=[],
        came_from=came_from,
    )
    db.session.add(run)
    db.session.flush()
    if len(chosen) <= AT_ONCE:
        go_on(run)
    else:
        jobs.enqueue("tickets.bulk", {"run": run.id})
    return run


def go_on(run: BulkRun) -> None:
    """Do the next of the run's tickets."""
    act, by = _acts[run.act], run.by
    part = [(ticket_id, seen) for ticket_id, seen in run.chosen[len(run.outcomes) :][:AT_ONCE]]
    form = act.filled(run.fields, by)
    if by.is_active and form.validate():
        outcomes = carry_out(act, form, part, by=by, bulk=run.id)
    else:
        why = "; ".join(words for _field, words in form.problems) or "You cannot work tickets any more."
        outcomes = [Outcome(ticket_id, "", "", REFUSED, why) for ticket_id, _seen in part]
    told = [[one.ticket_id, one.state, one.words if one.state == REFUSED else ""] for one in outcomes]
    run.outcomes = [*run.outcomes, *told]
    if len(run.outcomes) >= len(run.chosen):
        run.done_at = clock.now()


@jobs.handles("tickets.bulk")
def _by_worker(payload: dict[str, Any]) -> None:
    run = db.session.get(BulkRun, payload["run"])
    if run is None or run.done_at is not None:
        return
    go_on(run)
    if run.done_at is None:
        jobs.enqueue("tickets.bulk", payload)


@jobs.handles("tickets.forget_bulk")
def _forget(_payload: dict[str, Any]) -> None:
    db.session.execute(delete(BulkRun).where(BulkRun.at < clock.now() - KEPT))


scheduler.every("tickets.forget_bulk", hours=24)
