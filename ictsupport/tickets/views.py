"""The addresses that show different pages to different people: the list of tickets, a ticket, and what both sides do.

Whoever works a ticket gets the desk's page of it; everybody else who may see
it gets it in plain words.
"""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..database import db
from ..pages import navigation
from ..pages.presses import once
from ..people.access import me
from .access import is_desk, note_reading, visible_tickets, workable
from .asking import own_views as requester_views
from .asking import views as asking_views  # noqa: F401
from .blueprint import bp
from .desk import acting_views, call_views, draft_views, macro_views, sharing_views  # noqa: F401
from .desk import views as desk_views
from .lists import board_views, bulk_views, counts_views, exporting, saved_views  # noqa: F401
from .lists import views as queue_views
from .models import Ticket
from .search import views as search_views  # noqa: F401


def works_tickets(person: Any) -> bool:
    return bool(person.is_authenticated) and is_desk(person)


def only_asks(person: Any) -> bool:
    return bool(person.is_authenticated) and not is_desk(person)


navigation.item("Queue", "tickets.index", order=10, when=works_tickets)
navigation.item("Your requests", "tickets.index", order=10, when=only_asks)
navigation.item("Your requests", "tickets.own", order=15, area="account", when=works_tickets)
navigation.item("Log a call", "tickets.call", order=12, when=works_tickets)


@bp.get("/tickets")
def index() -> ResponseReturnValue:
    """The desk's queue; for everybody else what they asked for."""
    return queue_views.queue_page() if is_desk(me()) else own()


@bp.get("/requests")
def own() -> ResponseReturnValue:
    """What somebody asked for themself; the desk asks for help too."""
    return requester_views.my_requests(request.args.get("before", ""))


@bp.get("/tickets/<reference>")
def ticket(reference: str) -> ResponseReturnValue:
    """One ticket: as the desk works it, or for whoever asked in plain words."""
    page = desk_views.ticket_page(reference) if is_desk(me()) else None
    if page is not None:
        return page
    seen = visible_tickets(me()).where(Ticket.reference == reference)
    shown = (joinedload(Ticket.queue), joinedload(Ticket.assignee), joinedload(Ticket.mailed))
    found: Ticket = db.one_or_404(seen.options(*shown))
    note_reading(found, me())
    return requester_views.request_page(found)


@bp.post("/tickets/<reference>/replies")
@once
def reply(reference: str) -> ResponseReturnValue:
    """A public reply, by either side."""
    return desk_views.write(reference) if _works_on(reference) else requester_views.reply(reference)


@bp.route("/tickets/<reference>/reopening", methods=["GET", "POST"])
@once
def reopening(reference: str) -> ResponseReturnValue:
    """Not done after all: the desk takes it up again, whoever asked says what is still wrong."""
    if _works_on(reference):
        return acting_views.reopen_as_desk(reference)
    return requester_views.reopening(reference)


@bp.route("/tickets/<reference>/cancellation", methods=["GET", "POST"])
@once
def cancellation(reference: str) -> ResponseReturnValue:
    """It is not needed any more, says either side."""
    if _works_on(reference):
        return acting_views.cancel_as_desk(reference)
    return requester_views.cancellation(reference)


def _works_on(reference: str) -> bool:
    mine = select(Ticket.id).where(Ticket.reference == reference, workable(me()))
    return is_desk(me()) and db.session.scalar(mine) is not None
