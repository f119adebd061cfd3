"""When open work would be due if a setting were different: what the preview of targets and opening hours shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from ... import clock
from ...database import db
from ...pages.filters import moment, plural
from ...pages.previewing import Preview, Table
from ...people.models import Person
from ..access import is_desk, workable
from ..models import ClockKind, Ticket
from ..targets.clockwork import Clockwork
from ..targets.recounting import clockworks

MOST = 1000
"""So many open tickets are counted for a preview: those due soonest."""
BATCH = 250
EXAMPLES = 8


@dataclass(frozen=True)
class Due:
    """When each target of a ticket that still runs is used up (None while it is paused), and whether one is past."""

    times: Mapping[ClockKind, datetime | None]
    is_past: bool


@dataclass(frozen=True)
class Move:
    """An open ticket that would be due at another time."""

    ticket: Any
    old: Due
    new: Due


@dataclass(frozen=True)
class Moves:
    """What a change would do to the open tickets that were looked at."""

    looked_at: int
    moved: Sequence[Move]
    past_before: int
    past_after: int
    capped: bool


Recount = Callable[[Clockwork, Any], None]
"""Moves the clocks of one ticket (its clockwork, its row) as the new setting would."""


def open_work(which: ColumnElement[bool]) -> list[Any]:
    """The open tickets that a setting may concern, those due soonest first; confidential ones are left out."""
    return list(
        db.session.execute(
            select(
                Ticket.id,
                Ticket.reference,
                Ticket.subject,
                Ticket.council_id,
                Ticket.ticket_type,
                Ticket.requester_kind,
                Ticket.priority,
                Ticket.request_type_id,
                Ticket.hold_reason,
            )
            .where(Ticket.OPEN, Ticket.confidential.is_(False), which)
            .order_by(Ticket.due_sort, Ticket.id)
            .limit(MOST + 1)
        )
    )


def moves(tickets: Sequence[Any], old: dict[int, Due], recount: Recount | None = None) -> Moves:
    """What becomes of the tickets: `old` is how they stood before, by id."""
    new = {ticket.id: due for ticket, due in due_times(tickets, recount)}
    pairs = [Move(ticket, old[ticket.id], new[ticket.id]) for ticket in tickets[:MOST]]
    return Moves(
        looked_at=len(pairs),
        moved=[pair for pair in pairs if pair.old != pair.new],
        past_before=sum(pair.old.is_past for pair in pairs),
        past_after=sum(pair.new.is_past for pair in pairs),
        capped=len(tickets) > MOST,
    )


def due_times(tickets: Sequence[Any], recount: Recount | None = None) -> Iterator[tuple[Any, Due]]:
    """When each ticket is due by the settings as they stand at this moment."""
    now = clock.now()
    for first in range(0, min(len(tickets), MOST), BATCH):
        some = tickets[first : min(first + BATCH, MOST)]
        works = clockworks([ticket.id for ticket in some])
        for ticket in some:
            if recount is not None:
                recount(works[ticket.id], ticket)
            clocks = works[ticket.id].columns(now)
            live = {key[0]: row for key, row in clocks.items() if row["stage"].is_live}
            times = {kind: row["due_at"] for kind, row in live.items()}
            yield ticket, Due(times, any(row["breached_at"] for row in live.values()))


def told(found: Moves, person: Person, *, also: Sequence[str] = (), after: Sequence[str] = ()) -> Preview:
    """The moves in words, with examples that the person may see."""
    which, says = _looked_at(found), [*also]
    if not found.looked_at:
        says.append("No open ticket is concerned.")
    elif not found.moved:
        says.append(
            f"None of {which} it concerns would be due at another time ({found.looked_at:,} looked at)."
        )
    else:
        says.append(
            f"{plural(len(found.moved), 'open ticket')} of {found.looked_at:,} looked at would be due at another "
            f"time. {plural(found.past_after, 'ticket')} would be past target; {found.past_before:,} "
            f"{'is' if found.past_before == 1 else 'are'} now."
        )
    if found.capped:
        says.append(f"Only {which} were looked at for this preview; all of them follow once it is saved.")
    if found.looked_at:
        says.append(
            "What has been counted stays counted; closed and confidential tickets are not in these figures."
        )
    return Preview([*says, *after], _examples(found, person))


def told_of_new_only(found: Moves, *, also: Sequence[str] = ()) -> Preview:
    """What changes for new tickets only, and of how many open ones it would move the due times otherwise."""
    says = [*also, "No open ticket would be due at another time: each keeps the targets it has."]
    if found.moved:
        says.append(
            f"If it applied to requests already open, {plural(len(found.moved), 'open ticket')} of "
            f"{found.looked_at:,} looked at would be due at another time. Confidential tickets are not in these figures."
        )
    if found.looked_at:
        says.append(
            "A ticket that is open takes the new targets once its priority, kind, requester or council changes, or "
            "when it is reopened."
        )
    if found.capped:
        says.append(f"Only {_looked_at(found)} were looked at for this preview.")
    return Preview(says)


def _looked_at(found: Moves) -> str:
    return (
        f"the {found.looked_at:,} open tickets that are due soonest" if found.capped else "the open tickets"
    )


def _examples(found: Moves, person: Person) -> list[Table]:
    """Some of the tickets that move, for somebody who works them."""
    if not found.moved or not is_desk(person):
        return []
    ids = [move.ticket.id for move in found.moved[: EXAMPLES * 5]]
    mine = set(db.session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), workable(person))))
    shown = [move for move in found.moved if move.ticket.id in mine][:EXAMPLES]
    head = ["Ticket", "Subject", "Target", "Due now", "Due then"]
    rows = [row for move in shown for row in _rows(move)]
    return [Table("Some of them", head, rows)] if rows else []


def _rows(move: Move) -> Iterator[tuple[str, ...]]:
    for kind, old in move.old.times.items():
        new = move.new.times.get(kind)
        if new != old or move.old.is_past != move.new.is_past:
            then = f"{_when(new)}, past target" if move.new.is_past and not move.old.is_past else _when(new)
            yield move.ticket.reference, move.ticket.subject, kind.value, _when(old), then


def _when(due: datetime | None) -> str:
    return moment(due) if due else "paused, or already past"
