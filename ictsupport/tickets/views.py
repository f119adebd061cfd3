"""The two addresses that show different pages to different people: the list of tickets, and a ticket."""

from flask import request
from flask.typing import ResponseReturnValue

from ..database import db
from ..pages import navigation
from ..people.access import me
from . import asking_views, requester_views  # noqa: F401
from .access import note_reading, visible_tickets
from .blueprint import bp
from .models import Ticket

navigation.item("Your requests", "tickets.index", order=10)


@bp.get("/tickets")
def index() -> ResponseReturnValue:
    """What somebody asked for."""
    return requester_views.my_requests(request.args.get("before", ""))


@bp.get("/tickets/<reference>")
def ticket(reference: str) -> ResponseReturnValue:
    """One ticket: for whoever asked in plain words."""
    found: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    note_reading(found, me())
    return requester_views.request_page(found)
