"""Merging what is ticked on a work list."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ...pages.forms import Form
from ...people.models import Person
from ..lists.bulk import bulk_act
from ..models import Ticket
from . import queries
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
