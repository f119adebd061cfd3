"""The tasks of a ticket on its page, and the way to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from ... import clock
from ...config import settings
from ...people.models import Person
from ..access import is_desk, may_work
from ..models import Ticket
from ..parts import Action, action, part
from .models import Task


@dataclass(frozen=True)
class Tasks:
    """What is to be done on a ticket, and how much of it is done."""

    ticket: Ticket
    tasks: Sequence[Task]
    template: str = "tickets/tasks/of_ticket.html"
    is_notice: bool = False

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.tasks)

    def is_late(self, task: Task) -> bool:
        return is_late(task)


def is_late(task: Task) -> bool:
    """Whether its day has passed and it is not done."""
    return not task.is_done and task.due_on is not None and task.due_on < clock.today(settings().zone)


@part
def tasks_of_ticket(ticket: Ticket, person: Person) -> Tasks | None:
    """For those who work it. The page has read the tasks with the ticket."""
    if not is_desk(person) or not may_work(person, ticket) or not ticket.tasks:
        return None
    return Tasks(ticket, ticket.tasks)


@action(order=30)
def tasks(ticket: Ticket, _person: Person) -> Action | None:
    if ticket.merged_into_id is not None:
        return None
    return Action("Tasks", url_for("tickets.tasks", reference=ticket.reference))
