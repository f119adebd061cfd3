"""First pages."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from ..pages.cards import cards_for, notices_for, waiting_for
from ..people.access import me
from ..tickets.access import is_desk
from ..tickets.asking.own_queries import open_requests
from ..tickets.asking.telling import STATES

bp = Blueprint("home", __name__)

SHOWN = 5


@bp.get("/")
def index() -> ResponseReturnValue:
    """Where somebody arrives: the desk at its work, everybody else at what they can ask for and what waits for them."""
    person = me()
    if is_desk(person):
        return redirect(url_for("tickets.index"))
    requests = open_requests(person, limit=SHOWN + 1)
    found = waiting_for(person)
    return render_template(
        "home/index.html",
        cards=cards_for(person),
        notices=notices_for(person),
        waiting=[one for one in found if not one.coming],
        coming=[one for one in found if one.coming],
        requests=requests[:SHOWN],
        more=len(requests) > SHOWN,
        states=STATES,
    )
