"""A ticket that is raised by a request type with a checklist has its tasks from the beginning."""

from sqlalchemy import func, select

from ...database import db
from ...journal import on
from ..events import TicketRaised
from ..request_types.models import FilledForm, RequestType, TypeForm
from .checklists import put_on
from .models import Checklist


@on(TicketRaised)
def put_on_what_its_type_names(event: TicketRaised) -> None:
    """Only what came by a form has a category; a name that no checklist in use has puts nothing on."""
    ticket = event.about
    if not ticket.category:
        return
    named = db.session.scalars(
        select(Checklist)
        .join(RequestType, func.lower(RequestType.checklist) == func.lower(Checklist.name))
        .join(TypeForm, TypeForm.type_id == RequestType.id)
        .join(FilledForm, FilledForm.form_id == TypeForm.id)
        .where(FilledForm.ticket_id == ticket.id, Checklist.retired_at.is_(None))
    ).first()
    if named is not None:
        put_on(ticket, named, by=None)
