"""What we write to the desk when a step before or after a target has come."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from ... import clock
from ...database import db
from ...journal import on
from ...mail import send
from ...people.models import Membership, Person, Role
from ..access import may_work
from ..events import TargetStepTaken
from ..models import Ticket
from .explaining import NAMES
from .models import Clock


@on(TargetStepTaken)
def tell_of_step(event: TargetStepTaken) -> None:
    """Whoever has the ticket is told; where nobody has it, those who hand out the work of its queue."""
    ticket = event.about
    due_at = db.session.scalar(
        select(Clock.due_at)
        .where(Clock.ticket_id == ticket.id, Clock.kind == event.clock)
        .order_by(Clock.round.desc())
        .limit(1)
    )
    for person in concerned(ticket):
        send(
            to=person,
            template="tickets/target",
            about=ticket,
            thread=f"ticket-{ticket.id}",
            ticket=ticket,
            clock=NAMES[event.clock].lower(),
            when=when(event.step),
            due_at=due_at,
            deed=event.deed,
        )


def concerned(ticket: Ticket) -> Sequence[Person]:
    """The assignee; else the managers in the queue's team; else everybody in it. Only those who may open it."""
    if ticket.assignee is not None:
        return [ticket.assignee]
    today = clock.now().date()
    members = (
        select(Person)
        .join(Membership)
        .where(
            Membership.team_id == ticket.queue.team_id,
            Membership.starts_on <= today,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
        .order_by(Person.id)
    )
    team = [person for person in db.session.scalars(members) if may_work(person, ticket)]
    return [person for person in team if person.has_role(Role.MANAGER)] or team


def when(step: str) -> str:
    """A step in words: "80% of the target is used up", "1 working day past the target"."""
    if step == "100%":
        return "the target has run out"
    if step.endswith("%"):
        return f"{step} of the target is used up"
    return f"{step.removeprefix('+')} past the target"
