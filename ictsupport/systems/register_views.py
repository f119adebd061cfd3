"""Pages of the register: systems and how each council stands with them."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock
from ..config import settings
from ..database import db
from ..pages.asking import Asked
from ..pages.filters import plain_date
from ..pages.paging import count_up_to, keyset
from ..pages.presses import done, once
from ..people.access import me
from ..people.models import Council
from . import access, queries, registering
from .answering import ask, permit
from .forms import LegForm, SystemForm, chosen_person
from .models import System, SystemKind, Use
from .parts import parts_of
from .standing import Place, place_on

bp = Blueprint("systems", __name__)

KINDS = {kind.value: kind.value.capitalize() for kind in SystemKind}
USES = {use.value: f"{use.value.capitalize()} there" for use in Use}


def today() -> date:
    return clock.today(settings().zone)


def found_system(slug: str) -> System:
    """The system of the address, if there is one that somebody may see; otherwise 404."""
    system: System = db.one_or_404(queries.system_page(me(), slug))
    return system


@bp.route("/systems")
def register() -> ResponseReturnValue:
    person = me()
    permit(access.may_read(person))
    councils = queries.council_names()
    asked = Asked(request.args, "systems.register", ("q", "council", "use", "kind", "retired"))
    council = next((each for each in councils.values() if each.slug == asked.one("council")), None)
    kinds = asked.some("kind", SystemKind)
    retired = asked.one("retired") == "yes"
    systems = queries.register(
        person,
        words=asked.one("q"),
        kinds=kinds,
        council_id=council.id if council else None,
        uses=asked.some("use", Use),
        retired=retired,
    )
    page = keyset(systems, [System.name, System.id], after=asked.one("after"), before=asked.one("before"))
    return render_template(
        "systems/register.html",
        page=page,
        total=count_up_to(systems),
        councils=councils,
        asked=asked,
        kinds=KINDS,
        chosen=asked.chips(
            q={asked.one("q"): f"“{asked.one('q')}”"},
            council={each.slug: each.short_name for each in councils.values()},
            use=USES,
            kind=KINDS,
            retired={"yes": "No longer supported"},
        ),
        may_add=access.may_add(person),
    )


@bp.route("/systems/<slug>")
def system(slug: str) -> ResponseReturnValue:
    person = me()
    system: System = db.one_or_404(queries.system_alone(person, slug))
    legs = queries.legs_by_council(system)
    place: Place | None = None
    steps = queries.steps_of(system.alignment) if system.alignment else []
    if steps:
        place = place_on(today(), [*reversed(steps)])
    return render_template(
        "systems/system.html",
        system=system,
        place=place,
        steps=steps,
        contracts=queries.contracts_of_system(person, system),
        legs=legs,
        parts=parts_of(system, person),
        today=today(),
        may_change=access.may_change_system(person, system),
        may_lead=lambda council: access.may_lead(person, [council.id]),
        sees_cost=lambda leg: access.may_see_cost(person, leg.council_id),
        sees_savings=access.may_see_savings(person),
    )


@bp.route("/systems/new", methods=["GET", "POST"])
@once
def new_system() -> ResponseReturnValue:
    permit(access.may_add(me()))
    form = SystemForm()

    def act() -> tuple[str, str]:
        system = registering.add_system(
            name=form.name.data or "",
            purpose=form.purpose.data or "",
            kind=SystemKind(form.kind.data),
            owner=chosen_person(form.owner),
            by=me(),
        )
        return url_for(".system", slug=system.slug), f"{system.name} is on the register."

    return ask(form, act, title="Add a system", button="Add system", back=("Systems", url_for(".register")))


@bp.route("/systems/<slug>/edit", methods=["GET", "POST"])
@once
def edit_system(slug: str) -> ResponseReturnValue:
    system = found_system(slug)
    permit(access.may_change_system(me(), system))
    form = SystemForm(
        name=system.name,
        purpose=system.purpose,
        kind=system.kind.value,
        owner=system.owner_id,
        version=str(system.version),
    )

    def act() -> tuple[str, str]:
        registering.change_system(
            system,
            name=form.name.data or "",
            purpose=form.purpose.data or "",
            kind=SystemKind(form.kind.data),
            owner=chosen_person(form.owner),
            by=me(),
            version=form.seen,
        )
        return url_for(".system", slug=slug), "Saved."

    back = (system.name, url_for(".system", slug=slug))
    return ask(form, act, title=f"Change {system.name}", back=back, row=system)


@bp.route("/systems/<slug>/legs/<council_slug>", methods=["GET", "POST"])
@once
def leg(slug: str, council_slug: str) -> ResponseReturnValue:
    system = found_system(slug)
    council = db.one_or_404(db.select(Council).where(Council.slug == council_slug))
    permit(access.may_lead(me(), [council.id]))
    leg = system.leg_of(council.id)
    form = LegForm(
        use=leg.use.value if leg else None,
        local_name=leg.local_name if leg else "",
        local_owner=leg.local_owner_id if leg else None,
        version=str(system.version),
    )

    def act() -> tuple[str, str]:
        registering.record_leg(
            system,
            council,
            use=Use(form.use.data),
            local_name=form.local_name.data or "",
            local_owner=chosen_person(form.local_owner),
            by=me(),
            version=form.seen,
        )
        return url_for(".system", slug=slug), f"Saved for {council.short_name}."

    back = (system.name, url_for(".system", slug=slug))
    return ask(form, act, title=f"{system.name} at {council.name}", back=back, row=system)


@bp.route("/systems/<slug>/retirement", methods=["POST"])
@once
def retirement(slug: str) -> ResponseReturnValue:
    """Take the system out of what people choose from, or bring it back."""
    system = found_system(slug)
    permit(access.may_change_system(me(), system))
    if system.retired_on is None:
        registering.retire(system, by=me())
        said = f"{system.name} can no longer be chosen, as from {plain_date(today())}."
    else:
        registering.bring_back(system, by=me())
        said = f"{system.name} can be chosen again."
    return done(url_for(".system", slug=slug), said)
