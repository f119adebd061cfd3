"""What can be done to many tickets at once."""

from sqlalchemy import select
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from ...database import db
from ...pages.forms import Form, NotRequired
from ...people.access import DESK
from ...people.models import Grant, Person
from ..desk.forms import CancellationForm, HoldForm, MoveForm, ResolutionForm
from ..holding import hold, release
from ..models import HoldReason, Queue, Resolution, Status, Ticket
from ..prioritising import WORDS
from ..resolving import cancel, resolve
from ..tagging import names_in, tag
from ..triage import assign, move, prioritise, return_to_triage, take_up
from .bulk import bulk_act


class NothingForm(Form):
    """Nothing has to be known."""


class WhoForm(Form):
    assignee = SelectField("Who gets them", [NotRequired()], coerce=str)


class HowSoonForm(Form):
    priority = RadioField(
        "Priority",
        [InputRequired("Choose a priority")],
        choices={str(key): f"P{key} {word}" for key, word in WORDS.items()},
    )
    reason = StringField(
        "Why?", [InputRequired("Say why they get this priority: it stands on each ticket"), Length(max=300)]
    )


class HowItEndedForm(ResolutionForm):
    """The time spent is each ticket's own, and so are the tickets below it."""

    minutes = None  # type: ignore[assignment]
    children = None  # type: ignore[assignment]


class WordsForm(Form):
    names = StringField("Tags, with commas between them", [InputRequired("Type a tag"), Length(max=300)])


def _offer_agents(form: WhoForm, by: Person) -> None:
    works = select(Grant.person_id).where(Grant.role.in_(DESK), Grant.ended_at.is_(None))
    agents = select(Person.id, Person.name).where(Person.id.in_(works), Person.left_on.is_(None))
    rows = db.session.execute(agents.order_by(Person.name))
    others = {str(key): name for key, name in rows if key != by.id}
    form.assignee.choices = {str(by.id): f"Me ({by.name})", "": "Nobody"} | others


def _offer_queues(form: MoveForm, _by: Person) -> None:
    queues = select(Queue.id, Queue.name).where(Queue.closed_on.is_(None)).order_by(Queue.name)
    form.queue.choices = {str(key): name for key, name in db.session.execute(queues)}


@bulk_act("assign", "Assign", WhoForm, order=10, offer=_offer_agents)
def assign_each(ticket: Ticket, form: WhoForm, *, by: Person, seen: int | None) -> None:
    whom = db.session.get_one(Person, int(form.assignee.data)) if form.assignee.data else None
    assign(ticket, whom, by=by, seen=seen)


@bulk_act("move", "Move to another queue", MoveForm, order=20, offer=_offer_queues)
def move_each(ticket: Ticket, form: MoveForm, *, by: Person, seen: int | None) -> None:
    queue = db.session.get_one(Queue, int(form.queue.data))
    move(ticket, queue, by=by, reason=form.reason.data or "", seen=seen)


@bulk_act("priority", "Change the priority", HowSoonForm, order=30)
def prioritise_each(ticket: Ticket, form: HowSoonForm, *, by: Person, seen: int | None) -> None:
    prioritise(ticket, by=by, override=int(form.priority.data), reason=form.reason.data or "", seen=seen)


@bulk_act("tag", "Add tags", WordsForm, order=40)
def tag_each(ticket: Ticket, form: WordsForm, *, by: Person, seen: int | None) -> None:  # noqa: ARG001
    tag(ticket, names_in(form.names.data or ""), by=by)


@bulk_act("work", "Begin work, or take off hold", NothingForm, order=45)
def begin_each(ticket: Ticket, form: NothingForm, *, by: Person, seen: int | None) -> None:  # noqa: ARG001
    if ticket.status is Status.ON_HOLD:
        release(ticket, by=by, seen=seen)
    else:
        take_up(ticket, by=by, seen=seen)


@bulk_act("triage", "Give back to triage", NothingForm, order=75)
def return_each(ticket: Ticket, form: NothingForm, *, by: Person, seen: int | None) -> None:  # noqa: ARG001
    return_to_triage(ticket, by=by, seen=seen)


@bulk_act("hold", "Put on hold", HoldForm, order=50)
def hold_each(ticket: Ticket, form: HoldForm, *, by: Person, seen: int | None) -> None:
    reason, message = HoldReason(form.reason.data), form.message.data or ""
    hold(ticket, reason, by=by, until=form.until.data, message=message, seen=seen)


@bulk_act("resolve", "Resolve", HowItEndedForm, order=60)
def resolve_each(ticket: Ticket, form: HowItEndedForm, *, by: Person, seen: int | None) -> None:
    resolve(ticket, Resolution(form.resolution.data), form.notes.data or "", by=by, seen=seen)


@bulk_act("cancel", "Cancel", CancellationForm, order=70)
def cancel_each(ticket: Ticket, form: CancellationForm, *, by: Person, seen: int | None) -> None:
    cancel(ticket, by=by, reason=form.reason.data or "", seen=seen)
