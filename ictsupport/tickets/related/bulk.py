"""Merging what is ticked on a work list, and attaching it to a major incident or a problem."""

from flask import url_for
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ...errors import Refusal
from ...pages.forms import Form
from ...people.models import Person
from ..lists.bulk import bulk_act
from ..models import Ticket, TicketType
from . import queries
from .major import NotOpen, hang
from .merging import merge


class MergeIntoForm(Form):
    into = StringField(
        "Reference of the ticket that stays",
        [InputRequired("Name the ticket that stays, like ICT-10234"), Length(max=40)],
    )


@bulk_act("merge", "Merge into one", MergeIntoForm, order=80)
def merge_into(ticket: Ticket, form: MergeIntoForm, *, by: Person, seen: int | None) -> None:  # noqa: ARG001
    """Merge the ticket into the one that stays; that one may be among the ticked, and stays as it is."""
    survivor = queries.ticket_named(str(form.into.data or ""), by)
    if survivor.id != ticket.id:
        merge(survivor, [ticket], by=by)


class AttachForm(Form):
    to = StringField(
        "Reference of the major incident or problem",
        [InputRequired("Name the major incident or problem, like ICT-10234"), Length(max=40)],
    )


class OtherAudience(Refusal):
    reason = "Only one of {reference} and {parent} is confidential, so they are not told of together."


class CausesItself(Refusal):
    reason = "{reference} is a problem itself. Attach the tickets that it causes."


def where_it_hangs(form: AttachForm, by: Person) -> tuple[str, str] | None:
    """The page of what they were attached to, with what can be done for all of them."""
    try:
        parent = queries.ticket_named(str(form.to.data or ""), by)
    except Refusal:
        return None
    is_problem = parent.ticket_type is TicketType.PROBLEM
    page = "tickets.problem" if is_problem else "tickets.major_incident"
    return parent.reference, url_for(page, reference=parent.reference)


@bulk_act("attach", "Attach to a major incident or problem", AttachForm, order=85, leads=where_it_hangs)
def attach_to(ticket: Ticket, form: AttachForm, *, by: Person, seen: int | None) -> None:  # noqa: ARG001
    """Let the ticket hear what is told of the other, and be resolved with it; that one may be among the ticked."""
    parent = queries.ticket_named(str(form.to.data or ""), by)
    if parent.id == ticket.id:
        return
    if ticket.ticket_type is TicketType.PROBLEM:
        raise CausesItself(reference=ticket.reference)
    if ticket.confidential != parent.confidential:
        raise OtherAudience(reference=ticket.reference, parent=parent.reference)
    if not ticket.is_open and parent.ticket_type is not TicketType.PROBLEM:
        raise NotOpen(reference=ticket.reference)
    hang(parent, ticket, by=by)
