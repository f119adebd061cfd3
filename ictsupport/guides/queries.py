"""The lists of guides that pages show."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from .. import clock
from ..config import settings
from ..database import contains, db
from ..people.access import DESK
from ..people.models import Grant, Person
from ..systems.models import System
from ..tickets.models import Ticket
from ..tickets.search.words import STOP_WORDS, folded
from .access import visible_guides
from .models import Audience, Guide, GuideVote, State, guide_systems

MOST_WORDS = 8
COLUMNS = {
    Audience.MEMBERS: Guide.for_members,
    Audience.STAFF: Guide.for_staff,
    Audience.AGENTS: Guide.for_agents,
}


@dataclass(frozen=True)
class Wish:
    """What a list of guides is asked for."""

    words: str = ""
    system_id: int | None = None
    states: Sequence[State] = ()
    audiences: Sequence[Audience] = ()
    due: bool = False


@dataclass(frozen=True)
class Votes:
    """How many found a guide helpful, and how many did not."""

    yes: int = 0
    no: int = 0

    @property
    def all(self) -> int:
        return self.yes + self.no


@dataclass(frozen=True)
class Beside:
    """What the page of one guide says beside it."""

    votes: Votes = field(default_factory=Votes)
    mine: bool | None = None


def words_in(typed: str, shortest: int = 2) -> list[str]:
    """The words to look for, without those that say nothing."""
    found = (word for word in re.findall(r"\w+", folded(typed)) if len(word) >= shortest)
    return [word for word in dict.fromkeys(found) if word not in STOP_WORDS][:MOST_WORDS]


def guide_list(person: Person, wish: Wish) -> Select[Guide]:
    """The guides somebody may read, with their systems and owners, as wished."""
    guides = visible_guides(person)
    for word in words_in(wish.words):
        guides = guides.where(contains(Guide.wording, word))
    if wish.system_id is not None:
        guides = guides.where(Guide.id.in_(_about(wish.system_id)))
    if wish.states:
        guides = guides.where(Guide.state.in_(wish.states))
    if wish.audiences:
        guides = guides.where(or_(*(COLUMNS[one].is_(True) for one in wish.audiences)))
    if wish.due:
        guides = guides.where(Guide.state == State.PUBLISHED, Guide.review_on <= today())
    return guides.options(
        selectinload(Guide.systems).raiseload("*"),
        joinedload(Guide.owner).raiseload("*"),
        raiseload("*"),
    )


def not_in_title(words: str) -> ColumnElement[int]:
    """SQL: how many of the words are not in the title; the fewer, the further up a guide belongs."""
    missed: ColumnElement[int] = literal(0, Integer)
    for word in words_in(words):
        missed = missed + case((contains(func.lower(Guide.title), word), 0), else_=1)
    return missed


def guide_page(person: Person, slug: str) -> Select[Guide]:
    return (
        visible_guides(person)
        .where(Guide.slug == slug)
        .options(
            selectinload(Guide.systems).raiseload("*"), joinedload(Guide.owner), joinedload(Guide.source)
        )
    )


def systems_with_guides(person: Person) -> Sequence[System]:
    """The systems about which there are guides somebody may read, by name."""
    theirs = visible_guides(person).with_only_columns(Guide.id)
    about = select(guide_systems.c.system_id).where(guide_systems.c.guide_id.in_(theirs))
    return db.session.scalars(
        select(System).where(System.id.in_(about)).order_by(System.name).options(raiseload("*"))
    ).all()


def votes_of(guides: Iterable[Guide]) -> dict[int, Votes]:
    """How the guides were found, each by its id."""
    rows = db.session.execute(
        select(
            GuideVote.guide_id,
            func.sum(case((GuideVote.helpful, 1), else_=0)),
            func.sum(case((GuideVote.helpful, 0), else_=1)),
        )
        .where(GuideVote.guide_id.in_([guide.id for guide in guides]))
        .group_by(GuideVote.guide_id)
    )
    return {guide_id: Votes(int(yes), int(no)) for guide_id, yes, no in rows}


def beside(guide: Guide, person: Person) -> Beside:
    """The votes on a guide, and the person's own among them. One statement."""
    rows = db.session.execute(
        select(
            GuideVote.helpful,
            func.count(),
            func.max(case((GuideVote.person_id == person.id, 1), else_=0)),
        )
        .where(GuideVote.guide_id == guide.id)
        .group_by(GuideVote.helpful)
    ).all()
    told = {bool(helpful): number for helpful, number, _ in rows}
    mine = next((bool(helpful) for helpful, _, own in rows if own), None)
    return Beside(Votes(told.get(True, 0), told.get(False, 0)), mine)


def guides_that_may_help(
    among: ColumnElement[bool], words: str, systems: Sequence[int] | Select[int], most: int
) -> Sequence[Guide]:
    """Guides about the systems, or whose words fit; those that fit best first. One statement, or none."""
    found = words_in(words, shortest=4)
    about = Guide.id.in_(select(guide_systems.c.guide_id).where(guide_systems.c.system_id.in_(systems)))
    fits: ColumnElement[int] = case((about, 2), else_=0)
    for word in found:
        fits = fits + case((contains(func.lower(Guide.title), word), 3), else_=0)
        fits = fits + case((contains(Guide.wording, word), 1), else_=0)
    # One word somewhere in the text is little: words alone must stand in the title, or two of them in the text.
    return db.session.scalars(
        select(Guide)
        .where(among, fits >= 2)
        .order_by(fits.desc(), Guide.title, Guide.id)
        .limit(most)
        .options(raiseload("*"))
    ).all()


def keepers() -> Sequence[Person]:
    """Those who may look after a guide, by name."""
    desk = select(Grant.person_id).where(Grant.role.in_(DESK), Grant.ended_at.is_(None))
    return db.session.scalars(
        select(Person)
        .where(Person.id.in_(desk), Person.gone_at.is_(None))
        .order_by(Person.sort_name, Person.id)
        .options(raiseload("*"))
    ).all()


def open_source(guide: Guide) -> Ticket | None:
    """The ticket a guide was made from, unless it has become confidential since."""
    return guide.source if guide.source is not None and not guide.source.confidential else None


def today() -> date:
    return clock.today(settings().zone)


def _about(system_id: int) -> Select[int]:
    return select(guide_systems.c.guide_id).where(guide_systems.c.system_id == system_id)
