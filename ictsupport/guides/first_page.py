"""Guides on the first page: that there are some, and which of one's own should be read again."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import select

from ..database import db
from ..pages.cards import Card, Waiting, card, waiting
from ..people.models import Person
from .access import keeps_guides, meant_for
from .models import Guide, State
from .queries import today


@card(order=40)
def help_yourself(person: Person) -> Card | None:
    """For those who find something there."""
    if db.session.scalar(select(Guide.id).where(meant_for(person)).limit(1)) is None:
        return None
    return Card("Guides", "How to do things yourself, step by step.", url_for("guides.index"))


@waiting(order=60)
def to_be_read_again(person: Person) -> Iterable[Waiting]:
    if not keeps_guides(person):
        return
    due = select(Guide.title, Guide.slug).where(
        Guide.owner_id == person.id, Guide.state == State.PUBLISHED, Guide.review_on <= today()
    )
    for title, slug in db.session.execute(due.order_by(Guide.review_on, Guide.id).limit(3)):
        yield Waiting(f"Is the guide “{title}” still right?", url_for("guides.guide", slug=slug))
