"""The desk's queue: views with counts, filters kept in the address, one-line rows."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ... import clock
from ...pages.paging import Count
from ...people.access import me
from ..calls.promised import promised_by
from ..related.major import open_incidents
from ..search.words import LONGEST
from . import worklists
from .access import may_change_view
from .bulk import MOST, acts
from .columns import COLUMNS
from .filtering import FINISHED_SORTS, SORT_WORDS, SORTS, Wish
from .narrowing import FILTERS
from .own import Own, own_lists
from .tabs import tabs_of

HERE = "here"
"""Under which the present list is counted beside the views."""


def queue_page() -> ResponseReturnValue:
    """The work there is, as somebody of the desk asked to see it."""
    own = own_lists(me())
    wish = own.wish(request.args)
    counts = counted(own, wish)
    after, before = request.args.get("after", ""), request.args.get("before", "")
    listed = worklists.work_list(wish, counts.get(HERE), after=after, before=before)
    choices = worklists.choices(own.person)
    here = url_for("tickets.index")
    tabs = tabs_of(own, wish, counts)
    return render_template(
        "tickets/queue.html",
        wish=wish,
        own=own,
        listed=listed,
        tabs=tabs,
        promised=promised_by(own.person) if wish.view == "mine" else [],
        filters=FILTERS,
        choices=choices,
        chips=[(label, here + query) for label, query in wish.chips(choices)],
        columns=own.columns_for(wish),
        all_columns=COLUMNS,
        sortable=SORTS if wish.is_open else FINISHED_SORTS,
        sort_words=SORT_WORDS,
        query=wish.typed,
        longest=LONGEST,
        here=here,
        since=int(clock.now().timestamp()),
        acts=acts(),
        incidents=open_incidents(own.person, desk=True),
        most=MOST,
        may_change=wish.began_as is not None and may_change_view(own.person, wish.began_as),
        title=next((tab.label for tab in tabs if tab.is_current), "Queue"),
    )


def counted(own: Own, wish: Wish) -> dict[str, Count]:
    """How many each view of the person holds, and the present list if it is one of open work."""
    more = worklists.of_saved(own.saved, own.person)
    if wish.is_open:
        more[HERE] = wish
    return worklists.view_counts(own.person, more)


def shown_counts(own: Own, counts: Mapping[str, Count]) -> list[str]:
    """Those of the counts that stand on the person's page."""
    offered = {view.key for view in own.standing} | {view.key for view in own.saved} | {HERE}
    return [key for key in counts if key in offered]


def wish_in(query: str, own: Own) -> Wish:
    """The list that a form was sent from, as its hidden field says."""
    return own.wish(MultiDict(parse_qsl(query.lstrip("?"), max_num_fields=500)))
