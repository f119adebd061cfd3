"""What a list on somebody's screen asks now and then by itself: have its counts changed, is there anything new?"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from ...people.access import DESK, allow, me
from ...people.sessions import unattended
from ..blueprint import bp
from . import worklists
from .filtering import Wish
from .own import Own, own_lists
from .views import HERE, shown_counts


@bp.get("/tickets/counts")
@unattended
@allow(*DESK)
def counts() -> ResponseReturnValue:
    """The counts of one's views, and how much of this list came or changed since a moment."""
    own = own_lists(me())
    wish = own.wish(request.args)
    answer = json.dumps(_news(own, wish, _moment(request.args.get("since", ""))), sort_keys=True)
    response = Response(answer, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(answer.encode()).hexdigest()[:20], weak=True)
    return response.make_conditional(request)


def _news(own: Own, wish: Wish, since: datetime | None) -> dict[str, Any]:
    more = worklists.of_saved(own.saved, own.person)
    if wish.is_open:
        more[HERE] = wish
    watched = wish if wish.is_open and since is not None else None
    found = worklists.view_counts(own.person, more, watched=watched, since=since)
    if not wish.is_open and since is not None:
        found[worklists.NEW] = worklists.came_since(wish, since)
    news = {"new": int(found.pop(worklists.NEW, 0)), "changed": int(found.pop(worklists.CHANGED, 0))}
    return {"counts": {key: str(found[key]) for key in shown_counts(own, found)}} | news


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(typed), UTC) if typed.isdecimal() and len(typed) < 12 else None
    except (ValueError, OverflowError, OSError):
        return None
