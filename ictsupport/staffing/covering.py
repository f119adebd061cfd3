"""Agency staff in place of a post: arranged, and ended."""

from datetime import date
from decimal import Decimal

from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from .establishing import EndBeforeStart, check_order, checked_fte
from .events import CoverArranged, CoverEnded
from .models import AgencyCover, Post


class CoverOverlaps(Refusal):
    reason = (
        "There is already agency cover for this post from {starts_on:%-d %B %Y}{until}. "
        "Enter days outside it, or end that cover first."
    )


class CoverOver(Refusal):
    reason = "That cover already ended on {ends_on:%-d %B %Y}. Look at the post again before changing it."


def arrange_cover(
    post: Post,
    *,
    fte: Decimal,
    starts_on: date,
    ends_on: date | None = None,
    agency: str = "",
    by: Person | None,
) -> AgencyCover:
    """Record agency FTE in place of the post. The post stays vacant: cover is shown apart.

    Cover may overlap with somebody in post (a handover, a long illness), but
    not with other cover of the same post.
    """
    fte = checked_fte(fte)
    check_order(starts_on, ends_on)
    lock(post)
    db.session.refresh(post, ["agency"])
    for other in post.agency:
        if (ends_on is None or other.starts_on <= ends_on) and (
            other.ends_on is None or starts_on <= other.ends_on
        ):
            until = f" to {other.ends_on:%-d %B %Y}" if other.ends_on else ""
            raise CoverOverlaps(starts_on=other.starts_on, until=until)
    cover = AgencyCover(post=post, fte=fte, agency=agency, starts_on=starts_on, ends_on=ends_on)
    db.session.add(cover)
    db.session.flush()
    announce(
        CoverArranged(about=post, cover=cover, fte=str(fte), starts_on=starts_on, ends_on=ends_on, by=by)
    )
    return cover


def end_cover(cover: AgencyCover, ends_on: date, *, by: Person | None) -> None:
    """Say which day is the last of the cover."""
    lock(cover)
    if cover.ends_on is not None and cover.ends_on <= ends_on:
        raise CoverOver(ends_on=cover.ends_on)
    if ends_on < cover.starts_on:
        raise EndBeforeStart(starts_on=cover.starts_on, ends_on=ends_on)
    cover.ends_on = ends_on
    announce(CoverEnded(about=cover.post, cover=cover, ends_on=ends_on, by=by))
