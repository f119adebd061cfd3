"""How it went, as a part of the ticket's page: for the desk what was said, for whoever asked the way to say it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import func, select

from ...database import db
from ...pages.cards import Waiting, on_today
from ...pages.filters import plural
from ...people.models import Person, Role
from ..access import is_desk
from ..models import Ticket
from ..parts import Part, part
from .asking import rating_of, waiting_for_a_call
from .models import SCORES, Rating


@dataclass(frozen=True)
class HowItWent:
    rating: Rating | None
    own: bool
    score: str = ""
    template: str = "tickets/rating/of_ticket.html"


@part
def how_it_went(ticket: Ticket, person: Person) -> Part | None:
    """Nothing before it is resolved, nor about a confidential ticket."""
    own = ticket.requester_id == person.id
    if ticket.resolved_at is None or ticket.confidential or not (own or is_desk(person)):
        return None
    rating = rating_of(ticket)
    if not own and rating is None:
        return None
    return HowItWent(rating, own, SCORES.get(rating.score or 0, "") if rating else "")


@on_today(order=20)
def to_be_rung(person: Person) -> Iterable[Waiting]:
    """For managers: the way to the list of whom to ring back, and how many they are."""
    if not person.has_role(Role.MANAGER):
        return
    count = db.session.scalar(select(func.count()).select_from(waiting_for_a_call(person).subquery())) or 0
    if count:
        yield Waiting(f"{plural(count, 'person', 'people')} to ring back", url_for("tickets.to_ring"))
