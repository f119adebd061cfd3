"""What can happen to posts."""

from dataclasses import dataclass
from datetime import date

from ..journal import Event
from .models import AgencyCover, Post, PostPeriod, Recruitment, Stage, State


@dataclass(frozen=True, kw_only=True)
class PostEstablished(Event):
    """A post has been put into the establishment."""

    about: Post
    number: str
    title: str


@dataclass(frozen=True, kw_only=True)
class PostDescribed(Event):
    """A post's title or grade was put right."""

    about: Post
    changes: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class PostChanged(Event):
    """A post stands differently from a day on: filled, vacant, frozen or deleted."""

    about: Post
    period: PostPeriod
    state: State
    fte: str
    in_post: str
    starts_on: date


@dataclass(frozen=True, kw_only=True)
class ChangeTakenBack(Event):
    """The last change of a post was a mistake; the one before it holds again."""

    about: Post
    period: PostPeriod
    reason: str


@dataclass(frozen=True, kw_only=True)
class CoverArranged(Event):
    """Agency staff will work in place of a post."""

    about: Post
    cover: AgencyCover
    fte: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class CoverEnded(Event):
    """Agency cover has its last day."""

    about: Post
    cover: AgencyCover
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class StageReached(Event):
    """A round of recruitment has come to a stage."""

    about: Post
    recruitment: Recruitment
    stage: Stage
    on: date


@dataclass(frozen=True, kw_only=True)
class HardToRecruitJudged(Event):
    """Somebody has overridden the hard-to-recruit rule for a post, or left it to the rule again."""

    about: Post
    hard: bool | None
    reason: str
