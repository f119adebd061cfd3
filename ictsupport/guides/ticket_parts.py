"""Guides on the page of a ticket: those that may help, and the making of one from what was done."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from ..mail.outbox import address_of
from ..people.models import Person
from ..tickets.models import Ticket, ticket_systems
from ..tickets.parts import Action, Part, action, beside
from .access import keeps_guides, meant_for
from .from_tickets import becomes_guide
from .models import Guide
from .queries import guides_that_may_help

MOST = 5


@dataclass(frozen=True)
class Helpful:
    """A guide that may help with a ticket; one that its requester may read can be put into the reply."""

    guide: Guide
    address: str
    may_send: bool


@dataclass(frozen=True)
class GuidesFor:
    guides: Sequence[Helpful]
    template: str = "guides/of_ticket.html"


@beside
def guides_for_ticket(ticket: Ticket, person: Person) -> Part | None:
    """Guides about the ticket's systems, or that fit its subject, those for agents too."""
    if not keeps_guides(person) or not ticket.is_open:
        return None
    systems = select(ticket_systems.c.system_id).where(ticket_systems.c.ticket_id == ticket.id)
    found = guides_that_may_help(meant_for(person), ticket.subject, systems, MOST)
    return GuidesFor([_helpful(guide, ticket) for guide in found]) if found else None


@action(order=70)
def make_a_guide(ticket: Ticket, person: Person) -> Action | None:
    if not becomes_guide(ticket, person):
        return None
    return Action("Make a guide of it", url_for("guides.from_ticket", reference=ticket.reference), press=True)


def _helpful(guide: Guide, ticket: Ticket) -> Helpful:
    kind = ticket.requester_kind.value
    reads = {"member": guide.for_members, "staff": guide.for_staff}.get(kind, False)
    return Helpful(guide, address_of("guides.guide", slug=guide.slug), reads)
