"""Writing guides, and what the desk does with them."""

from collections.abc import Callable

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm import raiseload

from ..database import db
from ..pages.presses import done, once
from ..people.access import DESK, allow, me
from ..systems.answering import ask
from ..systems.models import System
from ..tickets.access import visible_tickets
from ..tickets.models import Ticket
from . import from_tickets, queries, writing
from .forms import GuideForm
from .models import Guide, State
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
    """Begin a guide. Nothing is kept before it is saved."""
    systems = systems_to_name()
    form = GuideForm(owner=str(me().id), review_on=writing.next_review())
    form.offer(systems, keepers())

    def act() -> tuple[str, str]:
        guide = writing.write_guide(form.content(systems), by=me())
        return here(guide), "The draft is saved. Read it once more, then publish it."

    return ask(
        form,
        act,
        title="Write a guide",
        button="Save draft",
        back=("Guides", url_for("guides.index")),
        template="guides/form.html",
    )


@bp.post("/tickets/<reference>/guide")
@allow(*DESK)
@once
def from_ticket(reference: str) -> ResponseReturnValue:
    """Keeps a draft of what was done for the ticket, and goes on to it; the second time to the same."""
    ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    guide = from_tickets.draft_from(ticket, by=me())
    if guide.state is State.PUBLISHED:
        return done(here(guide), f"There is a guide made from {reference} already.")
    return done(url_for(".edit", slug=guide.slug), "Draft kept")


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
        source=queries.open_source(guide) if guide.state is State.DRAFT else None,
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
