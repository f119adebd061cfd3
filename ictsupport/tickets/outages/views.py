"""Saying "me too", and declaring an outage from a ticket that tells of one."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...database import db
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person
from ...systems.answering import ask
from ...systems.models import System
from ...systems.outages.forms import DeclareForm
from ...systems.outages.models import Outage
from ...systems.outages.queries import known_now
from ...systems.outages.views import councils_offered, declare_as
from ..asking.requests import throw_away
from ..blueprint import bp
from ..models import Request, Ticket, TicketType
from ..parts import Action, action
from ..raising import council_of
from ..working import work_on
from .reporting import Over, me_too


@bp.post("/tickets/outages/reports")
@once
def reports() -> ResponseReturnValue:
    """It has hit me too: one press."""
    draft = db.session.scalars(
        select(Request).where(
            Request.key == request.form.get("draft", "")[:40],
            Request.person_id == me().id,
            Request.ticket_id.is_(None),
        )
    ).first()
    whom = _whom(draft)
    council = council_of(whom)
    wanted = request.form.get("outage", "")
    known = {str(each.id) for each in known_now(council_id=council.id if council else None)}
    if wanted not in known:
        raise Over
    outage = db.session.scalars(
        select(Outage).where(Outage.id == int(wanted)).options(joinedload(Outage.system))
    ).one()
    ticket = me_too(outage, whom, by=me())
    if draft is not None:
        throw_away(draft)
    said = "We have put you down. You hear from us how it goes, and when it works again."
    return done(url_for("tickets.ticket", reference=ticket.reference), said)


def _whom(draft: Request | None) -> Person:
    """For whom: whoever is signed in, or the member they were asking for."""
    wanted = whole(request.form.get("for_whom")) or 0  # 0 is oneself
    wanted = wanted or (draft.for_whom_id or 0 if draft is not None else 0)
    found = db.session.get(Person, wanted) if wanted else None
    return found or me()


@action(order=70)
def declare_an_outage(ticket: Ticket, _person: Person) -> Action | None:
    if not ticket.is_open or ticket.ticket_type is TicketType.PROBLEM:
        return None
    return Action("Declare an outage", url_for("tickets.outage", reference=ticket.reference))


@bp.route("/tickets/<reference>/outage", methods=["GET", "POST"])
@allow(*DESK)
@once
def outage(reference: str) -> ResponseReturnValue:
    """This ticket tells of an outage: let everybody know, and work it here."""
    ticket = work_on(reference)
    here = url_for("tickets.ticket", reference=reference)
    wanted = request.values.get("system", "")
    systems = {each.slug: each for each in ticket.systems}
    system: System | None = systems.get(wanted) or next(iter(systems.values()), None)
    if system is None:
        return render_template("tickets/outages/no_system.html", here=here, reference=reference)
    form = DeclareForm(title=ticket.subject[:160])
    councils = councils_offered(form)
    named = system

    def act() -> tuple[str, str]:
        declare_as(form, named, councils, reference)
        return here, f"The outage of {named.name} is declared. Whoever asks about it is told so."

    return ask(
        form, act, title=f"Tell everybody about {named.name}", button="Declare it", back=(reference, here)
    )
