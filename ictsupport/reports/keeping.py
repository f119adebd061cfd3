"""Keeping the load facts in step with the tickets, in the transaction that changes them.

Facts follow from rows (periods, clocks, merges), so they are kept where rows
are written, whichever verb, sweep or import does it. Before a ticket is first
touched its share of the facts is noted; just before the commit its share is
worked out again and the difference added. Being the last thing a transaction
does, and in one order, it neither holds up nor deadlocks the desk; and as only
what stands in the end counts, a savepoint that is rolled back leaves nothing.

What is loaded in bulk past the session calls rebuild_load_facts() afterwards.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from ..database import Model, Rows, db, insert_all
from ..tickets.models import Merge, Ticket, TicketPeriod
from ..tickets.targets.models import Clock
from ..tickets.together import before_many
from .facts import Facts, facts_in_hand, facts_of
from .models import KEYS, LoadFact, Row, WaitFact

NOTED = "load facts before"
WHOSE = ("council", "council_id", "ticket_type", "requester_kind", "confidential")


class _Noted:
    """The tickets a transaction has touched, and what they added to the facts before it did."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        self.new: set[Ticket] = set()
        self.rows: set[TicketPeriod | Merge] = set()
        self.before = Facts()

    def touch(self, ticket_ids: set[int]) -> None:
        unknown = ticket_ids - self.ids - {ticket.id for ticket in self.new}
        if unknown:
            self.before.update(facts_of(unknown, lock=True))
            self.ids |= unknown

    def after(self) -> Facts:
        """What all of them add to the facts now. A new ticket is all in hand still: nothing of it has to be read."""
        facts = facts_of(self.ids)
        rows = [row for row in self.rows if row in db.session]
        for ticket in self.new:
            if ticket in db.session:
                facts.update(facts_in_hand(ticket, rows))
        return facts


def listen() -> None:
    """Listen to every session. One process may make several applications; they share the session class."""
    if event.contains(Session, "before_flush", _note_rows):
        return
    event.listen(Session, "before_flush", _note_rows)
    event.listen(Session, "do_orm_execute", _note_bulk)
    event.listen(Session, "before_commit", _settle)
    event.listen(Session, "after_transaction_end", _forget)


def _note_rows(session: Session, _context: Any, _instances: Any) -> None:
    touched: set[int | None] = set()
    new: set[Ticket] = set()
    rows: set[TicketPeriod | Merge] = set()
    for row in (*session.new, *session.dirty):
        if isinstance(row, Clock):
            touched.add(row.ticket_id)
        elif isinstance(row, TicketPeriod):
            touched.add(row.ticket_id)
            rows.add(row)
        elif isinstance(row, Merge):
            touched.add(row.merged_id)
            rows.add(row)
        elif isinstance(row, Ticket):
            if row in session.new:
                new.add(row)
            elif any(inspect(row).attrs[name].history.has_changes() for name in WHOSE):
                touched.add(row.id)
    if touched or new:
        noted = _noted(session)
        noted.new |= new
        noted.rows |= rows
        noted.touch({ticket_id for ticket_id in touched if ticket_id is not None})


def _note_bulk(state: ORMExecuteState) -> None:
    """An update of many clocks by their ids, as when targets change for every open ticket."""
    mapper = state.bind_mapper
    if not state.is_update or mapper is None or mapper.class_ is not Clock:
        return
    if isinstance(state.parameters, list):
        ids = [row["id"] for row in state.parameters if "id" in row]
        tickets = set(state.session.scalars(select(Clock.ticket_id).where(Clock.id.in_(ids))))
        _noted(state.session).touch(tickets)


@before_many
def _note_together(ticket_ids: Sequence[int]) -> None:
    """Note the share of many tickets at once, before the first of them is touched."""
    _noted(db.session()).touch(set(ticket_ids))


def _noted(session: Session) -> _Noted:
    noted: _Noted = session.info.setdefault(NOTED, _Noted())
    return noted


def _settle(session: Session) -> None:
    """Add to the facts what the transaction changed; within a savepoint there is more to come."""
    if session.in_nested_transaction():
        return
    session.flush()
    noted: _Noted | None = session.info.pop(NOTED, None)
    if noted is None:
        return
    changed = noted.after()
    changed.subtract(noted.before)
    add_to_facts(changed)


def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(NOTED, None)


def add_to_facts(changed: Facts) -> None:
    """Add each change to the row of its stretch."""
    flows: dict[tuple[Any, ...], Row] = defaultdict(dict)
    waits: dict[tuple[Any, ...], Row] = defaultdict(dict)
    for (kind, grain, day, whose, measure), count in changed.items():
        if count:
            key = (grain, day, *whose)
            (flows[key] if kind is None else waits[(*key, kind)])[measure] = count
    insert_all(_to_add(LoadFact, KEYS, flows), _to_add(WaitFact, (*KEYS, "kind"), waits))


def _to_add(table: type[Model], keys: tuple[str, ...], rows: dict[tuple[Any, ...], Row]) -> Rows:
    """In one order for everybody, so that two transactions never wait for each other's rows crosswise."""
    measures = tuple(sorted({name for row in rows.values() for name in row}))
    ordered = sorted(rows.items(), key=lambda item: [getattr(part, "value", part) for part in item[0]])
    told = [dict(zip(keys, key, strict=True)) | dict.fromkeys(measures, 0) | row for key, row in ordered]
    return Rows(table, told, keys, measures)
