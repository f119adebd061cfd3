"""Vacancies: how long, at what stage, what they cost in days, what covers for them, and which are hard to fill."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..config import settings
from .models import NONE, Post, PostPeriod, Recruitment, Stage, State


@dataclass(frozen=True)
class Vacancy:
    """A post some of which is vacant on a day, and what there is to say about that."""

    post: Post
    period: PostPeriod
    since: date
    on: date

    @property
    def fte(self) -> Decimal:
        return self.period.vacant

    @property
    def days(self) -> int:
        """For how many days it has been vacant, the day itself included."""
        return (self.on - self.since).days + 1

    @property
    def days_lost(self) -> Decimal:
        """FTE-days since the vacancy began: each day counts with the FTE that was missing on it."""
        return sum((self._missing(day) for day in self._each_day()), NONE)

    @property
    def days_uncovered(self) -> Decimal:
        """The same less what agency staff covered."""
        return sum(
            (max(self._missing(day) - self.post.cover_on(day), NONE) for day in self._each_day()), NONE
        )

    @property
    def cover(self) -> Decimal:
        return self.post.cover_on(self.on)

    @property
    def stage(self) -> Stage | None:
        """The stage of the round under way."""
        live = self.post.live_round
        return live.stage if live and live.steps else None

    @property
    def adverts(self) -> int:
        """How often it has been advertised since it fell vacant."""
        return sum(
            1 for each in self.post.rounds if (day := each.day_of(Stage.ADVERTISED)) and day >= self.since
        )

    def _each_day(self) -> list[date]:
        return [self.since + timedelta(days=n) for n in range(self.days)]

    def _missing(self, day: date) -> Decimal:
        period = self.post.period_on(day)
        return period.vacant if period else NONE


@dataclass(frozen=True)
class Hardness:
    """Whether a post is hard to recruit to, and why that is said."""

    hard: bool
    why: str
    overridden: bool = False


def vacancy_of(post: Post, on: date) -> Vacancy | None:
    """The post's vacancy on a day, if some of it is vacant then."""
    period, since = post.period_on(on), post.vacant_since(on)
    if period is None or since is None or not period.vacant:
        return None
    return Vacancy(post, period, since, on)


def hardness(post: Post, on: date) -> Hardness:
    """Hard to recruit: advertised twice without appointment, or open for over 90 days (both settings); or as judged.

    A frozen post is not open to anybody, so only a vacant one can be open too long.
    """
    if post.hard_override is not None:
        return Hardness(post.hard_override, post.hard_reason, overridden=True)
    vacancy = vacancy_of(post, on)
    if vacancy is None:
        return Hardness(False, "the post is filled")
    most, longest = settings().hard_to_recruit_adverts, settings().hard_to_recruit_days
    if vacancy.adverts >= most and not any(_appointed(each, vacancy.since) for each in post.rounds):
        return Hardness(True, f"advertised {_times(vacancy.adverts)} without appointment")
    if vacancy.period.state is not State.FROZEN and vacancy.days > longest:
        return Hardness(True, f"open for {vacancy.days} days, over {longest}")
    return Hardness(False, f"open for {vacancy.days} days, advertised {_times(vacancy.adverts)}")


def _appointed(recruitment: Recruitment, since: date) -> bool:
    day = recruitment.day_of(Stage.ACCEPTED) or recruitment.day_of(Stage.STARTED)
    return day is not None and day >= since


def _times(count: int) -> str:
    return {0: "not yet", 1: "once", 2: "twice"}.get(count, f"{count} times")
