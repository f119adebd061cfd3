"""Writing guides, publishing and retiring them, and saying that they are still right."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..pages.markdown import plain_text
from ..people.access import DESK
from ..people.models import Person
from ..systems.changing import Changes, apply, slug_of, take_turn
from ..systems.expiring import months_later
from ..systems.models import System
from ..tickets.models import Ticket
from ..tickets.search.words import folded
from ..tickets.texts import line, prose
from .events import (
    GuideChanged,
    GuideEvent,
    GuidePublished,
    GuideRetired,
    GuideReviewed,
    GuideTakenBack,
    GuideWritten,
)
from .models import Audience, Guide, State

RESERVED = ("new", "due")
"""Words that mean something else in an address of guides."""


class TitleMissing(Refusal):
    reason = "Give the guide a title with letters or numbers in it."


class NoAudience(Refusal):
    reason = "Say who the guide is for: members, staff or agents."


class NotAnOwner(Refusal):
    reason = (
        "{name} does not work at the helpdesk, so they cannot look after a guide. Choose somebody who does."
    )


class ReviewPassed(Refusal):
    reason = "The review date has passed already. Choose a day to come."


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a guide says, for whom, and who sees to it that it stays right."""

    title: str
    body: str
    audiences: Collection[Audience]
    owner: Person
    review_on: date
    summary: str = ""
    systems: Sequence[System] = ()


def write_guide(content: Content, *, by: Person | None, source: Ticket | None = None) -> Guide:
    """Begin a guide, as a draft. It keeps its address even if its title changes."""
    values = _checked(content)
    now = clock.now()
    guide = Guide(slug=_free_slug(values["title"]), made_at=now, updated_at=now, source=source, **values)
    db.session.add(guide)
    announce(GuideWritten(about=guide, by=by, source=source))
    return guide


def change_guide(guide: Guide, content: Content, *, by: Person | None, version: int | None = None) -> Changes:
    """Change what the guide says, unless somebody else has done so since `version`."""
    take_turn(guide, version)
    values = _checked(content, was=guide)
    changes = apply(guide, **values)
    if "wording" in changes:
        del changes["wording"]
    if changes:
        guide.updated_at = clock.now()
        announce(GuideChanged(about=guide, by=by, changes=changes))
    return changes


def publish(guide: Guide, *, by: Person | None) -> None:
    """Let those it is for read it. A review date that has passed is set anew: whoever publishes has read it."""
    due = guide.review_on <= clock.today(settings().zone)
    _become(guide, State.PUBLISHED, GuidePublished, by, **({"review_on": next_review()} if due else {}))


def take_back(guide: Guide, *, by: Person | None) -> None:
    """Make it a draft again."""
    _become(guide, State.DRAFT, GuideTakenBack, by)


def retire(guide: Guide, *, by: Person | None) -> None:
    """Nobody needs it any more; the desk can still look it up."""
    _become(guide, State.RETIRED, GuideRetired, by)


def review(guide: Guide, *, by: Person | None) -> None:
    """It was read again and is right: ask again after the usual time."""
    take_turn(guide, None)
    changes = apply(guide, review_on=next_review())
    announce(GuideReviewed(about=guide, by=by, changes=changes))


def next_review() -> date:
    """When a guide that is right today should be read again."""
    return months_later(clock.today(settings().zone), settings().guide_review_months)


# Inside


def _checked(content: Content, was: Guide | None = None) -> dict[str, Any]:
    title = line(content.title, what="The title", limit=120, needed=True)
    if not slug_of(title):
        raise TitleMissing
    if not content.audiences:
        raise NoAudience
    unchanged = was is not None and was.owner_id == content.owner.id
    if not unchanged and not (content.owner.is_active and content.owner.has_role(*DESK)):
        raise NotAnOwner(name=content.owner.name)
    same_day = was is not None and was.review_on == content.review_on
    if not same_day and content.review_on <= clock.today(settings().zone):
        raise ReviewPassed
    summary = line(content.summary, what="The summary", limit=200)
    body = prose(content.body, what="The text", needed=True)
    return {
        "title": title,
        "summary": summary,
        "body": body,
        "wording": folded(f"{title} {summary} {plain_text(body)}"),
        "for_members": Audience.MEMBERS in content.audiences,
        "for_staff": Audience.STAFF in content.audiences,
        "for_agents": Audience.AGENTS in content.audiences,
        "owner": content.owner,
        "review_on": content.review_on,
        "systems": sorted(content.systems, key=lambda system: system.name),
    }


def _free_slug(title: str) -> str:
    wanted = slug_of(title)[:110]
    taken = set(db.session.scalars(select(Guide.slug).where(Guide.slug.startswith(wanted)))) | {*RESERVED}
    free = (f"{wanted}-{number}" for number in range(2, 10_000))
    return wanted if wanted not in taken else next(slug for slug in free if slug not in taken)


def _become(guide: Guide, state: State, event: type[GuideEvent], by: Person | None, **more: Any) -> None:
    take_turn(guide, None)
    if changes := apply(guide, state=state, **more):
        guide.updated_at = clock.now()
        announce(event(about=guide, by=by, changes=changes))
