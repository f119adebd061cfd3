"""What the first page offers for clinics: the next free time, one tap away; and booking for members to those who do."""

from flask import url_for
from sqlalchemy import select

from ..database import db
from ..pages.cards import Card, card
from ..pages.filters import near_moment
from ..people.access import members_acted_for
from ..people.models import DelegateScope, Person
from . import access
from .queries import next_free_slot


@card(order=30)
def book_a_clinic(person: Person) -> Card | None:
    """For members, and for those who book for them."""
    if person.is_member:
        free = next_free_slot(person)
        note = f"Next: {near_moment(free[1].starts_at)}, {free[0].site.name}" if free else ""
        text = "Bring your iPad to somebody who knows it."
    elif access.books_for_others(person) or _acts_for_somebody(person):
        note, text = "", "Book a time at an iPad clinic for a member."
    else:
        return None
    return Card("Book a clinic", text, url_for("clinics.index"), note=note)


def _acts_for_somebody(person: Person) -> bool:
    return db.session.scalar(select(members_acted_for(person, DelegateScope.BOOK).exists())) or False
