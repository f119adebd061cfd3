"""Small pages about what does not work: /systems/<slug>/outages."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ...database import db
from ...pages.presses import once
from ...people.access import me
from ...people.models import Council
from ..access import visible_systems
from ..answering import ask, permit
from ..models import System
from ..register_views import bp
from . import queries
from .declaring import declare, end, tell
from .forms import EVERYBODY, DeclareForm, EndForm, UpdateForm, moment_of
from .models import Outage, OutageKind


def system_of(slug: str) -> System:
    found: System = db.one_or_404(visible_systems(me()).where(System.slug == slug))
    return found


def outage_of(system: System, outage_id: int) -> Outage:
    """An outage of the system that the person may speak about."""
    found: Outage = db.one_or_404(
        db.select(Outage)
        .where(Outage.system_id == system.id, Outage.id == outage_id)
        .options(joinedload(Outage.system))
    )
    permit(queries.may_declare(me(), found.council_id))
    return found


@bp.get("/systems/<slug>/outages")
def outages(slug: str) -> ResponseReturnValue:
    """What is the matter with a system now, what is planned, and what there was."""
    system, person = system_of(slug), me()
    found = queries.outages_of(system)
    return render_template(
        "systems/outages.html",
        system=system,
        known=[each for each in found if not each.is_over],
        over=[each for each in found if each.is_over],
        may_declare=person.has_role(*queries.DECLARERS),
        may_tell=lambda each: queries.may_declare(person, each.council_id),
    )


@bp.route("/systems/<slug>/outages/new", methods=["GET", "POST"])
@once
def new_outage(slug: str) -> ResponseReturnValue:
    permit(me().has_role(*queries.DECLARERS))
    system = system_of(slug)
    form = DeclareForm()
    councils = councils_offered(form)

    def act() -> tuple[str, str]:
        declare_as(form, system, councils)
        return url_for(".outages", slug=slug), "It is declared. Whoever asks about this system is told so."

    back = ("outages of " + system.name, url_for(".outages", slug=slug))
    return ask(form, act, title=f"Tell everybody about {system.name}", button="Declare it", back=back)


def councils_offered(form: DeclareForm) -> dict[str, Council]:
    """Offer the councils that the person may speak for; all of them together where their role reaches so far."""
    councils = {str(each.id): each for each in queries.councils_to_declare_for(me())}
    everybody = {EVERYBODY: "Everybody"} if queries.may_declare(me(), None) else {}
    form.council.choices = everybody | {key: each.name for key, each in councils.items()}
    return councils


def declare_as(
    form: DeclareForm, system: System, councils: dict[str, Council], reference: str = ""
) -> Outage:
    """Declare what the form says."""
    return declare(
        system,
        form.title.data or "",
        by=me(),
        kind=OutageKind(form.kind.data),
        council=councils.get(form.council.data),
        advice=form.advice.data or "",
        starts_at=moment_of(form.from_day, form.from_time),
        expected_end=moment_of(form.until_day, form.until_time),
        reference=reference,
    )


@bp.route("/systems/<slug>/outages/<int:outage_id>/update", methods=["GET", "POST"])
@once
def outage_update(slug: str, outage_id: int) -> ResponseReturnValue:
    outage = outage_of(system_of(slug), outage_id)
    if outage.is_over:
        abort(404)
    form = UpdateForm(version=str(outage.version))

    def act() -> tuple[str, str]:
        until = moment_of(form.until_day, form.until_time)
        tell(outage, form.words.data or "", by=me(), expected_end=until, version=form.seen)
        return url_for(".outages", slug=slug), "Everybody who reported it is told."

    back = ("outages", url_for(".outages", slug=slug))
    return ask(
        form, act, title=f"Tell how it goes: {outage.title}", button="Tell them", back=back, row=outage
    )


@bp.route("/systems/<slug>/outages/<int:outage_id>/end", methods=["GET", "POST"])
@once
def outage_end(slug: str, outage_id: int) -> ResponseReturnValue:
    outage = outage_of(system_of(slug), outage_id)
    if outage.is_over:
        abort(404)
    form = EndForm(version=str(outage.version))

    def act() -> tuple[str, str]:
        end(outage, form.words.data or "", by=me(), version=form.seen)
        return url_for(
            ".outages", slug=slug
        ), "It is over. Everybody who reported it is asked whether it works."

    back = ("outages", url_for(".outages", slug=slug))
    return ask(form, act, title=f"It is over: {outage.title}", button="It works again", back=back, row=outage)
