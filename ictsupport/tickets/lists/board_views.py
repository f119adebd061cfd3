"""The board's page. Cards are moved by ticking them and choosing where to; dragging does the same."""

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from . import board as boards
from . import bulk_views, worklists
from .bulk import act_called, begin
from .narrowing import ME, NOBODY
from .own import own_lists
from .views import wish_in

PREFIX = "board"


@bp.route("/tickets/board", methods=["GET", "POST"])
@allow(*DESK)
@once
def board() -> ResponseReturnValue:
    """The open work in columns; POST puts the ticked cards where it says."""
    if request.method == "POST":
        return _move()
    return _show(request.args.get("by", ""), "?" + request.query_string.decode("ascii", "ignore"))


def _move() -> ResponseReturnValue:
    by, query = request.form.get("by", ""), request.form.get("list", "")
    seen = bulk_views.seen_in(" ".join(request.form.getlist("card")))[:100]
    wanted = boards.act_for(request.form.get("to", ""))
    act = act_called(wanted[0]) if wanted else None
    if act is None or wanted is None:
        return _show(by, query, "Choose where to put the cards.", 422)
    if not seen:
        return _show(by, query, "Tick the cards that are to be moved.", 422)
    came_from = f"{PREFIX}?by={by if by in boards.BY else 'status'}&{query.lstrip('?')}"
    form = act.filled(wanted[1], me())
    asks_more = act.key == "resolve" or wanted[1].get("reason") == ["awaiting requester"]
    if asks_more:
        return bulk_views.ask(act, form, bulk_views.as_seen(seen), came_from)
    if not form.validate():
        return _show(by, query, " ".join(words for _field, words in form.problems), 422)
    try:
        run = begin(act, wanted[1], seen, by=me(), came_from=came_from)
    except Refusal as refusal:
        db.session.rollback()
        return _show(by, query, str(refusal), 422)
    return done(*bulk_views.where_to(run))


def _show(by: str, query: str, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    by = by if by in boards.BY else "status"
    own = own_lists(me())
    wish = wish_in(query, own)
    if not wish.is_open:
        wish.view, wish.saved = "open", None
    choices = worklists.choices(own.person)
    agents = [(one.value, one.label) for one in choices["assignee"] if one.value not in (ME, NOBODY)]
    here, listed = url_for("tickets.board", by=by), url_for("tickets.index")
    page = render_template(
        "tickets/board.html",
        wish=wish,
        by=by,
        ways=boards.BY,
        columns=boards.columns(wish, by),
        places=boards.places(by, agents),
        chips=[(label, f"{here}&{query.lstrip('?')}") for label, query in wish.chips(choices)],
        here=here,
        listed=listed,
        trouble=trouble,
        title="Board",
    )
    return make_response(page, status)
