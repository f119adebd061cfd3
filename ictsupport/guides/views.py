"""Reading guides: the list, and one of them."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..database import aside, db
from ..pages.asking import Asked
from ..pages.paging import count_up_to, keyset
from ..pages.presses import done, once
from ..people.access import me
from . import queries, reading
from .access import keeps_guides
from .models import Audience, Guide, State

bp = Blueprint("guides", __name__)

STATES = {each.value: each.value.capitalize() for each in State}
AUDIENCES = {each.value: f"For {each.value}" for each in Audience}
COUNTED = ("list", "suggestion")
"""Where somebody came from, as the address says, whose reading is counted."""


def found_guide(slug: str) -> Guide:
    """The guide of the address, for whoever may read it; otherwise 404."""
    guide: Guide = db.one_or_404(queries.guide_page(me(), slug))
    return guide


def here(guide: Guide) -> str:
    return url_for("guides.guide", slug=guide.slug)


@bp.get("/guides")
def index() -> ResponseReturnValue:
    """The guides one may read, by system and words; for the desk with how they do."""
    person, desk = me(), keeps_guides(me())
    names = ("q", "system", "state", "audience", "due") if desk else ("q", "system")
    asked = Asked(request.args, "guides.index", names)
    systems = {each.slug: each for each in queries.systems_with_guides(person)}
    system = systems.get(asked.one("system"))
    states = asked.some("state", State)
    if desk and not asked.filters:
        states = [State.PUBLISHED, State.DRAFT]
    wish = queries.Wish(
        words=asked.one("q"),
        system_id=system.id if system else None,
        states=states,
        audiences=asked.some("audience", Audience),
        due=asked.one("due") == "yes",
    )
    guides = queries.guide_list(person, wish)
    page = keyset(
        guides,
        [queries.not_in_title(wish.words), Guide.title, Guide.id],
        after=asked.one("after"),
        before=asked.one("before"),
    )
    chosen = asked.chips(
        q={asked.one("q"): f"“{asked.one('q')}”"},
        system={slug: each.name for slug, each in systems.items()},
        state=STATES,
        audience=AUDIENCES,
        due={"yes": "Past their review date"},
    )
    if not desk:
        return render_template("guides/index.html", page=page, asked=asked, systems=systems, chosen=chosen)
    spared = reading.spared()
    return render_template(
        "guides/desk.html",
        page=page,
        total=count_up_to(guides),
        asked=asked,
        systems=systems,
        chosen=chosen,
        votes=queries.votes_of(page.rows),
        spared=spared,
        none=reading.Spared(),
        no_votes=queries.Votes(),
        together=sum(spared.values(), reading.Spared()),
        today=queries.today(),
    )


@bp.get("/guides/<slug>")
def guide(slug: str) -> ResponseReturnValue:
    """One guide. That somebody came to it from the list or a suggestion is written down once the page is read."""
    guide, person = found_guide(slug), me()
    if request.args.get("from") in COUNTED and reading.counts(guide, person):
        guide_id, person_id = guide.id, person.id
        aside(lambda: reading.note_reading(guide_id, person_id))
    desk = keeps_guides(person)
    return render_template(
        "guides/guide.html",
        guide=guide,
        desk=desk,
        beside=queries.beside(guide, person),
        spared=reading.spared().get(guide.id, reading.Spared()) if desk else None,
        source=queries.open_source(guide) if desk else None,
        is_due=guide.is_due(queries.today()),
    )


@bp.post("/guides/<slug>/vote")
@once
def vote(slug: str) -> ResponseReturnValue:
    """Whether it helped."""
    guide = found_guide(slug)
    helpful = request.form.get("helpful") == "yes"
    reading.vote(guide, me(), helpful=helpful)
    said = "Good to know, thank you." if helpful else "Thank you. We will see how it can be made better."
    return done(here(guide), said)
