"""The establishment as pages show it: on any day, and month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from ..database import db
from ..people.access import reach
from ..people.models import Council, Person, Team
from .access import READERS, visible_posts
from .capacity import Capacity, added, capacity_by_team
from .models import NONE, FundingShare, Post, PostPeriod, Recruitment, State
from .vacancies import Hardness, Vacancy, hardness, vacancy_of

MONTHS = 13


@dataclass(frozen=True)
class Standing:
    """A post as it stood on a day."""

    post: Post
    period: PostPeriod
    cover: Decimal
    hardness: Hardness
    vacancy: Vacancy | None


@dataclass(frozen=True)
class Establishment:
    """All posts that stood in the budget on a day, by team."""

    on: date
    standings: Sequence[Standing]

    @property
    def vacancies(self) -> list[Standing]:
        """Those with something vacant, the longest vacancy first."""
        found = [each for each in self.standings if each.vacancy]
        return sorted(found, key=lambda each: each.vacancy.since if each.vacancy else self.on)

    @property
    def established(self) -> Decimal:
        return sum((each.period.established for each in self.standings), NONE)

    @property
    def in_post(self) -> Decimal:
        return sum((each.period.in_post for each in self.standings), NONE)

    @property
    def vacant(self) -> Decimal:
        return self.established - self.in_post

    @property
    def frozen(self) -> Decimal:
        return sum((each.period.fte for each in self.standings if each.period.state is State.FROZEN), NONE)

    @property
    def covered(self) -> Decimal:
        return sum((min(each.cover, each.period.vacant) for each in self.standings), NONE)

    @property
    def hard(self) -> int:
        """How many vacant posts are hard to recruit to."""
        return sum(1 for each in self.standings if each.vacancy and each.hardness.hard)


def with_past(posts: Select[Post]) -> Select[Post]:
    """With everything that is known of the posts."""
    return posts.options(
        joinedload(Post.team),
        joinedload(Post.council),
        selectinload(Post.recorded),
        selectinload(Post.agency),
        selectinload(Post.rounds).selectinload(Recruitment.steps),
        raiseload("*"),
    )


def establishment(person: Person, on: date) -> Establishment:
    """The posts the reader may see as they stood on a day; deleted ones left out."""
    posts = db.session.scalars(
        with_past(visible_posts(person)).join(Post.team).order_by(Team.name, Post.title, Post.number)
    )
    found = []
    for post in posts:
        period = post.period_on(on)
        if period is not None and period.state is not State.DELETED:
            found.append(Standing(post, period, post.cover_on(on), hardness(post, on), vacancy_of(post, on)))
    return Establishment(on, found)


def post_with_past(person: Person, post_id: int) -> Post | None:
    """A post the reader may see, with its history, cover, funding and rounds."""
    return db.session.scalars(
        with_past(visible_posts(person).where(Post.id == post_id)).options(
            selectinload(Post.funding).joinedload(FundingShare.council), joinedload(Post.hard_by)
        )
    ).first()


@dataclass(frozen=True)
class Month:
    """A month (to today, if it is not over), by team and in all."""

    first: date
    teams: dict[int, Capacity]
    whole: Capacity


def months(person: Person, until: date, count: int = MONTHS) -> tuple[list[Month], dict[int, str]]:
    """The last months of what the reader may see, and the names of the teams that have posts in them."""
    stretches = _last_months(until, count)
    found = capacity_by_team(stretches, councils=reach(person, *READERS))
    rows = []
    for first, last in stretches:
        teams = {team_id: part for (start, team_id), part in found.items() if start == first}
        rows.append(Month(first, teams, added(first, last, list(teams.values()))))
    ids = {team_id for _, team_id in found}
    names = dict(
        db.session.execute(select(Team.id, Team.name).where(Team.id.in_(ids)).order_by(Team.name)).all()
    )
    return rows, names


def _last_months(until: date, count: int) -> list[tuple[date, date]]:
    found, last = [], until
    for _ in range(count):
        first = last.replace(day=1)
        found.append((first, last))
        last = first - timedelta(days=1)
    return found[::-1]


def teams_and_councils() -> tuple[Sequence[Team], Sequence[Council]]:
    """What a new post can belong to."""
    return (
        db.session.scalars(select(Team).order_by(Team.name)).all(),
        db.session.scalars(select(Council).order_by(Council.name)).all(),
    )
