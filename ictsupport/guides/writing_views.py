"""Writing guides, and what the desk does with them."""

from collections.abc import Callable

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm import raiseload

from ..database import db
from ..pages.presses import done, once
from ..people.access import DESK, allow, me
from ..people.models import Person
from ..systems.answering import ask
from ..systems.models import System
from ..tickets.access import visible_tickets
from ..tickets.models import Ticket
from . import queries, writing
from .forms import GuideForm
from .models import Guide
from .views import bp, found_guide, here


def systems_to_name(but: Guide | None = None) -> dict[int, System]:
    """The systems a guide can be about: those in use, and those it names already."""
    named = [system.id for system in but.systems] if but is not None else []
    systems = select(System).where(or_(System.retired_on.is_(None), System.id.in_(named)))
    rows = db.session.scalars(systems.order_by(System.name).options(raiseload("*")))
    return {system.id: system for system in rows}


def keepers(but: Guide | None = None) -> dict[int, str]:
    """Those who can look after it, and whoever does."""
    known = {person.id: person.name for person in queries.keepers()}
    return known if but is None else {but.owner_id: but.owner.name} | known


@bp.route("/guides/new", methods=["GET", "POST"])
@allow(*DESK)
@once
def new() -> ResponseReturnValue:
    """Begin a guide; with ?ticket= from what was done for a ticket. Nothing is kept before it is saved."""
    source = _source(request.args.get("ticket", ""))
    beginning = writing.beginning_from(source, by=me()) if source is not None else None
    systems = systems_to_name()
    form = GuideForm(
        title=beginning.title if beginning else "",
        body=beginning.body if beginning else "",
        audiences=[one.value for one in beginning.audiences] if beginning else [],
        systems=[str(system.id) for system in beginning.systems] if beginning else [],
        owner=str(me().id),
        review_on=writing.next_review(),
    )
    form.offer(systems, keepers())

    def act() -> tuple[str, str]:
        guide = writing.write_guide(form.content(systems), by=me(), source=source)
        return here(guide), "The draft is saved. Read it once more, then publish it."

    return ask(
        form,
        act,
        title="Write a guide",
        button="Save draft",
        back=("the ticket", url_for("tickets.ticket", reference=source.reference))
        if source is not None
        else ("Guides", url_for("guides.index")),
        intro=f"Made from what was done for {source.reference}. Take out names, numbers and whatever "
        "belongs to that one case: others will read this."
        if source is not None
        else "",
        template="guides/form.html",
    )


@bp.route("/guides/<slug>/edit", methods=["GET", "POST"])
@allow(*DESK)
@once
def edit(slug: str) -> ResponseReturnValue:
    guide = found_guide(slug)
    systems = systems_to_name(guide)
    form = GuideForm(
        title=guide.title,
        summary=guide.summary,
        body=guide.body,
        audiences=[one.value for one in guide.audiences],
        systems=[str(system.id) for system in guide.systems],
        owner=str(guide.owner_id),
        review_on=guide.review_on,
        version=str(guide.version),
    )
    form.offer(systems, keepers(guide))

    def act() -> tuple[str, str]:
        writing.change_guide(guide, form.content(systems), by=me(), version=form.seen)
        return here(guide), "The guide is changed."

    return ask(
        form,
        act,
        title=f"Edit “{guide.title}”",
        back=("the guide", here(guide)),
        row=guide,
        template="guides/form.html",
    )


def _press(verb: Callable[..., None], slug: str, said: str) -> ResponseReturnValue:
    guide = found_guide(slug)
    verb(guide, by=me())
    return done(here(guide), said)


@bp.post("/guides/<slug>/publication")
@allow(*DESK)
@once
def publication(slug: str) -> ResponseReturnValue:
    return _press(writing.publish, slug, "The guide is published.")


@bp.post("/guides/<slug>/withdrawal")
@allow(*DESK)
@once
def withdrawal(slug: str) -> ResponseReturnValue:
    return _press(writing.take_back, slug, "The guide is a draft again. Only the desk sees it.")


@bp.post("/guides/<slug>/retirement")
@allow(*DESK)
@once
def retirement(slug: str) -> ResponseReturnValue:
    return _press(writing.retire, slug, "The guide is retired. Nobody is shown it any more.")


@bp.post("/guides/<slug>/review")
@allow(*DESK)
@once
def review(slug: str) -> ResponseReturnValue:
    return _press(writing.review, slug, "Noted that it is still right. You will be asked again.")


def _source(reference: str) -> Ticket | None:
    """The ticket a guide is to be made from, for whoever may see it (404 otherwise)."""
    if not reference:
        return None
    person: Person = me()
    found = db.session.scalar(visible_tickets(person).where(Ticket.reference == reference[:40]))
    return found or abort(404)
