"""The way to approvals from a ticket's page, and from the first page of whoever is asked."""

from collections.abc import Iterable

from flask import url_for

from ...pages.cards import Waiting, waiting
from ...people.models import Person
from ..models import Ticket
from ..parts import Action, action
from .queries import FIRST, first_waiting


@action(order=35)
def approvals(ticket: Ticket, _person: Person) -> Action | None:
    """The list, with the way to ask."""
    return Action("Approvals", url_for("tickets.approvals", reference=ticket.reference))


@waiting(order=15)
def to_decide(person: Person) -> Iterable[Waiting]:
    rows = first_waiting(person)
    for row in rows[:FIRST]:
        note = "" if row.person_id == person.id else f"for {row.whose}"
        words = f"We need a decision from you: {row.what}"
        yield Waiting(words, url_for("tickets.approval", approver_id=row.id), note)
    if len(rows) > FIRST:
        yield Waiting("More that waits for your decision", url_for("tickets.my_approvals"))
