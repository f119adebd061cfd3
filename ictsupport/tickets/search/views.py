"""The search page: tickets by words or reference, for everybody as far as they may see."""

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages import navigation
from ...pages.forms import clean
from ...people.access import DESK, me
from ...people.models import Person
from ..access import is_desk, visible_tickets
from ..blueprint import bp
from ..lists import worklists
from ..models import Ticket
from . import finding as search
from .words import LONGEST, parse

MOST_PAGES = search.RANKED // search.PER_PAGE

navigation.item("Search tickets", "tickets.find", area="search", when=lambda person: _works(person))


def _works(person: Person) -> bool:
    return bool(person.is_authenticated) and person.has_role(*DESK)


@bp.get("/search")
def find() -> ResponseReturnValue:
    """What was found, best first; a reference leads straight to its ticket."""
    typed = clean(request.args.get("q", "")).strip()
    person, page = me(), _page(request.args.get("page", ""))
    named = by_reference(typed, person)
    if named is not None and not typed.isdecimal():
        return redirect(url_for("tickets.ticket", reference=named))
    found, refused = None, ""
    if typed:
        try:
            found = search.find(parse(typed), person, page=page)
        except Refusal as refusal:
            refused = str(refusal)
    return render_template(
        "tickets/search.html",
        query=typed[:LONGEST],
        named=named,
        found=found,
        rows=worklists.listed([hit.ticket_id for hit in found.hits]) if found else {},
        refused=refused,
        page=page,
        pages=-(-found.count // search.PER_PAGE) if found else 0,
        ranked=search.RANKED,
        longest=LONGEST,
        works=is_desk(person),
    )


def by_reference(typed: str, person: Person) -> str | None:
    """The reference of the ticket that was named, in full or by its number alone, if the person may open it."""
    prefix = re.escape(settings().reference_prefix)
    named = re.fullmatch(rf"(?:{prefix}-)?(\d{{1,9}})", typed, re.IGNORECASE)
    if named is None:
        return None
    reference = f"{settings().reference_prefix}-{int(named[1])}"
    return db.session.scalar(
        visible_tickets(person).where(Ticket.reference == reference).with_only_columns(Ticket.reference)
    )


def _page(typed: str) -> int:
    return (
        min(max(int(typed), 1), MOST_PAGES) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 1
    )
