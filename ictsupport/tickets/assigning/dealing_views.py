"""The pages on which work is dealt out: proposals, what came of them, and what was handed back."""

from flask import abort, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...database import db
from ...errors import Refusal
from ...pages.filters import plural
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person, Role
from ..access import workable
from ..blueprint import bp
from ..models import Ticket
from .dealing import deal_out as give_out
from .dealing import may_see_deal, proposals_for, undo
from .handing_back import to_deal_out
from .models import Deal, Dealt
from .telling_managers import in_short, notices_for

bp.add_app_template_global(notices_for, "notices_for")
bp.add_app_template_filter(in_short, "in_short")


@bp.route("/deal-out", methods=["GET", "POST"])
@allow(*DESK)
@once
def deal_out() -> ResponseReturnValue:
    """Proposals for what nobody has; accepted, changed or left out, and given out in one press."""
    wrong = ""
    if request.method == "POST":
        try:
            deal = give_out(_chosen(), by=me())
        except Refusal as refusal:
            db.session.rollback()
            wrong = str(refusal)
        else:
            given = db.session.scalars(select(Dealt.ticket_id).where(Dealt.deal_id == deal.id)).all()
            return done(url_for(".deal", deal_id=deal.id), f"{plural(len(given), 'ticket')} dealt out.")
    proposals = proposals_for(me(), whole(request.values.get("hand_back", "")))
    page = render_template(
        "tickets/assigning/deal_out.html",
        proposals=proposals,
        chosen={one.ticket.id: request.form.get(f"agent-{one.ticket.id}") for one in proposals},
        hand_back=whole(request.values.get("hand_back", "")),
        wrong=wrong,
        title="Deal out",
    )
    return make_response(page, 422 if wrong else 200)


def _chosen() -> list[tuple[Ticket, Person, int | None]]:
    """What the form says: who gets which ticket. Tickets and people that are not there are passed over."""
    wanted: dict[int, tuple[int, int | None]] = {}
    for name, value in request.form.items():
        word, _, ticket_id = name.partition("-")
        key, person_id = whole(ticket_id), whole(value)
        if word == "agent" and key is not None and person_id is not None:
            wanted[key] = (person_id, whole(request.form.get(f"version-{key}", "")))
    tickets = db.session.scalars(select(Ticket).where(Ticket.id.in_(wanted), workable(me()))).all()
    ids = {person_id for person_id, _ in wanted.values()}
    people = {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [
        (ticket, people[wanted[ticket.id][0]], wanted[ticket.id][1])
        for ticket in tickets
        if wanted[ticket.id][0] in people
    ]


def _deal(deal_id: int) -> Deal:
    deal = db.session.get(Deal, deal_id, options=[joinedload(Deal.by)])
    if deal is None or not may_see_deal(me(), deal):
        abort(404)
    return deal


@bp.get("/deals/<int:deal_id>")
@allow(*DESK)
def deal(deal_id: int) -> ResponseReturnValue:
    """What was dealt out in one press, what was refused, and the way back."""
    found = _deal(deal_id)
    rows = db.session.execute(
        select(Ticket.reference, Ticket.subject, Person.name)
        .join(Dealt, Dealt.ticket_id == Ticket.id)
        .join(Person, Person.id == Dealt.assignee_id)
        .where(Dealt.deal_id == deal_id, workable(me()))
        .order_by(Person.sort_name, Ticket.id)
    ).all()
    return render_template("tickets/assigning/deal.html", deal=found, rows=rows, title="Dealt out")


@bp.post("/deals/<int:deal_id>/undoing")
@allow(*DESK)
@once
def deal_undoing(deal_id: int) -> ResponseReturnValue:
    found = _deal(deal_id)
    back, left = undo(found, by=me())
    if left:
        flash(f"{', '.join(left)}: somebody has worked on this since, so it stays as it is.", "notice")
    return done(url_for(".deal", deal_id=deal_id), f"{plural(back, 'ticket')} taken back.")


@bp.get("/hand-backs")
@allow(Role.MANAGER)
def hand_backs() -> ResponseReturnValue:
    """What was handed back and is still with nobody, list by list."""
    return render_template("tickets/assigning/hand_backs.html", lists=to_deal_out(me()), title="Handed back")
