"""The page that explains a ticket's clocks to the desk."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ... import clock
from ...database import db
from ...people.access import me
from ..access import note_reading, workable
from ..models import Ticket
from .explaining import exact, explained_clocks, hundredths, span, why

bp = Blueprint("clocks", __name__)
for word in (exact, hundredths, span, why):
    bp.add_app_template_filter(word)


@bp.get("/tickets/<reference>/clocks")
def explain(reference: str) -> ResponseReturnValue:
    """Every stretch of every clock: from when to when, running or paused and why, and what it added."""
    ticket = db.one_or_404(select(Ticket).where(Ticket.reference == reference, workable(me())))
    note_reading(ticket, me())
    clocks = explained_clocks(ticket, clock.now())
    return render_template("tickets/clocks.html", ticket=ticket, clocks=clocks)
