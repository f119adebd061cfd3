"""The page of those concerned by a ticket beside its requester."""

from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.validators import InputRequired

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person
from ...people.picking import SomebodyField
from ..access import is_desk
from ..blueprint import bp
from ..desk.forms import TicketForm
from ..models import Ticket, TicketType
from ..parts import Action, action, beside
from ..working import work_on
from .watching import SAID, Concern, concerned_by, put_on, take_off


class ConcernForm(TicketForm):
    person = SomebodyField(
        "Who?",
        [InputRequired("Name somebody")],
    )
    concern = RadioField(
        "How are they concerned?",
        choices={each.value: words for each, words in SAID.items()},
        default=Concern.WATCHES.value,
    )


@bp.route("/tickets/<reference>/people", methods=["GET", "POST"])
@allow(*DESK)
@once
def people(reference: str) -> ResponseReturnValue:
    """All of them, and the form to put somebody there."""
    ticket, form = work_on(reference), ConcernForm()
    if form.validate_on_submit():
        person = db.get_or_404(Person, int(form.person.data))
        try:
            put_on(ticket, person, Concern(form.concern.data), by=me())
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for("tickets.people", reference=reference), f"{person.name} is on the list.")
    rows = concerned_by(ticket)
    page = render_template("tickets/watching/people.html", ticket=ticket, form=form, rows=rows, said=SAID)
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/<reference>/people/<any(watchers, affected):concern>/<int:person_id>/removal")
@allow(*DESK)
@once
def person_removal(reference: str, concern: str, person_id: int) -> ResponseReturnValue:
    take_off(work_on(reference), person_id, Concern(concern), by=me())
    return done(url_for("tickets.people", reference=reference), "They are off the list.")


@action(order=65)
def others_concerned(ticket: Ticket, _person: Person) -> Action | None:
    if ticket.confidential or ticket.merged_into_id is not None or ticket.ticket_type is TicketType.PROBLEM:
        return None
    return Action("Watchers", url_for("tickets.people", reference=ticket.reference))


@dataclass(frozen=True)
class Others:
    """Beside a ticket: who else is concerned."""

    ticket: Ticket
    watch: list[Any]
    affected: list[Any]
    template: str = "tickets/watching/beside.html"


@beside
def others_beside(ticket: Ticket, person: Person) -> Others | None:
    rows = concerned_by(ticket) if is_desk(person) else []
    watch, affected = ([row for row in rows if row.concern == each.value] for each in Concern)
    return Others(ticket, watch, affected) if rows else None
