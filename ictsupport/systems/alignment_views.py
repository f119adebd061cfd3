"""Pages of the shared contracts: how many are aligned on a date, and the way of each."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from ..database import db
from ..pages.asking import Asked
from ..pages.forms import DateField, Form
from ..pages.numbers import whole
from ..pages.presses import once
from ..people.access import me
from . import access, aligning, queries
from .answering import ask, permit
from .forms import ListingForm, SavingForm, StageForm
from .models import Alignment, Group, Stage, System
from .register_views import bp as systems
from .register_views import found_system, today
from .standing import Standing, place_on, standing

bp = Blueprint("contracts", __name__)

PAGE = 50
DAY = ("on", "on-day", "on-month", "on-year")


class DayForm(Form):
    """On which day the contracts are to be shown."""

    class Meta(Form.Meta):
        csrf = False

    on = DateField("On", what="The date")


@bp.route("/contracts")
def shared() -> ResponseReturnValue:
    """Shared contracts: the sentence, and each of them, late ones first."""
    person = me()
    permit(access.may_read(person))
    asks = any(name in request.args for name in DAY)
    form = DayForm(formdata=request.args if asks else None, on=today())
    if asks:
        form.validate()
    asked = Asked(request.args, "contracts.shared", ("group", *DAY, "from"))
    day = min(form.on.data or today(), today())
    stood = standing(max(day, date(1980, 1, 1)), today())
    groups = asked.some("group", Group)
    shown = [place for place in stood.places if not groups or place.group in groups]
    start = whole(asked.one("from")) or 0
    return render_template(
        "systems/shared.html",
        form=form,
        standing=stood,
        places=shown[start : start + PAGE],
        start=start,
        more=len(shown) > start + PAGE,
        size=PAGE,
        groups=list(Group),
        asked=asked,
        contracts=queries.contracts_of([place.system.id for place in shown[start : start + PAGE]], person),
        notices=queries.count_of(queries.notices(person, today())),
        today=today(),
        may_add=access.may_add(person),
        savings=savings_of(stood) if access.may_see_savings(person) else None,
    )


def savings_of(stood: Standing) -> tuple[int, int]:
    """What all listed alignments together promise and save in a year, in pence."""
    alignments = [place.alignment for place in stood.places]
    return sum(one.promised_pence or 0 for one in alignments), sum(
        one.realised_pence or 0 for one in alignments
    )


@systems.route("/systems/<slug>/alignment", methods=["GET", "POST"])
@once
def alignment(slug: str) -> ResponseReturnValue:
    """The way of one system: where it stands, its history, and the next step."""
    return way_of(found_system(slug))


@bp.route("/contracts/<int:contract_id>/alignment", methods=["GET", "POST"], endpoint="alignment")
@once
def alignment_of_contract(contract_id: int) -> ResponseReturnValue:
    """The same, found by a contract; where it is about several systems, by the one that is listed."""
    contract = db.one_or_404(queries.contract_page(me(), contract_id))
    listed = [system for system in contract.systems if system.alignment] or contract.systems
    if not listed:
        raise NotFound
    return way_of(found_system(listed[0].slug))


def way_of(system: System) -> ResponseReturnValue:
    may_change = access.may_change_system(me(), system)
    if system.alignment is not None:
        permit(may_change or request.method == "GET")
        return next_step(system, system.alignment, may_change)
    if not may_change:
        raise NotFound
    return listing(system)


def next_step(system: System, alignment: Alignment, may_change: bool) -> ResponseReturnValue:
    """Where the system stands and how it came there; for those who may, the form for the next step."""
    present = alignment.present
    form = StageForm(
        stage=present.stage.value,
        since=today(),
        blocker=present.blocker,
        target_on=present.target_on,
        version=str(alignment.version),
    )

    def act() -> tuple[str, str]:
        step = aligning.move(
            alignment,
            Stage(form.stage.data),
            since=form.since.data,
            reason=form.reason.data or "",
            blocker=form.blocker.data or "",
            target_on=form.target_on.data,
            by=me(),
            version=form.seen,
        )
        said = standing(today(), today()).sentence
        return url_for("contracts.shared"), f"{system.name} is now “{step.stage.value}”. {said}"

    steps = queries.steps_of(alignment)
    return ask(
        form,
        act,
        template="systems/alignment.html",
        title=f"Alignment of {system.name}",
        back=(system.name, url_for("systems.system", slug=system.slug)),
        button="Record step",
        row=alignment,
        system=system,
        steps=steps,
        place=place_on(today(), [*reversed(steps)]),
        may_change=may_change,
        sees_savings=access.may_see_savings(me()),
    )


def listing(system: System) -> ResponseReturnValue:
    """Put a system on the list of shared contracts."""
    form = ListingForm(since=today())

    def act() -> tuple[str, str]:
        aligning.list_for_alignment(
            system,
            since=form.since.data,
            target_on=form.target_on.data,
            reason=form.reason.data or "",
            by=me(),
        )
        address = url_for("systems.alignment", slug=system.slug)
        return address, f"{system.name} is on the list of shared contracts."

    return ask(
        form,
        act,
        title=f"List {system.name} as a shared contract",
        button="Put on the list",
        back=(system.name, url_for("systems.system", slug=system.slug)),
        intro="It is counted from that day on, as identified.",
    )


@systems.route("/systems/<slug>/saving", methods=["GET", "POST"])
@once
def saving(slug: str) -> ResponseReturnValue:
    """What the shared contract should save in a year, and what it was seen to save."""
    system = found_system(slug)
    permit(access.may_change_system(me(), system) and access.may_see_savings(me()))
    if system.alignment is None:
        raise NotFound
    alignment = system.alignment
    form = SavingForm(
        promised=alignment.saving_promised, realised=alignment.saving_realised, version=str(alignment.version)
    )

    def act() -> tuple[str, str]:
        aligning.state_saving(
            alignment, promised=form.promised.data, realised=form.realised.data, by=me(), version=form.seen
        )
        return url_for("systems.alignment", slug=slug), "The saving is saved."

    return ask(
        form,
        act,
        title=f"Saving of {system.name}",
        back=("Alignment", url_for("systems.alignment", slug=slug)),
        row=alignment,
    )
