"""How it went, as a part of the ticket's page: for the desk what was said, for whoever asked the way to say it."""

from dataclasses import dataclass

from ...people.models import Person
from ..access import is_desk
from ..models import Ticket
from ..parts import Part, part
from .asking import rating_of
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
