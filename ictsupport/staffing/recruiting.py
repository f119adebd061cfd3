"""Filling a post: rounds of recruitment and the stages they reach. No applicant is ever recorded."""

from datetime import date

from .. import clock
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from .events import HardToRecruitJudged, StageReached
from .models import ORDER, Post, Recruitment, RecruitmentStep, Stage


class RoundUnderWay(Refusal):
    reason = "A round of recruitment is already under way for this post. Record its next stage, or withdraw it first."


class RoundOver(Refusal):
    reason = "This round of recruitment is over. Start a new round for the post."


class StageOutOfOrder(Refusal):
    reason = "This round has already reached “{reached}”. Choose a later stage."


class DayOutOfOrder(Refusal):
    reason = "“{reached}” was on {on:%-d %B %Y}. Enter that day or a later one."


class NotYet(Refusal):
    reason = "{on:%-d %B %Y} has not come yet. Record a stage on the day it is reached, or afterwards."


class ReasonNeeded(Refusal):
    reason = "Say why, in a sentence: the committee sees it beside the post."


def start_round(post: Post, stage: Stage, on: date, *, by: Person | None) -> Recruitment:
    """Begin a round of recruitment at a stage; one round at a time."""
    lock(post)
    db.session.refresh(post, ["rounds"])
    if post.live_round is not None:
        raise RoundUnderWay
    recruitment = Recruitment(post=post)
    db.session.add(recruitment)
    db.session.flush()
    reach_stage(recruitment, stage, on, by=by)
    return recruitment


def reach_stage(recruitment: Recruitment, stage: Stage, on: date, *, by: Person | None) -> None:
    """Record that the round has come to a stage. Stages may be skipped, but neither order nor days go back."""
    lock(recruitment)
    db.session.refresh(recruitment, ["steps"])
    if not recruitment.is_live:
        raise RoundOver
    if on > clock.now().date():
        raise NotYet(on=on)
    if recruitment.steps:
        last = recruitment.steps[-1]
        if ORDER.index(stage) <= ORDER.index(last.stage):
            raise StageOutOfOrder(reached=last.stage.value)
        if on < last.on:
            raise DayOutOfOrder(reached=last.stage.value, on=last.on)
    recruitment.steps.append(RecruitmentStep(stage=stage, on=on))
    if stage.ends_a_round:
        recruitment.ended_on = on
    db.session.flush()
    announce(StageReached(about=recruitment.post, recruitment=recruitment, stage=stage, on=on, by=by))


def judge_hard_to_recruit(post: Post, hard: bool | None, *, reason: str = "", by: Person | None) -> None:
    """Override the rule for a post, with a reason; None leaves it to the rule again."""
    if hard is not None and not reason.strip():
        raise ReasonNeeded
    post.hard_override = hard
    post.hard_reason = reason.strip() if hard is not None else ""
    post.hard_by_id = by.id if by and hard is not None else None
    post.hard_at = clock.now() if hard is not None else None
    announce(HardToRecruitJudged(about=post, hard=hard, reason=post.hard_reason, by=by))
