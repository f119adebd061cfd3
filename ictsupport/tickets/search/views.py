"""The search page: tickets by words or reference, for everybody as far as they may see."""

import re
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...config import settings
from ...database import db
from ...pages import navigation
from ...pages.forms import clean
from ...people.access import DESK, me
from ...people.models import Person
from ..access import is_desk, visible_tickets
from ..asking.telling import STATES
from ..blueprint import bp
from ..lists import worklists
from ..lists.filtering import FINISHED_SORTS, Conditions, Wish
from ..lists.narrowing import FILTERS
from ..lists.standing import EVERYTHING
from ..models import HoldReason, Ticket
from . import finding as search
from .marking import words_marked
from .spelling import respelled
from .suggesting import suggestions
from .words import LONGEST, parse

MOST_PAGES = search.RANKED // search.PER_PAGE
STATES_BY_WORD = {
    HoldReason.REQUESTER.value: "Waiting for you",
    **{status.value: told for status, told in STATES.items()},
}
"""What whoever asked reads for the word that the lists of the desk have."""

navigation.item("Search tickets", "tickets.find", area="search", when=lambda person: _works(person))


def _works(person: Person) -> bool:
    return bool(person.is_authenticated) and person.has_role(*DESK)


@bp.get("/search")
def find() -> ResponseReturnValue:
    """What was found, best first; a reference leads straight to its ticket."""
    person, wish = me(), Wish.read(request.args, me())
    wish.view, wish.sort = EVERYTHING, FINISHED_SORTS[0]
    typed, works = wish.typed, is_desk(person)
    named = by_reference(typed, person)
    if named is not None and not typed.isdecimal():
        return redirect(url_for("tickets.ticket", reference=named))
    page, exact = _page(request.args.get("page", "")), "exact" in request.args
    found: search.Found | None = None
    read_as: Sequence[str] = ()
    if typed and not wish.refused:
        narrowed = wish.conditions() if works else []
        found = search.find(parse(typed), person, *narrowed, page=page)
        if not found.count and not exact:
            found, read_as = nearly(typed, person, narrowed, page) or (found, ())
    choices = worklists.choices(person) if works else {}
    here = url_for("tickets.find")
    return render_template(
        "tickets/search.html",
        wish=wish,
        here=here,
        query=typed[:LONGEST],
        named=named,
        found=found,
        read_as=read_as,
        rows=worklists.listed([hit.ticket_id for hit in found.hits]) if found else {},
        filters=FILTERS if works else (),
        choices=choices,
        chips=[(label, here + query) for label, query in wish.chips(choices)][: -1 if typed else None],
        page=page,
        pages=-(-found.count // search.PER_PAGE) if found else 0,
        ranked=search.RANKED,
        longest=LONGEST,
        works=works,
        states=STATES_BY_WORD,
    )


@bp.get("/search/suggestions")
def search_suggestions() -> ResponseReturnValue:
    """What may be meant by what has been typed so far."""
    found = suggestions(clean(request.args.get("q", ""))[:LONGEST], me())
    return {
        "found": [
            {
                "href": url_for("tickets.ticket", reference=row.reference),
                "label": f"{row.reference} {row.subject}",
                "note": f"{row.name}, {row.status.value}",
            }
            for row in found
        ]
    }


def nearly(
    typed: str, person: Person, narrowed: Conditions, page: int
) -> tuple[search.Found, Sequence[str]] | None:
    """What is found with the words spelled a little differently, and the words that stood there; None if nothing.

    Only words of tickets that were found are named: the vocabulary knows more than the person may.
    """
    wanted = respelled(parse(typed))
    found = search.find(wanted, person, *narrowed, page=page) if wanted is not None else None
    return (found, words_marked(found.hits)) if found is not None and found.count else None


def by_reference(typed: str, person: Person) -> str | None:
    """The reference of the ticket that was named, if the person may open it.

    In full, by its number alone, or by the reference it had where it was imported from.
    """
    prefix = re.escape(settings().reference_prefix)
    named = re.fullmatch(rf"(?:{prefix}-?)?(\d{{1,9}})", typed, re.IGNORECASE)
    if named is not None:
        is_it = Ticket.reference == f"{settings().reference_prefix}-{int(named[1])}"
    elif re.fullmatch(r"(?=.*\d)[\w./-]{4,60}", typed):
        is_it = Ticket.source_reference.in_({typed, typed.upper()})
    else:
        return None
    return db.session.scalar(
        visible_tickets(person).where(is_it).with_only_columns(Ticket.reference).limit(1)
    )


def _page(typed: str) -> int:
    return (
        min(max(int(typed), 1), MOST_PAGES) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 1
    )
