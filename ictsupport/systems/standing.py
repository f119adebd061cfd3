"""How far the shared contracts are aligned, on any date: one definition for the page and every report.

Contracts complete = aligned on the day / listed on the day. What is not
pursued stays among the listed ones and is shown apart. All of it is read from
the history of steps, so a past date gives what was recorded for it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, takewhile
from operator import attrgetter

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from ..database import db
from .models import Alignment, AlignmentStep, Group, System

ORDER = (Group.IN_PROGRESS, Group.NOT_STARTED, Group.ALIGNED, Group.NOT_PURSUED)


@dataclass(frozen=True)
class Place:
    """Where one shared system stood on the day."""

    system: System
    alignment: Alignment
    step: AlignmentStep
    since: date
    """From when it has been at that stage."""
    late: bool

    @property
    def group(self) -> Group:
        return self.step.stage.group


@dataclass(frozen=True)
class Standing:
    """Where all of them stood: late ones first, then by target."""

    day: date
    today: date
    places: Sequence[Place]

    def count(self, group: Group) -> int:
        return self.counts[group]

    @property
    def counts(self) -> Counter[Group]:
        return Counter(place.group for place in self.places)

    @property
    def listed(self) -> int:
        return len(self.places)

    @property
    def aligned(self) -> int:
        return self.count(Group.ALIGNED)

    @property
    def late(self) -> list[Place]:
        return [place for place in self.places if place.late]

    def of(self, group: Group) -> list[Place]:
        return [place for place in self.places if place.group is group]

    @property
    def sentence(self) -> str:
        """What may be said to a committee: 9 of 11 shared contracts are aligned on 18 November 2026. ..."""
        day = f"{self.day.day} {self.day:%B %Y}"
        if not self.listed:
            return f"No shared contracts were listed on {day}."
        past = self.day < self.today
        be = {True: "was" if past else "is", False: "were" if past else "are"}
        said = f"{self.aligned} of {self.listed} shared contracts {be[self.aligned == 1]} aligned"
        said += f" on {day}."
        rest = [
            f"{count} {be[count == 1]} {group.value}"
            if group is not Group.NOT_STARTED
            else f"{count} had not started"
            if past
            else f"{count} {'has' if count == 1 else 'have'} not started"
            for group in (Group.IN_PROGRESS, Group.NOT_STARTED, Group.NOT_PURSUED)
            if (count := self.count(group))
        ]
        if rest:
            said += f" {joined(rest)}."
        if late := len(self.late):
            said += f" {late} {be[late == 1]} late."
        return said


def standing(day: date, today: date) -> Standing:
    """Where the shared systems stood at the end of the day. One statement.

    All steps up to then are read: there are some ten for each system.
    """
    steps = db.session.scalars(
        select(AlignmentStep)
        .join(AlignmentStep.alignment)
        .join(Alignment.system)
        .where(AlignmentStep.since <= day, or_(System.retired_on.is_(None), System.retired_on > day))
        .order_by(AlignmentStep.alignment_id, AlignmentStep.since, AlignmentStep.id)
        .options(
            contains_eager(AlignmentStep.alignment)
            .contains_eager(Alignment.system)
            .options(joinedload(System.owner).raiseload("*"), raiseload("*")),
            raiseload("*"),
        )
    )
    places = [place_on(day, list(its)) for _, its in groupby(steps, key=attrgetter("alignment_id"))]
    return Standing(day, today, sorted(places, key=_urgency))


def place_on(day: date, steps: Sequence[AlignmentStep]) -> Place:
    """Where a system stood after these steps, and since when at that stage."""
    last = steps[-1]
    same = takewhile(lambda step: step.stage is last.stage, reversed(steps))
    since = min(step.since for step in same)
    return Place(last.alignment.system, last.alignment, last, since, last.is_late(day))


def _urgency(place: Place) -> tuple[bool, int, date, str]:
    return (not place.late, ORDER.index(place.group), place.step.target_on or date.max, place.system.name)


def joined(parts: list[str]) -> str:
    """A, B and C"""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
