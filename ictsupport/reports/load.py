"""Load beside vacancies: one set of figures, used by the page, the CSV and the JSON alike."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import Any

from sqlalchemy import case, func, literal, null, select, union_all
from sqlalchemy import cast as cast_to

from ..database import db
from ..staffing.capacity import Capacity, capacity
from ..statements import put_together
from ..tickets.models import ClockKind, TicketType
from .asking import Question, Stretch
from .facts import MEASURED
from .models import FLOWS, SHARED, STEP_COLUMNS, STEPS, WAITS, LoadFact, WaitFact

ENOUGH = 5
"""From fewer ended clocks than this no median is told: one slow answer would make it."""

Counts = Sequence[int]
NO_STEPS = (0,) * len(STEP_COLUMNS)

IN = ("opened", "reopened", "unmerged")
OUT = ("resolved", "cancelled", "merged")


@dataclass(frozen=True)
class Waits:
    """How the clocks of one kind ended in a stretch, and how many ran late at its end."""

    met: int = 0
    missed: int = 0
    late: int = 0
    steps: tuple[int, ...] = NO_STEPS

    @property
    def ended(self) -> int:
        return self.met + self.missed

    @property
    def share(self) -> float | None:
        """In target: met of met and missed."""
        return self.met / self.ended if self.ended else None

    @property
    def median(self) -> "Within | None":
        return self.within(Fraction(1, 2))

    @property
    def p90(self) -> "Within | None":
        return self.within(Fraction(9, 10))

    def within(self, share: Fraction) -> "Within | None":
        """The shortest step that at least this share of the clocks ended within; None from too few of them."""
        if self.ended < ENOUGH:
            return None
        at = bisect_left(list(accumulate(self.steps)), ceil(self.ended * share))
        return Within(STEPS[at] if at < len(STEPS) else None)


@dataclass(frozen=True)
class Within:
    """A length of working time that so many stayed within; none: longer than we tell apart."""

    minutes: int | None

    def __str__(self) -> str:
        if self.minutes is None:
            return f"over {STEPS[-1] // 60} h"
        return f"{self.minutes} min" if self.minutes < 60 else f"{self.minutes / 60:g} h"


@dataclass(frozen=True)
class Part:
    """The figures of one stretch, or of all of them together."""

    first: date
    last: date
    flows: Counter[str]
    backlog: int
    waits: dict[ClockKind, Waits]
    capacity: Capacity | None
    stretch: Stretch | None = None

    @property
    def net(self) -> int:
        """Change of backlog: what came less what went; within one queue with what was moved."""
        return net_of(self.flows)

    @property
    def response(self) -> Waits:
        return self.waits.get(ClockKind.RESPONSE, Waits())

    @property
    def resolution(self) -> Waits:
        return self.waits.get(ClockKind.RESOLUTION, Waits())

    def per_fte(self, flow: str, denominator: str) -> float | None:
        """Tickets per FTE: `flow` opened or resolved over in_post, with_agency or established."""
        fte: Decimal | None = getattr(self.capacity, denominator) if self.capacity else None
        return self.flows[flow] / float(fte) if fte else None


def net_of(flows: Counter[str]) -> int:
    came = sum(flows[name] for name in (*IN, "moved_in"))
    return came - sum(flows[name] for name in (*OUT, "moved_out"))


@dataclass(frozen=True)
class Load:
    """The answer to a question. `by_type` also has the problems, which the totals leave out."""

    question: Question
    parts: list[Part]
    total: Part
    by_type: dict[TicketType, Part] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened and nothing was open."""
        return not any(self.total.flows.values()) and not any(part.backlog for part in self.parts)

    @property
    def finding(self) -> str:
        return finding(self.parts)


def load(question: Question) -> Load:
    """All figures of the load page, in three statements."""
    sums = _Sums(question)
    stretches = question.stretches
    # What is asked for is counted to the end of the last stretch, or to today.
    staffed = _capacity(question, stretches)
    parts = sums.parts(question.counted, stretches, staffed)
    whole = staffed[-1] if staffed else None
    return Load(
        question,
        parts,
        sums.whole(question.counted, stretches, whole),
        {each: sums.whole((each,), stretches, None) for each in TicketType},
    )


def _capacity(question: Question, stretches: Sequence[Stretch]) -> list[Capacity]:
    """The FTE of each stretch and, last, of all of them; nothing for shared work, which no FTE is set aside for."""
    if question.council is not None and question.council.id == SHARED:
        return []
    councils = [question.council.id] if question.council else question.reach
    queues = question.queues if question.queue is None else [question.queue]
    teams = {queue.team_id for queue in queues if queue.team_id is not None}
    spans = [(stretch.first, stretch.shown_to) for stretch in stretches]
    found = capacity(spans, teams=teams, councils=councils)
    days = sum(each.days for each in found)
    means = [
        sum((getattr(each, name) * each.days for each in found), Decimal(0)) / days
        for name in ("established", "in_post", "frozen", "agency", "covered")
    ]
    return [*found, Capacity(spans[0][0], spans[-1][1], *means)]


class _Sums:
    """What the facts say, by stretch and type; under None what had gathered before the first stretch."""

    def __init__(self, question: Question) -> None:
        self.flows: dict[tuple[date | None, TicketType], Counts] = {}
        self.waits: dict[tuple[date | None, TicketType, ClockKind], Counts] = {}
        for row in db.session.execute(_flows(question)):
            if row.kind is None:
                self.flows[row.day, row.ticket_type] = row[3:-1]
            else:
                self.waits[None, row.ticket_type, row.kind] = (0, 0, row.late, *NO_STEPS)
        for row in db.session.execute(_waits(question)):
            self.waits[row.day, row.ticket_type, row.kind] = row[3:]

    def parts(
        self, types: Sequence[TicketType], stretches: Sequence[Stretch], staffed: Sequence[Capacity]
    ) -> list[Part]:
        """Each stretch, with what had gathered by its end."""
        backlog = net_of(self._flows(types, [None]))
        late = {kind: self._waits(types, [None], kind).late for kind in MEASURED}
        found = []
        for place, stretch in enumerate(stretches):
            flows = self._flows(types, [stretch.first])
            backlog += net_of(flows)
            waits = {}
            for kind in MEASURED:
                counted = self._waits(types, [stretch.first], kind)
                late[kind] += counted.late
                waits[kind] = replace(counted, late=late[kind])
            fte = staffed[place] if staffed else None
            found.append(Part(stretch.first, stretch.last, flows, backlog, waits, fte, stretch))
        return found

    def whole(self, types: Sequence[TicketType], stretches: Sequence[Stretch], fte: Capacity | None) -> Part:
        """All stretches as one."""
        days = [stretch.first for stretch in stretches]
        flows = self._flows(types, days)
        waits = {}
        for kind in MEASURED:
            before = self._waits(types, [None], kind).late
            counted = self._waits(types, days, kind)
            waits[kind] = replace(counted, late=counted.late + before)
        backlog = net_of(self._flows(types, [None])) + net_of(flows)
        return Part(days[0], stretches[-1].last, flows, backlog, waits, fte)

    def _flows(self, types: Iterable[TicketType], days: Iterable[date | None]) -> Counter[str]:
        rows = [row for each in types for day in days if (row := self.flows.get((day, each)))]
        return Counter(dict(zip(FLOWS, _added(rows, len(FLOWS)), strict=True)))

    def _waits(self, types: Iterable[TicketType], days: Iterable[date | None], kind: ClockKind) -> Waits:
        rows = [row for each in types for day in days if (row := self.waits.get((day, each, kind)))]
        met, missed, late, *steps = _added(rows, len(WAITS))
        return Waits(met, missed, late, tuple(steps))


def _added(rows: Sequence[Counts], columns: int) -> list[int]:
    """The rows added up, column by column."""
    return [int(sum(column)) for column in zip(*rows, strict=True)] or [0] * columns


@put_together
def _flows(question: Question) -> Any:
    """Flows by stretch and type, those before the first stretch together; and how many ran late before it."""
    table: Any = LoadFact.__table__.c
    late: Any = WaitFact.__table__.c
    day = case((table.day >= question.first, table.day))
    flows = (
        select(
            day.label("day"),
            table.ticket_type,
            cast_to(null(), late.kind.type).label("kind"),
            *(func.sum(table[name]).label(name) for name in FLOWS),
            literal(0).label("late"),
        )
        .where(question.facts(table), table.day <= question.last)
        .group_by(day, table.ticket_type)
    )
    before = (
        select(
            cast_to(null(), table.day.type),
            late.ticket_type,
            late.kind,
            *(literal(0) for _ in FLOWS),
            func.sum(late.late),
        )
        .where(question.facts(late), late.day < question.first)
        .group_by(late.ticket_type, late.kind)
    )
    return union_all(flows, before)


@put_together
def _waits(question: Question) -> Any:
    table: Any = WaitFact.__table__.c
    return (
        select(
            table.day,
            table.ticket_type,
            table.kind,
            *(func.sum(table[name]) for name in WAITS),
        )
        .where(question.facts(table), table.day.between(question.first, question.last))
        .group_by(table.day, table.ticket_type, table.kind)
    )


def finding(parts: Sequence[Part]) -> str:
    """What the figures show, in a sentence: how the backlog moved with vacancies. Never what caused what."""
    known = [part for part in parts if part.capacity and part.stretch and part.stretch.is_over]
    known = [part for part in known if part.backlog or any(part.flows.values())]
    if len(known) < 3:
        return "There is not enough data yet to say how the backlog moved with vacancies"
    unit = known[0].stretch.grain.value if known[0].stretch else "month"
    vacant = sorted((float(part.capacity.vacant) if part.capacity else 0.0) for part in known)
    if vacant[-1] - vacant[0] < 0.1:
        first, last = known[0].backlog, known[-1].backlog
        return f"The backlog went from {first:,} to {last:,} while vacancies stayed at {vacant[-1]:.1f} FTE"
    third = max(len(known) // 3, 1)
    ordered = sorted(known, key=lambda part: part.capacity.vacant if part.capacity else Decimal(0))
    least, most = _mean(ordered[:third]), _mean(ordered[-third:])
    how = "hardly moved"
    if abs(most - least) >= max(0.1 * least, 1):
        how = "moved" if most > least else "moved against vacancies, not"
    return (
        f"The backlog {how} with vacancies: {most:,.0f} open on average in the {unit}s with most posts vacant, "
        f"{least:,.0f} in those with fewest"
    )


def _mean(parts: Sequence[Part]) -> float:
    return sum(part.backlog for part in parts) / len(parts)
