"""What the desk does to a ticket, each at an address of its own: GET shows the form, POST does it.

A form that cannot be taken comes back with what was typed. If somebody else
changed the same thing meanwhile, it says so, and sending it again lets it
stand.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Council, Person
from ...systems.models import System
from ..amending import amend
from ..blueprint import bp
from ..holding import hold, release
from ..models import HoldReason, Queue, Resolution, Ticket, TicketType
from ..resolving import cancel, reopen, resolve
from ..triage import assign, move, prioritise, return_to_triage, take_up
from ..versions import ChangedMeanwhile
from ..working import work_on
from . import queries as desk_queries
from .forms import (
    AssignForm,
    CancellationForm,
    DetailsForm,
    HoldForm,
    MoveForm,
    PriorityForm,
    ReleaseForm,
    ReopeningForm,
    ResolutionForm,
    TakeUpForm,
    TicketForm,
    TriageForm,
    moment_of,
)

F = TypeVar("F", bound=TicketForm)


def act(
    ticket: Ticket,
    form: F,
    do: Callable[[Ticket, F], None],
    *,
    title: str,
    button: str,
    said: str,
    look: str = "",
    hints: dict[str, str] | None = None,
) -> ResponseReturnValue:
    """Show the form, or do what it says and go back to the ticket."""
    reference, here = ticket.reference, url_for("tickets.ticket", reference=ticket.reference)
    conflicts: list[Any] = []
    if form.validate_on_submit():
        try:
            do(ticket, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
            if isinstance(refusal, ChangedMeanwhile):
                form.version.data = str(refusal.version)
                conflicts = refusal.conflicts
        else:
            return done(here, said)
    elif not form.is_submitted():
        form.version.data = str(ticket.version)
    page = render_template(
        "tickets/act.html",
        form=form,
        reference=reference,
        subject=ticket.subject,
        here=here,
        title=title,
        button=button,
        look=look,
        hints=hints or {},
        conflicts=conflicts,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.route("/tickets/<reference>/assignment", methods=["GET", "POST"])
@allow(*DESK)
@once
def assignment(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), AssignForm()
    form.assignee.choices = {"": "Nobody", "me": "Me"} | dict(desk_queries.register().agents)
    if not form.is_submitted():
        form.assignee.data = str(ticket.assignee_id or "")
    return act(ticket, form, _assign, title="Who has it", button="Assign", said="Assigned.")


def _assign(ticket: Ticket, form: AssignForm) -> None:
    chosen = form.assignee.data
    whom = me() if chosen == "me" else db.session.get_one(Person, int(chosen)) if chosen else None
    assign(ticket, whom, by=me(), seen=form.seen)


@bp.route("/tickets/<reference>/queue", methods=["GET", "POST"])
@allow(*DESK)
@once
def queue(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), MoveForm()
    form.queue.choices = dict(desk_queries.register().queues)
    if not form.is_submitted():
        form.queue.data = str(ticket.queue_id)

    def do(ticket: Ticket, form: MoveForm) -> None:
        target = db.session.get_one(Queue, int(form.queue.data))
        move(ticket, target, by=me(), reason=form.reason.data or "", seen=form.seen)

    return act(
        ticket,
        form,
        do,
        title="Move to another queue",
        button="Move",
        said="Moved.",
        hints={"queue": "On another queue nobody has it yet."},
    )


@bp.route("/tickets/<reference>/priority", methods=["GET", "POST"])
@allow(*DESK)
@once
def priority(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), PriorityForm()
    if not form.is_submitted():
        form.impact.data, form.urgency.data = str(ticket.impact), str(ticket.urgency)
        overridden = ticket.priority_override_reason is not None
        form.override.data = str(ticket.priority) if overridden else ""
        form.reason.data = ticket.priority_override_reason or ""

    def do(ticket: Ticket, form: PriorityForm) -> None:
        prioritise(
            ticket,
            by=me(),
            impact=int(form.impact.data),
            urgency=int(form.urgency.data),
            override=int(form.override.data) if form.override.data else None,
            reason=form.reason.data or "",
            seen=form.seen,
        )

    return act(
        ticket,
        form,
        do,
        title="Priority",
        button="Save priority",
        said="The priority is saved; targets follow it.",
    )


@bp.route("/tickets/<reference>/hold", methods=["GET", "POST"])
@allow(*DESK)
@once
def holding(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), HoldForm()
    if not form.is_submitted():
        form.reason.data = ticket.hold_reason.value if ticket.hold_reason else None
        form.until.data = ticket.hold_until

    def do(ticket: Ticket, form: HoldForm) -> None:
        hold(
            ticket,
            HoldReason(form.reason.data),
            by=me(),
            until=form.until.data,
            message=form.message.data or "",
            seen=form.seen,
        )

    return act(
        ticket,
        form,
        do,
        title="Put on hold",
        button="Put on hold",
        said="It is on hold.",
        hints={"message": "Needed when you wait for the requester. They get it as a reply."},
    )


@bp.route("/tickets/<reference>/release", methods=["GET", "POST"])
@allow(*DESK)
@once
def releasing(reference: str) -> ResponseReturnValue:
    return act(
        work_on(reference),
        ReleaseForm(),
        lambda ticket, form: release(ticket, by=me(), seen=form.seen),
        title="Take off hold",
        button="Take off hold",
        said="It is off hold.",
    )


@bp.route("/tickets/<reference>/work", methods=["GET", "POST"])
@allow(*DESK)
@once
def work(reference: str) -> ResponseReturnValue:
    return act(
        work_on(reference),
        TakeUpForm(),
        lambda ticket, form: take_up(ticket, by=me(), seen=form.seen),
        title="Begin work",
        button="Begin work",
        said="It is in progress.",
    )


@bp.route("/tickets/<reference>/triage", methods=["GET", "POST"])
@allow(*DESK)
@once
def triage(reference: str) -> ResponseReturnValue:
    return act(
        work_on(reference),
        TriageForm(),
        lambda ticket, form: return_to_triage(ticket, by=me(), seen=form.seen),
        title="Give back to triage",
        button="Give back to triage",
        said="It is back on the triage queue.",
    )


@bp.route("/tickets/<reference>/resolution", methods=["GET", "POST"])
@allow(*DESK)
@once
def resolution(reference: str) -> ResponseReturnValue:
    def do(ticket: Ticket, form: ResolutionForm) -> None:
        resolve(ticket, Resolution(form.resolution.data), form.notes.data or "", by=me(), seen=form.seen)
        if form.minutes.data:
            amend(ticket, by=me(), minutes_spent=ticket.minutes_spent + form.minutes.data)

    return act(
        work_on(reference),
        ResolutionForm(),
        do,
        title="Resolve",
        button="Resolve",
        said="It is resolved, and the requester is told.",
        hints={"notes": "The requester reads this, and can say that it does not work yet."},
    )


def reopen_as_desk(reference: str) -> ResponseReturnValue:
    """Work begins again. The address is the requester's too, who reopens by saying what is wrong."""
    return act(
        work_on(reference),
        ReopeningForm(),
        lambda ticket, form: reopen(ticket, by=me(), reason=form.reason.data or "", seen=form.seen),
        title="Reopen",
        button="Reopen",
        said="It is open again.",
    )


def cancel_as_desk(reference: str) -> ResponseReturnValue:
    """It is not needed any more. The address is the requester's too."""
    return act(
        work_on(reference),
        CancellationForm(),
        lambda ticket, form: cancel(ticket, by=me(), reason=form.reason.data or "", seen=form.seen),
        title="Cancel",
        button="Cancel this ticket",
        said="It is cancelled.",
        look="warning",
    )


@bp.route("/tickets/<reference>/details", methods=["GET", "POST"])
@allow(*DESK)
@once
def details(reference: str) -> ResponseReturnValue:
    ticket, form = work_on(reference), DetailsForm()
    form.council.choices = dict(desk_queries.councils())
    form.systems.choices = dict(desk_queries.systems())
    if not form.is_submitted():
        _fill(form, ticket)
    return act(
        ticket,
        form,
        _amend,
        title="Edit details",
        button="Save details",
        said="The details are saved.",
    )


def _fill(form: DetailsForm, ticket: Ticket) -> None:
    """What the ticket says now."""
    form.subject.data, form.ticket_type.data = ticket.subject, ticket.ticket_type.value
    form.council.data = str(ticket.council_id or "")
    form.systems.data = [str(system.id) for system in ticket.systems]
    if ticket.needed_by is not None:
        wall = ticket.needed_by.astimezone(settings().zone)
        form.needed_on.process(None, wall.date())
        form.needed_at.data = wall.time()
    form.needed_for.data = ticket.needed_for
    form.supplier_reference.data = ticket.supplier_reference
    form.confidential.data = ticket.confidential


def _amend(ticket: Ticket, form: DetailsForm) -> None:
    """Change what the form says otherwise than the ticket."""
    chosen = [int(key) for key in form.systems.data or []]
    wanted: dict[str, Any] = {
        "subject": form.subject.data,
        "ticket_type": TicketType(form.ticket_type.data),
        "council": db.session.get_one(Council, int(form.council.data)) if form.council.data else None,
        "systems": list(db.session.scalars(db.select(System).where(System.id.in_(chosen)))),
        "needed_by": moment_of(form.needed_on.data, form.needed_at.data),
        "needed_for": form.needed_for.data or "",
        "supplier_reference": form.supplier_reference.data or "",
        "confidential": bool(form.confidential.data),
    }
    amend(ticket, by=me(), seen=form.seen, **wanted)
