"""Guides of the demonstration, who read them lately, and what they thought."""

from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from ...config import settings
from ...database import db, insert_if_new
from ...guides.models import Audience, Guide, GuideReading, GuideVote, State, guide_systems
from ...guides.writing import Content, publish, write_guide
from ...people.models import Person, RequesterKind
from ...systems.expiring import months_later
from ...tickets.models import Ticket, ticket_systems
from .content import content
from .requests import dice
from .setting import Setting

READERS = 40
SEED = 17
"""Chances of their own, so that the rest of the demonstration stays what it was."""


def write_guides(scene: Setting) -> None:
    """About a dozen, one of them a draft and two to be read again."""
    chances = dice(SEED)
    for told in content("guides")["guide"]:
        guide = _guide(scene, told, chances)
        if guide.for_members or guide.for_staff:
            _read(scene, guide, chances)
    db.session.flush()


def ask_anyway(scene: Setting) -> None:
    """Some read a guide and asked all the same: readings an hour before tickets about its systems."""
    tickets = db.session.execute(
        select(guide_systems.c.guide_id, Ticket.requester_id, Ticket.opened_at)
        .join(ticket_systems, ticket_systems.c.system_id == guide_systems.c.system_id)
        .join(Ticket, Ticket.id == ticket_systems.c.ticket_id)
        .join(Guide, Guide.id == guide_systems.c.guide_id)
        .where(
            Guide.for_staff,
            Guide.state == State.PUBLISHED,
            Ticket.requester_kind == RequesterKind.STAFF,
            Ticket.opened_at > _on(scene, 80, dice(SEED)),
        )
        .order_by(Ticket.id, guide_systems.c.guide_id)
    ).all()
    for guide_id, person_id, opened_at in tickets[::5]:
        at = opened_at - timedelta(hours=1)
        key = {"guide_id": guide_id, "person_id": person_id, "day": at.date()}
        insert_if_new(GuideReading, [{**key, "first_at": at, "last_at": at}])


def _guide(scene: Setting, told: dict[str, Any], chances: Random) -> Guide:
    owner = scene.agents[told["owner"]]
    review_on = months_later(scene.today, told["review"])
    guide = write_guide(
        Content(
            title=told["title"],
            summary=told["summary"],
            body=told["body"],
            audiences=[Audience(one) for one in told["for"]],
            systems=[scene.systems[slug] for slug in told["systems"]],
            owner=owner,
            review_on=max(review_on, scene.today + timedelta(days=1)),
        ),
        by=owner,
    )
    if not told.get("draft"):
        publish(guide, by=owner)
    guide.review_on = guide.reminded_of = review_on
    guide.made_at = guide.updated_at = _on(scene, 100 + chances.randrange(200), chances)
    return guide


def _read(scene: Setting, guide: Guide, chances: Random) -> None:
    """Some read it in the last weeks, and every third says whether it helped."""
    readers: list[Person] = []
    if guide.for_members:
        readers += chances.sample(scene.members, min(READERS // 4, len(scene.members)))
    if guide.for_staff:
        readers += chances.sample(scene.staff, min(READERS, len(scene.staff)))
    for number, person in enumerate(readers):
        at = _on(scene, 2 + chances.randrange(80), chances)
        db.session.add(
            GuideReading(guide_id=guide.id, person_id=person.id, day=at.date(), first_at=at, last_at=at)
        )
        if number % 3 == 0:
            helpful = chances.random() < 0.85
            db.session.add(GuideVote(guide_id=guide.id, person_id=person.id, helpful=helpful, at=at))


def _on(scene: Setting, days: int, chances: Random) -> datetime:
    minute = chances.randrange(8 * 60)
    day = scene.today - timedelta(days=days)
    return datetime.combine(day, time(9), settings().zone) + timedelta(minutes=minute)
