"""What is derived can be made anew from what it was derived from, and proved equal to what is stored.

Each derived thing enters itself here with `@rebuildable`; the command
`ictsupport rebuild` goes through all of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from .. import clock
from ..database import db
from .models import Ticket
from .targets.clocks import BadFacts
from .targets.clockwork import Clockwork, Key, ticket_columns
from .targets.models import Clock
from .targets.recounting import clockworks
from .targets.steps import carry_out, changes, steps_of_policies

BATCH = 500
SWEPT_WITHIN = timedelta(minutes=5)
"""How long after a target has run out the sweep may take to notice: until then it is no difference."""

SILENTLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Difference:
    """One stored value that is not what it should be."""

    thing: str
    column: str
    stored: Any
    rebuilt: Any

    def __str__(self) -> str:
        return f"{self.thing}: {self.column} is {_said(self.stored)} and should be {_said(self.rebuilt)}"


Step = tuple[int, list[Difference]]
"""How many more things have been gone through, and what was found."""


@dataclass(frozen=True)
class Rebuild:
    name: str
    size: Callable[[], int]
    steps: Callable[[bool], Iterator[Step]]


_rebuilds: dict[str, Rebuild] = {}


def rebuildable(name: str, *, size: Callable[[], int]) -> Callable[[Callable[[bool], Iterator[Step]]], Any]:
    """Enter a derived thing. The function takes whether to mend, and yields step by step what it found.

    Each step may be committed by the caller; without mending nothing may be
    written.
    """

    def register(steps: Callable[[bool], Iterator[Step]]) -> Callable[[bool], Iterator[Step]]:
        _rebuilds[name] = Rebuild(name, size, steps)
        return steps

    return register


def rebuilds() -> list[Rebuild]:
    return list(_rebuilds.values())


def compare(thing: str, stored: Mapping[str, Any], rebuilt: Mapping[str, Any]) -> Iterator[Difference]:
    """The columns in which a stored row differs from the rebuilt one."""
    for column, value in rebuilt.items():
        if stored[column] != value:
            yield Difference(thing, column, stored[column], value)


def how_many_tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


@rebuildable("clocks", size=how_many_tickets)
def rebuild_clocks(mend: bool) -> Iterator[Step]:
    """Every column of every clock, and what the tickets repeat of them, from the clock events alone."""
    now, last = clock.now(), 0
    while tickets := _tickets_after(last):
        last = tickets[-1].id
        ids = [ticket.id for ticket in tickets]
        works = clockworks(ids)
        stored: dict[int, dict[Key, Any]] = {ticket_id: {} for ticket_id in ids}
        for row in db.session.execute(select(Clock.__table__).where(Clock.ticket_id.in_(ids))):
            stored[row.ticket_id][row.kind, row.round] = row
        found = [
            difference
            for ticket in tickets
            for difference in _ClocksOf(ticket, works[ticket.id], stored[ticket.id], now).gone_through(mend)
        ]
        yield len(tickets), found


@rebuildable("steps", size=how_many_tickets)
def rebuild_steps(mend: bool) -> Iterator[Step]:
    """When the pending steps before and after targets come, from the clock events and the policies."""
    now, last, steps = clock.now(), 0, steps_of_policies()
    while tickets := _tickets_after(last):
        last = tickets[-1].id
        references = {ticket.id: ticket.reference for ticket in tickets}
        found = []
        different = list(changes(clockworks(list(references)), steps))
        for change in different:
            thing = f"{references[change.ticket_id]}, {change.key[0].value}, step {change.name}"
            if change.step_id is None or not change.planned:
                there = ("there", "not there") if change.step_id else ("not there", "there")
                found.append(Difference(thing, "step", *there))
            else:
                found.append(Difference(thing, "at", change.stored, change.wanted))
        if mend:
            carry_out(different, now)
        yield len(tickets), found


def _tickets_after(last: int) -> Sequence[Any]:
    columns = (
        Ticket.id,
        Ticket.reference,
        Ticket.due_sort,
        Ticket.due_kind,
        Ticket.past_target_at,
        Ticket.merged_into_id,
    )
    return db.session.execute(select(*columns).where(Ticket.id > last).order_by(Ticket.id).limit(BATCH)).all()


@dataclass
class _ClocksOf:
    """What is stored of one ticket's clocks beside what its events say."""

    ticket: Any
    work: Clockwork
    stored: dict[Key, Any]
    now: datetime

    def gone_through(self, mend: bool) -> list[Difference]:
        found: list[Difference] = []
        rebuilt: dict[Key, Any] = {}
        for key in sorted(self.work.clocks | self.stored, key=lambda key: (key[0].value, key[1])):
            try:
                columns = self._columns(key) if key in self.work.clocks else None
            except BadFacts as bad:
                found.append(Difference(self._name(key), "events", str(bad), "facts that can be"))
                return found
            if columns is not None:
                rebuilt[key] = columns
            found += self._clock(key, columns, mend)
        repeated = ticket_columns(rebuilt)
        different = list(compare(self.ticket.reference, self.ticket._mapping, repeated))
        if different and mend:
            db.session.execute(
                update(Ticket).where(Ticket.id == self.ticket.id).values(repeated), execution_options=SILENTLY
            )
        return found + different

    def _columns(self, key: Key) -> dict[str, Any]:
        columns = self.work.columns_of(key, self.now)
        row = self.stored.get(key)
        unnoticed = row is not None and row.breached_at is None and columns["breached_at"] is not None
        is_left_alone = self.ticket.merged_into_id is not None
        if unnoticed and (is_left_alone or columns["breached_at"] > self.now - SWEPT_WITHIN):
            return self.work.columns_of(key)
        return columns

    def _clock(self, key: Key, rebuilt: dict[str, Any] | None, mend: bool) -> Iterator[Difference]:
        (kind, number), thing = key, self._name(key)
        row = self.stored.get(key)
        if row is None:
            yield Difference(thing, "clock", "not there", "there")
            if mend:
                whose = {"ticket_id": self.ticket.id, "kind": kind, "round": number}
                db.session.execute(insert(Clock), [{**whose, **(rebuilt or {})}])
        elif rebuilt is None:
            yield Difference(thing, "clock", "there", "not there")
            if mend:
                db.session.execute(delete(Clock).where(Clock.id == row.id), execution_options=SILENTLY)
        else:
            different = list(compare(thing, row._mapping, rebuilt))
            yield from different
            if different and mend:
                db.session.execute(
                    update(Clock).where(Clock.id == row.id).values(rebuilt), execution_options=SILENTLY
                )

    def _name(self, key: Key) -> str:
        kind, number = key
        return f"{self.ticket.reference}, {kind.value}" + (f", round {number}" if number > 1 else "")


def _said(value: Any) -> str:
    if value is None:
        return "empty"
    return value.isoformat() if isinstance(value, datetime) else str(getattr(value, "value", value))
