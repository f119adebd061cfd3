"""A major incident on its page: declared, filled with the tickets that belong to it, told of, resolved."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...database import db
from ...errors import Refusal
from ...pages.forms import Form, clean
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..access import may_reply, visible_tickets
from ..blueprint import bp
from ..desk.forms import PROSE, sentence
from ..lists.bulk import MOST
from ..lists.filtering import Wish
from ..lists.own import Own, own_lists
from ..lists.worklists import whole_list
from ..models import Resolution, Ticket, TicketType
from ..working import work_on
from . import major


class DeclareForm(Form):
    words = StringField(
        "What everybody reads", [InputRequired("Say in a sentence what does not work"), Length(max=300)]
    )


class UpdateForm(Form):
    body = TextAreaField("One update to all who asked", [InputRequired("Write the update"), PROSE])


class AttachForm(Form):
    tickets = SelectMultipleField(
        "Tickets to attach", [InputRequired("Tick the tickets to attach")], coerce=int
    )


class ChildrenForm(Form):
    children = SelectMultipleField("Which ones?", [InputRequired("Tick at least one")], coerce=int)
    resolution = SelectField(
        "How they ended", choices={each.value: sentence(each.value) for each in Resolution}
    )
    notes = TextAreaField("What was done", [InputRequired("Say what was done: everybody reads it"), PROSE])


@bp.route("/tickets/<reference>/major", methods=["GET", "POST"])
@allow(*DESK)
@once
def major_incident(reference: str) -> ResponseReturnValue:
    """Declare it, or change its words; once declared, all that can be done about it."""
    ticket, form = work_on(reference), DeclareForm()
    if form.validate_on_submit():
        try:
            major.declare(ticket, form.words.data or "", by=me())
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_here(reference), "Everybody it may concern reads this now.")
    return _page(work_on(reference), declare=form)


@bp.post("/tickets/<reference>/major/update")
@allow(*DESK)
@once
def major_update(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), UpdateForm()
    if form.validate_on_submit():
        try:
            told = major.tell_all(ticket, form.body.data or "", by=me())
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_here(reference), f"Written on {told} tickets, to everybody on their own.")
    return _page(work_on(reference), update=form)


@bp.post("/tickets/<reference>/major/end")
@allow(*DESK)
@once
def major_end(reference: str) -> ResponseReturnValue:
    major.stand_down(work_on(reference), by=me())
    return done(_here(reference), "It is no major incident any more.")


@bp.route("/tickets/<reference>/major/children", methods=["GET", "POST"])
@allow(*DESK)
@once
def major_children(reference: str) -> ResponseReturnValue:
    """Look for tickets that belong to it, see which they are, and attach them in one go."""
    ticket, form = work_on(reference), AttachForm()
    typed = clean(request.args.get("q", "")).strip()[:200]
    system, view = whole(request.args.get("system")), request.args.get("view", "")
    own = own_lists(me())
    refused = ""
    found: list[Ticket] = []
    try:
        if (typed or system is not None) and not view:
            found = list(major.matching(ticket, me(), typed=typed, system_id=system))
    except Refusal as refusal:
        refused = str(refusal)
    form.tickets.choices = [(each.id, f"{each.reference}: {each.subject}") for each in found]
    if form.validate_on_submit():
        chosen = [each for each in found if each.id in set(form.tickets.data or [])]
        left = major.attach(ticket, chosen, by=me())
        said = f"{len(chosen) - len(left)} attached." + "".join(f" {why}" for why in left[:3])
        return done(_here(reference, ticket), said)
    if not form.is_submitted():
        form.tickets.data = [each.id for each in found]
    page = render_template(
        "tickets/related/attach.html",
        ticket=ticket,
        form=form,
        typed=typed,
        system=system,
        found=found,
        refused=refused,
        systems=ticket.systems,
        asked=bool(typed or system) and not view,
        own=own,
        view=view,
        listed=_on_list(ticket, own, view, typed, system) if view else None,
        is_problem=ticket.ticket_type is TicketType.PROBLEM,
        most=MOST,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.route("/tickets/<reference>/major/resolution", methods=["GET", "POST"])
@allow(*DESK)
@once
def children_resolution(reference: str) -> ResponseReturnValue:
    """Resolve those of the open tickets below that follow, with the same words."""
    ticket, form = work_on(reference), ChildrenForm()
    children = major.children_of(ticket, me(), only_open=True)
    form.children.choices = [(each.id, f"{each.reference}: {each.subject}") for each in children]
    if form.validate_on_submit():
        try:
            how_many = major.resolve_children(
                ticket,
                form.children.data or [],
                Resolution(form.resolution.data),
                form.notes.data or "",
                by=me(),
            )
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_here(reference, ticket), f"{how_many} resolved, and everybody is told.")
    elif not form.is_submitted():
        form.children.data = [each.id for each in children]
        form.notes.data = ticket.resolution_notes
        form.resolution.data = ticket.resolution.value if ticket.resolution else Resolution.FIXED.value
    page = render_template(
        "tickets/related/children_resolution.html", ticket=work_on(reference), form=form, children=children
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/<reference>/opting-out")
@once
def opting_out(reference: str) -> ResponseReturnValue:
    """Mine is something else, says whoever asked, or the desk for them."""
    ticket: Ticket = db.one_or_404(visible_tickets(me()).where(Ticket.reference == reference))
    if not may_reply(me(), ticket):
        abort(403)
    major.opt_out(ticket, by=me())
    return done(url_for("tickets.ticket", reference=reference), "We look at yours by itself.")


def _page(
    ticket: Ticket, *, declare: DeclareForm | None = None, update: UpdateForm | None = None
) -> ResponseReturnValue:
    incident = major.incident_of(ticket)
    wrong = next((form for form in (declare, update) if form is not None and form.is_submitted()), None)
    declare = declare or DeclareForm(formdata=None)
    if wrong is not declare and incident is not None:
        declare.words.data = incident.words_
    page = render_template(
        "tickets/related/major.html",
        ticket=ticket,
        incident=incident,
        children=major.children_of(ticket, me()),
        declare=declare,
        update=update or UpdateForm(formdata=None),
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)


def _take_back(form: Form, refusal: Refusal) -> None:
    db.session.rollback()
    db.session.expire_all()
    form.form_errors.append(str(refusal))


def _here(reference: str, ticket: Ticket | None = None) -> str:
    """The page of the major incident, or of the problem."""
    is_problem = ticket is not None and ticket.ticket_type is TicketType.PROBLEM
    return url_for("tickets.problem" if is_problem else "tickets.major_incident", reference=reference)


@dataclass(frozen=True)
class OnList:
    """What a view holds, narrowed to words and a system: how many, and the way to attach them after a look."""

    how_many: int
    href: str
    refused: str = ""


def _on_list(ticket: Ticket, own: Own, view: str, typed: str, system: int | None) -> OnList:
    saved = own.find(view)
    args = MultiDict(parse_qsl(saved.query.lstrip("?")) if saved is not None else [("view", view)])
    if typed:
        args["q"] = typed
    slug = next((each.slug for each in ticket.systems if each.id == system), "")
    if slug:
        args["system"] = slug
    wish = Wish.read(args, me())
    if wish.refused:
        return OnList(0, "", wish.refused)
    href = url_for("tickets.bulk", act="attach", all=1, to=ticket.reference, list=wish.query())
    return OnList(len(whole_list(wish, most=MOST + 1)), href)
