"""Who should have a ticket: shown on its page while nobody has it."""

from dataclasses import dataclass

from ...people.models import Person
from ..access import may_work
from ..models import Ticket
from ..parts import part
from .crew import crew_for
from .eligible import Suggestion, best, needs_of, nobody_because


@dataclass(frozen=True)
class Suggested:
    """Somebody to give it to in one press, or why there is nobody."""

    suggestion: Suggestion | None
    nobody: str
    template: str = "tickets/assigning/suggestion.html"
    is_notice: bool = True


@part
def suggested_agent(ticket: Ticket, person: Person) -> Suggested | None:
    """The least loaded who can be given it. Costs nothing once somebody has it."""
    if not ticket.is_open or ticket.assignee_id is not None or not may_work(person, ticket):
        return None  # whoever asked sees parts of their request too, but not the desk's
    crew = crew_for(person, [ticket.id])
    needs = needs_of(ticket, crew)
    suggestion = best(crew, needs)
    return Suggested(suggestion, "" if suggestion else nobody_because(crew, needs))
