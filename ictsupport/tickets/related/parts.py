"""What the page of a ticket shows of others that have to do with it, and what can be done about that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from ...pages.cards import notice
from ...people.models import Person
from ..access import is_desk, may_work
from ..models import Ticket, TicketType
from ..parts import Action, action, part
from .major import known_trouble, open_incidents
from .models import MajorIncident
from .queries import Joined, Linked, company_of


@dataclass(frozen=True)
class Links:
    """What a ticket is to others; `more` links there was no room for."""

    ticket: Ticket
    links: Sequence[Linked]
    more: int
    template: str = "tickets/related/links_of_ticket.html"
    is_notice: bool = False


@part
def links_of_ticket(ticket: Ticket, person: Person) -> Links | None:
    """For those who work it: what it is to other tickets, as far as they may work on those."""
    if not is_desk(person) or not may_work(person, ticket):
        return None
    company = company_of(ticket, person)
    links = company.links
    return Links(ticket, links, company.how_many - len(links)) if links else None


@dataclass(frozen=True)
class IsMerged:
    """Above a merged ticket: where it goes on. Whoever may not open that one is told only that it does."""

    ticket: Ticket
    survivor: Joined | None
    desk: bool
    template: str = "tickets/related/is_merged.html"
    is_notice: bool = True


@part
def merged_away(ticket: Ticket, person: Person) -> IsMerged | None:
    if ticket.merged_into_id is None:
        return None
    if not is_desk(person) or not may_work(person, ticket):
        return IsMerged(ticket, None, desk=False)
    return IsMerged(ticket, company_of(ticket, person).survivor, desk=True)


@dataclass(frozen=True)
class Merged:
    """Beside a survivor: the tickets it stands for, and since when the first of them waits."""

    ticket: Ticket
    merged: Sequence[Joined]
    template: str = "tickets/related/merged.html"
    is_notice: bool = False

    @property
    def since(self) -> datetime:
        return min(self.ticket.opened_at, *(each.opened_at for each in self.merged))


@part
def merged_here(ticket: Ticket, person: Person) -> Merged | None:
    if not is_desk(person) or not may_work(person, ticket):
        return None
    merged = company_of(ticket, person).merged
    return Merged(ticket, merged) if merged else None


@action(order=50)
def merge_ticket(ticket: Ticket, _person: Person) -> Action | None:
    if ticket.merged_into_id is not None:
        return Action("Unmerge", url_for("tickets.unmerging", reference=ticket.reference))
    if not ticket.is_open or ticket.ticket_type is TicketType.PROBLEM:
        return None
    return Action("Merge", url_for("tickets.merging", reference=ticket.reference))


@action(order=60)
def link_ticket(ticket: Ticket, _person: Person) -> Action:
    return Action("Link", url_for("tickets.links", reference=ticket.reference))


@dataclass(frozen=True)
class IsMajor:
    """Above a major incident, for the desk: that it is one, and the way to its page."""

    ticket: Ticket
    template: str = "tickets/related/is_major.html"
    is_notice: bool = True


@part
def major_incident_here(ticket: Ticket, person: Person) -> IsMajor | None:
    if not is_desk(person) or not may_work(person, ticket):
        return None
    return IsMajor(ticket) if company_of(ticket, person).is_major else None


@dataclass(frozen=True)
class KnownTrouble:
    """Above somebody's request that hangs below a major incident: what is known, and that theirs may be another."""

    ticket: Ticket
    incident: MajorIncident
    template: str = "tickets/related/known_trouble.html"
    is_notice: bool = True


@part
def known_trouble_of(ticket: Ticket, person: Person) -> KnownTrouble | None:
    if is_desk(person) or not ticket.is_open:
        return None
    incident = known_trouble(ticket)
    return KnownTrouble(ticket, incident) if incident is not None else None


@action(order=70)
def major_incident(ticket: Ticket, _person: Person) -> Action | None:
    if ticket.confidential or not ticket.is_open or ticket.ticket_type is TicketType.PROBLEM:
        return None
    return Action("Major incident", url_for("tickets.major_incident", reference=ticket.reference))


@notice
def known_to_all(person: Person) -> list[str]:
    """What everybody it may concern reads on their first page."""
    return [each.words_ for each in open_incidents(person, desk=False)]
