"""Pages of what is to come back: the desk's list, what one person has, the day agreed; and accepting a device."""

from datetime import date

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..config import settings
from ..database import db
from ..errors import Refusal
from ..pages.asking import Asked, numbers
from ..pages.filters import plural
from ..pages.presses import done, once
from ..people.access import allow, me, visible_people
from ..people.models import Council, Person
from . import lending, queries, returning
from .access import KEEPERS
from .forms import ReturnForm
from .models import Custody
from .views import bp, found_device, here, kept_device


@bp.route("/devices/returns")
@allow(*KEEPERS)
def returns() -> ResponseReturnValue:
    """All that leavers still have, and what was lent until a day: ticked off here as it comes back."""
    asked = Asked(request.args, "devices.returns", ("council", "overdue"))
    councils = db.session.scalars(select(Council).order_by(Council.name)).all()
    council = next((each for each in councils if each.slug == asked.one("council")), None)
    page = returning.outstanding(
        me(),
        council_id=council.id if council else None,
        only_overdue=asked.one("overdue") == "yes",
        number=request.args.get("page", 1, type=int),
    )
    return render_template(
        "devices/returns.html",
        page=page,
        asked=asked,
        councils=councils,
        chosen=asked.chips(
            council={each.slug: each.short_name for each in councils}, overdue={"yes": "Overdue only"}
        ),
        days=settings().device_return_days,
    )


@bp.route("/devices/returned", methods=["POST"])
@allow(*KEEPERS)
@once
def tick_off() -> ResponseReturnValue:
    """These are back."""
    ticked = numbers(request.form.getlist("custody"))[:200]
    whose = request.form.get("of", type=int)
    after = url_for(".of_person", person_id=whose) if whose else url_for(".returns")
    custodies = db.session.scalars(
        select(Custody)
        .join(Custody.device)
        .where(Custody.id.in_(ticked), returning.in_reach(me()))
        .options(joinedload(Custody.device))
    ).all()
    back = returning.tick_off(custodies, by=me())
    said = f"{plural(back, 'device')} back." if back else "Tick what is back, then press the button."
    return done(after, said)


@bp.route("/devices/of/<int:person_id>")
@allow(*KEEPERS)
def of_person(person_id: int) -> ResponseReturnValue:
    """What one person has, what of it is to come back, and what they had before."""
    person: Person = db.one_or_404(visible_people(me()).where(Person.id == person_id))
    custodies = queries.custodies_of(person, me())
    return render_template(
        "devices/of_person.html",
        person=person,
        has=[each for each in custodies if each.returned_at is None],
        had=[each for each in custodies if each.returned_at is not None],
        owed={each.custody.id: each for each in returning.owed_by(person)},
    )


@bp.route("/devices/<int:device_id>/acceptance", methods=["POST"])
@once
def accepted(device_id: int) -> ResponseReturnValue:
    """Whoever has it says that it reached them; the desk may note it for them."""
    device = found_device(device_id)
    lending.accept(device, by=me())
    return done(here(device), f"It is noted that {device.label} was received.")


@bp.route("/devices/<int:device_id>/return-day", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def return_day(device_id: int) -> ResponseReturnValue:
    """Agree on another day for its return."""
    device = kept_device(device_id)
    custody = device.custody
    if custody is None:
        abort(404)
    form, status = ReturnForm(data={"due_on": custody.due_on}), 200
    if form.validate_on_submit():
        due_on: date | None = form.due_on.data
        try:
            with db.session.begin_nested():
                lending.agree_return(device, due_on, by=me())
            return done(here(device), "The day is kept." if due_on else "It is due by the usual rule.")
        except Refusal as refusal:
            form.due_on.errors = [str(refusal)]
    if request.method == "POST":
        status = 422
    page = render_template("devices/return_day.html", device=device, custody=custody, form=form)
    return page, status
