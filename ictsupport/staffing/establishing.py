"""Putting posts into the establishment, and recording how they stand from a day on."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from .. import clock
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..people.models import Council, Person, Team
from ..people.scopes import scoped_to
from .events import ChangeTakenBack, PostChanged, PostDescribed, PostEstablished
from .models import NONE, FundingShare, Post, PostPeriod, State

WHOLE = Decimal("1.00")


class NumberTaken(Refusal):
    reason = "There is already a post with the number {number}. Use another number, or change that post."


class NoFte(Refusal):
    reason = "Enter an FTE above 0. A post of 18.5 hours in a week of 37 is 0.5."


class FteOverOne(Refusal):
    reason = (
        "An FTE of {fte} is more than one person can work. Enter 1 or less; for two people, enter two posts."
    )


class InPostOverPost(Refusal):
    reason = "Somebody cannot work {in_post} FTE in a post of {fte} FTE. Enter {fte} or less."


class SplitNotWhole(Refusal):
    reason = "The shares of the councils add up to {total} per cent. Change them so that they add up to 100 per cent."


class EndBeforeStart(Refusal):
    reason = "The last day, {ends_on:%-d %B %Y}, comes before the first day, {starts_on:%-d %B %Y}."


class Overlaps(Refusal):
    reason = (
        "This post is already recorded as {state} from {starts_on:%-d %B %Y}. "
        "Enter a later day, or take that change back first."
    )


class SameAsBefore(Refusal):
    reason = "The post already stands like that from {starts_on:%-d %B %Y}. Nothing was changed."


class NothingToTakeBack(Refusal):
    reason = "This is how the post was established. Delete the post instead, from the day it should end."


def establish_post(
    *,
    number: str,
    title: str,
    team: Team,
    by: Person | None,
    starts_on: date,
    fte: Decimal = WHOLE,
    state: State = State.VACANT,
    in_post: Decimal | None = None,
    grade: str = "",
    council: Council | None = None,
    funding: Mapping[Council, int] | None = None,
    note: str = "",
) -> Post:
    """Put a post into the establishment from a day on.

    `council` employs; none means the post is shared. `funding` says who pays
    for how many per cent of it: unless told, the employing council, or all
    councils in equal parts.
    """
    if db.session.scalar(select(Post.id).where(Post.number == number)):
        raise NumberTaken(number=number)
    post = Post(number=number, title=title, team=team, grade=grade, **scoped_to(council))
    shares = dict(funding) if funding else equal_split([council] if council else _all_councils())
    if sum(shares.values()) != 100:
        raise SplitNotWhole(total=sum(shares.values()))
    post.funding = [
        FundingShare(council=each, percent=percent) for each, percent in shares.items() if percent
    ]
    db.session.add(post)
    announce(PostEstablished(about=post, number=number, title=title, by=by))
    record_change(post, state, starts_on, by=by, fte=fte, in_post=in_post, note=note)
    return post


def equal_split(councils: list[Council]) -> dict[Council, int]:
    """100 per cent in parts as equal as whole numbers allow."""
    count = len(councils)
    return {
        each: 100 // count + (1 if place < 100 % count else 0) for place, each in enumerate(councils) if count
    }


def _all_councils() -> list[Council]:
    return list(db.session.scalars(select(Council).order_by(Council.name)))


def describe_post(post: Post, *, title: str, grade: str, by: Person | None) -> None:
    """Put the title or grade right. What the figures rest on is changed by a new period, never here."""
    changes = {
        name: [str(getattr(post, name)), value]
        for name, value in (("title", title), ("grade", grade))
        if getattr(post, name) != value
    }
    if changes:
        post.title, post.grade = title, grade
        announce(PostDescribed(about=post, changes=changes, by=by))


def record_change(
    post: Post,
    state: State,
    starts_on: date,
    *,
    by: Person | None,
    fte: Decimal | None = None,
    in_post: Decimal | None = None,
    note: str = "",
) -> PostPeriod:
    """Say how the post stands from a day on; what held before ends the day before.

    Without `fte` the post keeps its FTE; without `in_post` an occupied post is
    worked in full. The post's row is locked first, so that two people cannot
    record overlapping periods.
    """
    db.session.flush()
    lock(post)
    db.session.refresh(post, ["recorded"])
    last = post.last_period
    fte = checked_fte(fte if fte is not None else last.fte if last else WHOLE)
    in_post = _worked(state, fte, in_post)
    if last is not None:
        if starts_on <= last.starts_on:
            raise Overlaps(state=last.state.value, starts_on=last.starts_on)
        if (last.state, last.fte, last.in_post) == (state, fte, in_post):
            raise SameAsBefore(starts_on=last.starts_on)
        last.ends_on = starts_on - timedelta(days=1)
        db.session.flush()
    period = PostPeriod(
        post=post,
        state=state,
        fte=fte,
        in_post=in_post,
        starts_on=starts_on,
        note=note,
        recorded_by_id=by.id if by else None,
    )
    db.session.add(period)
    db.session.flush()
    announce(
        PostChanged(
            about=post,
            period=period,
            state=state,
            fte=str(fte),
            in_post=str(in_post),
            starts_on=starts_on,
            by=by,
        )
    )
    return period


def take_back(post: Post, *, reason: str, by: Person | None) -> None:
    """Undo the last change of a post, which was a mistake: the entry stays on record, the one before holds again."""
    lock(post)
    db.session.refresh(post, ["recorded"])
    periods = post.periods
    if len(periods) < 2:
        raise NothingToTakeBack
    mistaken, before = periods[-1], periods[-2]
    mistaken.withdrawn_at = clock.now()
    db.session.flush()
    before.ends_on = None
    announce(ChangeTakenBack(about=post, period=mistaken, reason=reason, by=by))


def checked_fte(fte: Decimal) -> Decimal:
    """The FTE, to two places, if one person can work it."""
    fte = Decimal(fte).quantize(Decimal("0.01"))
    if fte <= 0:
        raise NoFte
    if fte > 1:
        raise FteOverOne(fte=_short(fte))
    return fte


def check_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise EndBeforeStart(starts_on=starts_on, ends_on=ends_on)


def _worked(state: State, fte: Decimal, in_post: Decimal | None) -> Decimal:
    if state is not State.OCCUPIED:
        return NONE
    in_post = checked_fte(fte if in_post is None else in_post)
    if in_post > fte:
        raise InPostOverPost(in_post=_short(in_post), fte=_short(fte))
    return in_post


def _short(fte: Decimal) -> str:
    return f"{fte:f}".rstrip("0").rstrip(".")
