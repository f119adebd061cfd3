"""The desk's queue: views with counts, filters kept in the address, one-line rows."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...pages.paging import Count
from ...people.access import me
from ..search.words import LONGEST
from . import worklists
from .filtering import EVERYTHING, FILTERS, FINISHED_SORTS, SORT_WORDS, SORTS, VIEWS, Wish


def queue_page() -> ResponseReturnValue:
    """The work there is, as somebody of the desk asked to see it."""
    wish = Wish.read(request.args, me())
    counts = worklists.view_counts(wish.person)
    known = counts[wish.view] if wish.is_open and not wish.is_narrowed else None
    after, before = request.args.get("after", ""), request.args.get("before", "")
    listed = worklists.work_list(wish, known, after=after, before=before)
    choices = worklists.choices()
    here = url_for("tickets.index")
    views: list[tuple[str, str, Count | None, bool]] = [
        (view.label, here + _of_view(view.key), counts[view.key], view.key == wish.view) for view in VIEWS
    ]
    views.append(("Everything", here + _of_view(EVERYTHING), None, wish.view == EVERYTHING))
    return render_template(
        "tickets/queue.html",
        wish=wish,
        listed=listed,
        views=views,
        filters=FILTERS,
        choices=choices,
        chips=[(label, here + query) for label, query in wish.chips(choices)],
        sortable=SORTS if wish.is_open else FINISHED_SORTS,
        sort_words=SORT_WORDS,
        query=wish.typed,
        longest=LONGEST,
        here=here,
        title=next((label for label, _href, _count, current in views if current), "Queue"),
    )


def _of_view(key: str) -> str:
    return "" if key == "open" else f"?view={key}"
