"""How many FTE there were: the daily mean of any stretch of days, summed in SQL from posts and agency cover.

FTE-days are counted in calendar days. A council's part of a post is what its
share of the funding says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, case, func, literal, select, type_coerce

from ..database import days_between, db, dialect_name
from ..unchanged import until_changed
from .models import NONE, AgencyCover, FundingShare, Post, PostPeriod, State

FOREVER = date(9999, 12, 31)
MOST_KNOWN = 200


@dataclass(frozen=True)
class Capacity:
    """The daily mean FTE of a stretch of days."""

    first: date
    last: date
    established: Decimal = NONE
    in_post: Decimal = NONE
    frozen: Decimal = NONE
    agency: Decimal = NONE
    covered: Decimal = NONE

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def vacant(self) -> Decimal:
        """Establishment less in post, whatever covers for it."""
        return self.established - self.in_post

    @property
    def uncovered(self) -> Decimal:
        """Vacant, and nobody from an agency in its place."""
        return self.vacant - self.covered

    @property
    def with_agency(self) -> Decimal:
        return self.in_post + self.agency

    @property
    def vacant_days(self) -> Decimal:
        """Vacant FTE-days."""
        return self.vacant * self.days

    @property
    def uncovered_days(self) -> Decimal:
        return self.uncovered * self.days

    @property
    def vacancy_rate(self) -> Decimal | None:
        return self.vacant / self.established if self.established else None


Stretch = tuple[date, date]
"""A first and a last day, both included."""


def capacity(
    stretches: Sequence[Stretch],
    *,
    teams: Collection[int] | None = None,
    councils: Collection[int] | None = None,
) -> list[Capacity]:
    """The capacity of each stretch (first and last day), of all teams or of these, by their ids.

    With `councils` only the parts of each post that these councils pay for.
    """
    found = capacity_by_team(stretches, teams=teams, councils=councils)
    return [
        added(first, last, [part for (start, _), part in found.items() if start == first])
        for first, last in stretches
    ]


def capacity_by_team(
    stretches: Sequence[Stretch],
    *,
    teams: Collection[int] | None = None,
    councils: Collection[int] | None = None,
) -> dict[tuple[date, int], Capacity]:
    """The same, apart for each team, by first day and the team's id."""
    if not stretches:
        return {}
    key = (tuple(stretches), *(None if ids is None else frozenset(ids) for ids in (teams, councils)))
    known = _known()
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_KNOWN:
            known.clear()
        found = known[key] = _counted(stretches, teams, councils)
    return found


@until_changed(Post, PostPeriod, FundingShare, AgencyCover)
def _known() -> dict[Any, dict[tuple[date, int], Capacity]]:
    """What has been counted since posts last changed, by what was asked: the load page asks the same all day."""
    return {}


def _counted(
    stretches: Sequence[Stretch], teams: Collection[int] | None, councils: Collection[int] | None
) -> dict[tuple[date, int], Capacity]:
    statement = _statement(len(stretches), teams is not None, councils is not None, dialect_name())
    told: dict[str, Any] = {"teams": list(teams or ()), "councils": list(councils or ())}
    for place, (first, last) in enumerate(stretches):
        told |= {f"first_{place}": first, f"last_{place}": last}
    lasts = dict(stretches)
    return {
        (row.first, row.team_id): _mean(row.first, lasts[row.first], row[2:])
        for row in db.session.execute(statement, told)
    }


def _mean(first: date, last: date, totals: Sequence[int | None]) -> Capacity:
    days = (last - first).days + 1
    return Capacity(first, last, *(Decimal(int(total or 0)) / 10_000 / days for total in totals))


def added(first: date, last: date, parts: list[Capacity]) -> Capacity:
    """The capacity of several teams together."""
    return Capacity(first, last, *(sum((getattr(part, name) for part in parts), NONE) for name in MEASURES))


MEASURES = ("established", "in_post", "frozen", "agency", "covered")


@lru_cache(maxsize=500)
def _statement(count: int, of_teams: bool, of_councils: bool, dialect: str) -> Any:
    """One row per stretch and team: FTE-days in ten-thousandths (hundredths of an FTE times per cent).

    Put together once for each number of stretches: the days are filled in.
    """
    assert dialect == dialect_name()
    days = [
        select(
            bindparam(f"first_{place}", type_=sa.Date).label("first"),
            bindparam(f"last_{place}", type_=sa.Date).label("last"),
        )
        for place in range(count)
    ]
    stretch = (sa.union_all(*days) if count > 1 else days[0]).cte("stretch")
    lines = _lines()
    overlap = (
        days_between(_most(stretch.c.first, lines.c.starts_on), _least(stretch.c.last, lines.c.ends_on)) + 1
    )
    percent = FundingShare.percent if of_councils else literal(100)
    rows = (
        select(
            stretch.c.first,
            Post.team_id,
            *(func.sum(overlap * lines.c[name] * percent).label(name) for name in MEASURES),
        )
        .select_from(stretch)
        .join(lines, (lines.c.starts_on <= stretch.c.last) & (lines.c.ends_on >= stretch.c.first))
        .join(Post, Post.id == lines.c.post_id)
        .group_by(stretch.c.first, Post.team_id)
    )
    if of_councils:
        paid = FundingShare.council_id.in_(bindparam("councils", expanding=True))
        rows = rows.join(FundingShare, (FundingShare.post_id == Post.id) & paid)
    return rows.where(Post.team_id.in_(bindparam("teams", expanding=True))) if of_teams else rows


def _lines() -> sa.Subquery:
    """From when to when each post had how much of what: its periods, its cover, and where the two meet."""
    fte, in_post = type_coerce(PostPeriod.fte, sa.Integer), type_coerce(PostPeriod.in_post, sa.Integer)
    established = case((PostPeriod.state == State.DELETED, 0), else_=fte)
    cover = type_coerce(AgencyCover.fte, sa.Integer)
    period_ends = func.coalesce(PostPeriod.ends_on, FOREVER, type_=sa.Date)
    cover_ends = func.coalesce(AgencyCover.ends_on, FOREVER, type_=sa.Date)
    holds, zero = PostPeriod.withdrawn_at.is_(None), literal(0)

    periods = select(
        PostPeriod.post_id,
        PostPeriod.starts_on,
        period_ends.label("ends_on"),
        established.label("established"),
        in_post.label("in_post"),
        case((PostPeriod.state == State.FROZEN, fte), else_=0).label("frozen"),
        zero.label("agency"),
        zero.label("covered"),
    ).where(holds)
    covers = select(AgencyCover.post_id, AgencyCover.starts_on, cover_ends, zero, zero, zero, cover, zero)
    meetings = (
        select(
            PostPeriod.post_id,
            _most(PostPeriod.starts_on, AgencyCover.starts_on),
            _least(period_ends, cover_ends),
            zero,
            zero,
            zero,
            zero,
            _least(established - in_post, cover),
        )
        .join(AgencyCover, AgencyCover.post_id == PostPeriod.post_id)
        .where(holds, PostPeriod.starts_on <= cover_ends, AgencyCover.starts_on <= period_ends)
    )
    return sa.union_all(periods, covers, meetings).subquery("line")


def _least(one: Any, other: Any) -> Any:
    return case((one < other, one), else_=other)


def _most(one: Any, other: Any) -> Any:
    return case((one > other, one), else_=other)
