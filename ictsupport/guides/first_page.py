"""Guides where people arrive: that there are some; on the desk's Today, which of one's own should be read again."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import select

from ..database import db
from ..pages.cards import Card, Waiting, card, on_today
from ..people.models import Person, RequesterKind
from ..unchanged import until_changed
from .models import Guide, State
from .queries import today


@card(order=40)
def help_yourself(person: Person) -> Card | None:
    """For those who find something there."""
    if person.requester_kind not in kinds_with_guides():
        return None
    return Card("Guides", "How to do things yourself, step by step.", url_for("guides.index"))


@until_changed(Guide)
def kinds_with_guides() -> frozenset[RequesterKind]:
    """For whom guides are published. Whoever keeps guides arrives at their work, not on the first page."""
    columns = {RequesterKind.MEMBER: Guide.for_members, RequesterKind.STAFF: Guide.for_staff}
    published = select(*columns.values()).where(Guide.state == State.PUBLISHED).distinct()
    rows = db.session.execute(published).all()
    return frozenset(kind for at, kind in enumerate(columns) if any(row[at] for row in rows))


@on_today(order=60)
def to_be_read_again(person: Person) -> Iterable[Waiting]:
    """Whoever keeps guides is of the desk."""
    due = select(Guide.title, Guide.slug).where(
        Guide.owner_id == person.id, Guide.state == State.PUBLISHED, Guide.review_on <= today()
    )
    for title, slug in db.session.execute(due.order_by(Guide.review_on, Guide.id).limit(3)):
        yield Waiting(f"Is the guide “{title}” still right?", url_for("guides.guide", slug=slug))
