"""Making the load facts anew from the tickets, and proving that those stored are the same."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, insert, literal, select

from ..database import Model, db, first_day_of, stop_writers
from ..people.models import Council
from ..tickets.models import Queue
from ..tickets.rebuilding import Difference, Step, how_many_tickets, rebuildable
from . import summing
from .facts import stretches
from .models import FLOWS, KEYS, WAITS, Grain, LoadFact, WaitFact

TABLES: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...], Any], ...] = (
    (LoadFact, KEYS, FLOWS, summing.flows),
    (WaitFact, (*KEYS, "kind"), WAITS, summing.waits),
)

Stored = dict[tuple[Any, ...], tuple[int, ...]]


def rebuild_load_facts() -> None:
    """Make all facts anew. Whoever loads tickets in bulk calls it afterwards; does not commit."""
    db.session.flush()
    for table, keys, measures, days in TABLES:
        stop_writers(table)
        db.session.execute(sa.delete(table))
        of_days = days().subquery("days")
        columns = [of_days.c[name] for name in (*keys[1:], *measures)]
        grain = literal(Grain.DAY, table.__table__.c.grain.type)
        db.session.execute(
            insert(table).from_select([*keys, *measures], select(grain, *columns), include_defaults=False)
        )
        for longer in (Grain.WEEK, Grain.MONTH):
            _sum_up(table, keys, measures, longer)
    db.session.expire_all()


def _sum_up(table: type[Model], keys: tuple[str, ...], measures: tuple[str, ...], grain: Grain) -> None:
    stored: Any = table.__table__
    first = first_day_of("week" if grain is Grain.WEEK else "month", stored.c.day)
    by = [stored.c[name] for name in keys[2:]]
    sums = [func.sum(stored.c[name]) for name in measures]
    rows = (
        select(literal(grain, stored.c.grain.type), first, *by, *sums)
        .where(stored.c.grain == Grain.DAY)
        .group_by(first, *by)
    )
    db.session.execute(insert(table).from_select([*keys, *measures], rows, include_defaults=False))


@rebuildable("load facts", size=how_many_tickets)
def rebuild_or_compare(mend: bool) -> Iterator[Step]:
    """Every sum of every day, week and month, from the tickets' periods, clocks and merges."""
    found = [
        difference
        for table, keys, measures, days in TABLES
        for difference in _differences(table, keys, measures, days)
    ]
    if mend and found:
        rebuild_load_facts()
    yield how_many_tickets(), found


def _differences(
    table: type[Model], keys: tuple[str, ...], measures: tuple[str, ...], days: Any
) -> Iterator[Difference]:
    columns: Any = table.__table__.c
    rows = select(*(columns[name] for name in (*keys, *measures)))
    stored: Stored = {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in db.session.execute(rows)}
    rebuilt = _rebuilt(len(keys), days)
    nought = (0,) * len(measures)
    names = _Names()
    for key in sorted(stored.keys() | rebuilt.keys(), key=str):
        pair = stored.get(key, nought), rebuilt.get(key, nought)
        for measure, is_, should_be in zip(measures, *pair, strict=True):
            if is_ != should_be:
                yield Difference(names.of(key), measure.replace("_", " "), is_, should_be)


def _rebuilt(key_length: int, days: Any) -> Stored:
    sums: Stored = {}
    for row in db.session.execute(days()):
        counts = tuple(int(count) for count in row[key_length - 1 :])
        for grain, first in stretches(row.day):
            key = (grain, first, *row[1 : key_length - 1])
            so_far = sums.get(key)
            sums[key] = counts if so_far is None else tuple(map(sum, zip(so_far, counts, strict=True)))
    return sums


class _Names:
    """What a fact is about, in words."""

    def __init__(self) -> None:
        self.councils = dict(db.session.execute(select(Council.id, Council.short_name)).all())
        self.queues = dict(db.session.execute(select(Queue.id, Queue.name)).all())

    def of(self, key: tuple[Any, ...]) -> str:
        grain, day, council_id, queue_id, *more = key
        first: date = day
        words = [part.value if hasattr(part, "value") else "confidential" if part else "" for part in more]
        named = [self.councils.get(council_id, "shared"), self.queues.get(queue_id, "?"), *words]
        return f"{grain.value} of {first.isoformat()}, " + ", ".join(filter(None, named))
