"""What the desk does to a ticket, each at an address of its own: the table of acts."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from ...config import settings
from ...database import db
from ...devices.models import Device
from ...devices.queries import devices_of
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Council, Person
from ...systems.models import System
from ..amending import amend
from ..blueprint import bp
from ..holding import hold, release
from ..models import ASKED_FOR, HoldReason, Queue, Resolution, Ticket, TicketType
from ..related.major import children_of, resolve_children
from ..resolving import cancel, reopen, resolve
from ..tagging import names_in, tag, tags_in_use, untag
from ..triage import assign, move, prioritise, return_to_triage, take_up
from ..working import work_on
from . import queries as desk_queries
from .acts import Act, at_its_address, perform
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
    TagForm,
    TakeUpForm,
    TriageForm,
    moment_of,
)


def _offer_agents(_ticket: Ticket, form: AssignForm) -> None:
    form.assignee.choices = {"": "Nobody", "me": "Me"} | dict(desk_queries.register().agents)


def _present_agent(ticket: Ticket, form: AssignForm) -> None:
    form.assignee.data = str(ticket.assignee_id or "")


def _assign(ticket: Ticket, form: AssignForm) -> None:
    chosen = form.assignee.data
    whom = me() if chosen == "me" else db.session.get_one(Person, int(chosen)) if chosen else None
    assign(ticket, whom, by=me(), seen=form.seen)


def _offer_queues(_ticket: Ticket, form: MoveForm) -> None:
    form.queue.choices = dict(desk_queries.register().queues)


def _present_queue(ticket: Ticket, form: MoveForm) -> None:
    form.queue.data = str(ticket.queue_id)


def _move(ticket: Ticket, form: MoveForm) -> None:
    target = db.session.get_one(Queue, int(form.queue.data))
    move(ticket, target, by=me(), reason=form.reason.data or "", seen=form.seen)


def _present_priority(ticket: Ticket, form: PriorityForm) -> None:
    form.impact.data, form.urgency.data = str(ticket.impact), str(ticket.urgency)
    overridden = ticket.priority_override_reason is not None
    form.override.data = str(ticket.priority) if overridden else ""
    form.reason.data = ticket.priority_override_reason or ""


def _prioritise(ticket: Ticket, form: PriorityForm) -> None:
    prioritise(
        ticket,
        by=me(),
        impact=int(form.impact.data),
        urgency=int(form.urgency.data),
        override=int(form.override.data) if form.override.data else None,
        reason=form.reason.data or "",
        seen=form.seen,
    )


def _present_hold(ticket: Ticket, form: HoldForm) -> None:
    form.reason.data = ticket.hold_reason.value if ticket.hold_reason else None
    form.until.data = ticket.hold_until


def _hold(ticket: Ticket, form: HoldForm) -> None:
    reason, message = HoldReason(form.reason.data), form.message.data or ""
    hold(ticket, reason, by=me(), until=form.until.data, message=message, seen=form.seen)


def _offer_children(ticket: Ticket, form: ResolutionForm) -> None:
    children = children_of(ticket, me(), only_open=True)
    form.children.choices = [(each.id, f"{each.reference}: {each.subject}") for each in children]
    if not children:
        del form.children


def _all_children(_ticket: Ticket, form: ResolutionForm) -> None:
    if form.children is not None:
        form.children.data = [choice[0] for choice in form.children.choices or ()]


def _resolve(ticket: Ticket, form: ResolutionForm) -> None:
    how, notes = Resolution(form.resolution.data), form.notes.data or ""
    resolve(ticket, how, notes, by=me(), seen=form.seen)
    if form.children is not None:
        resolve_children(ticket, form.children.data or [], how, notes, by=me())
    if form.minutes.data:
        amend(ticket, by=me(), minutes_spent=ticket.minutes_spent + form.minutes.data)


def _offer_details(ticket: Ticket, form: DetailsForm) -> None:
    form.council.choices = dict(desk_queries.councils())
    form.systems.choices = dict(desk_queries.systems())
    offered = {device.id: device for device in (*devices_of(ticket.requester), ticket.device) if device}
    form.device.choices = {"": "None"} | {str(key): device.label for key, device in offered.items()}
    if ticket.ticket_type not in ASKED_FOR:
        del form.ticket_type


def _present_details(ticket: Ticket, form: DetailsForm) -> None:
    form.subject.data = ticket.subject
    if form.ticket_type is not None:
        form.ticket_type.data = ticket.ticket_type.value
    form.council.data = str(ticket.council_id or "")
    form.systems.data = [str(system.id) for system in ticket.systems]
    form.device.data = str(ticket.device_id or "")
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
        "ticket_type": TicketType(form.ticket_type.data)
        if form.ticket_type is not None
        else ticket.ticket_type,
        "council": db.session.get_one(Council, int(form.council.data)) if form.council.data else None,
        "systems": list(db.session.scalars(db.select(System).where(System.id.in_(chosen)))),
        "device": db.session.get_one(Device, int(form.device.data)) if form.device.data else None,
        "needed_by": moment_of(form.needed_on.data, form.needed_at.data),
        "needed_for": form.needed_for.data or "",
        "supplier_reference": form.supplier_reference.data or "",
        "confidential": bool(form.confidential.data),
    }
    amend(ticket, by=me(), seen=form.seen, **wanted)


def _offer_tags(ticket: Ticket, form: TagForm) -> None:
    here = {each.id for each in ticket.tags}
    form.chosen.choices = {each.name: each.name for each in tags_in_use(me()) if each.id not in here}


def _tag(ticket: Ticket, form: TagForm) -> None:
    tag(ticket, [*(form.chosen.data or ()), *names_in(form.names.data or "")], by=me())


@bp.post("/tickets/<reference>/tags/<int:tag_id>/removal")
@allow(*DESK)
@once
def tag_removal(reference: str, tag_id: int) -> ResponseReturnValue:
    """Take one tag off."""
    ticket = work_on(reference)
    untag(ticket, [each for each in ticket.tags if each.id == tag_id], by=me())
    return done(url_for("tickets.ticket", reference=reference), "The tag is off.")


ACTS = {
    "assignment": Act(
        title="Who has it",
        button="Assign",
        said="Assigned.",
        form=AssignForm,
        offer=_offer_agents,
        fill=_present_agent,
        do=_assign,
    ),
    "queue": Act(
        title="Move to another queue",
        button="Move",
        said="Moved.",
        form=MoveForm,
        offer=_offer_queues,
        fill=_present_queue,
        do=_move,
        hints={"queue": "On another queue nobody has it yet."},
    ),
    "priority": Act(
        title="Priority",
        button="Save priority",
        said="The priority is saved; targets follow it.",
        form=PriorityForm,
        fill=_present_priority,
        do=_prioritise,
    ),
    "hold": Act(
        title="Put on hold",
        button="Put on hold",
        said="It is on hold.",
        form=HoldForm,
        fill=_present_hold,
        do=_hold,
        hints={"message": "Needed when you wait for the requester. They get it as a reply."},
    ),
    "release": Act(
        title="Take off hold",
        button="Take off hold",
        said="It is off hold.",
        form=ReleaseForm,
        do=lambda ticket, form: release(ticket, by=me(), seen=form.seen),
    ),
    "work": Act(
        title="Begin work",
        button="Begin work",
        said="It is in progress.",
        form=TakeUpForm,
        do=lambda ticket, form: take_up(ticket, by=me(), seen=form.seen),
    ),
    "triage": Act(
        title="Give back to triage",
        button="Give back to triage",
        said="It is back on the triage queue.",
        form=TriageForm,
        do=lambda ticket, form: return_to_triage(ticket, by=me(), seen=form.seen),
    ),
    "resolution": Act(
        title="Resolve",
        button="Resolve",
        said="It is resolved, and the requester is told.",
        form=ResolutionForm,
        offer=_offer_children,
        fill=_all_children,
        do=_resolve,
        hints={"notes": "The requester reads this, and can say that it does not work yet."},
    ),
    "details": Act(
        title="Edit details",
        button="Save details",
        said="The details are saved.",
        form=DetailsForm,
        offer=_offer_details,
        fill=_present_details,
        do=_amend,
    ),
    "tags": Act(
        title="Add tags",
        button="Add tags",
        said="Tagged.",
        form=TagForm,
        offer=_offer_tags,
        do=_tag,
        hints={
            "names": "Separate them with commas. Colleagues find the ticket by them; the requester does not see them."
        },
    ),
}

for address, act in ACTS.items():
    at_its_address(address, act)

REOPENING = Act(
    title="Reopen",
    button="Reopen",
    said="It is open again.",
    form=ReopeningForm,
    do=lambda ticket, form: reopen(ticket, by=me(), reason=form.reason.data or "", seen=form.seen),
)
CANCELLATION = Act(
    title="Cancel",
    button="Cancel this ticket",
    said="It is cancelled.",
    form=CancellationForm,
    do=lambda ticket, form: cancel(ticket, by=me(), reason=form.reason.data or "", seen=form.seen),
    look="warning",
)


def reopen_as_desk(reference: str) -> ResponseReturnValue:
    """Work begins again. The address is the requester's too, who reopens by saying what is wrong."""
    return perform(REOPENING, reference)


def cancel_as_desk(reference: str) -> ResponseReturnValue:
    """It is not needed any more. The address is the requester's too."""
    return perform(CANCELLATION, reference)
