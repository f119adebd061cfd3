"""How the desk does something to a ticket at an address of its own: GET shows a form, POST does what it says.

Each act is a row of the table in acting_views.py. A form that cannot be taken
comes back with what was typed. If somebody else changed the same thing
meanwhile, it says so: the other's can be kept with one link, and sending it
again lets one's own stand.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...pages.previewing import Preview, stamp_of, taken_back
from ...people.access import DESK, allow
from ..blueprint import bp
from ..models import Ticket
from ..versions import ChangedMeanwhile
from ..working import work_on
from .forms import TicketForm


@dataclass(frozen=True)
class Act:
    """Something the desk does to a ticket: the form that asks, the verb that does it, and the words around them.

    `offer` gives the form its choices, `fill` what the ticket says now; `do`
    is handed the form once it holds nothing wrong, and `leads` names the ticket
    whose page is shown then. `look_first` does it too and
    says what would come of it: its form has a field `shown`, and only what was
    shown is done.
    """

    title: str
    button: str
    said: str
    form: type[Any]
    do: Callable[[Ticket, Any], None]
    offer: Callable[[Ticket, Any], None] = lambda _ticket, _form: None
    fill: Callable[[Ticket, Any], None] = lambda _ticket, _form: None
    look_first: Callable[[Ticket, Any], Preview] | None = None
    leads: Callable[[Ticket], Ticket] = lambda ticket: ticket
    look: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


def at_its_address(address: str, act: Act) -> None:
    """Give the act the address /tickets/<reference>/<address>, for those of the desk who work the ticket."""

    def view(reference: str) -> ResponseReturnValue:
        return perform(act, reference)

    view.__name__ = address
    guarded = allow(*DESK)(once(view))
    bp.add_url_rule(f"/tickets/<reference>/{address}", address, guarded, methods=["GET", "POST"])


def perform(act: Act, reference: str) -> ResponseReturnValue:
    """Show the act's form, or do what it says and go back to the ticket."""
    ticket, form = work_on(reference), act.form()
    act.offer(ticket, form)
    conflicts: list[Any] = []
    preview = None
    if not form.is_submitted():
        act.fill(ticket, form)
        form.version.data = str(ticket.version)
    elif form.validate():
        try:
            preview = _to_look_at(act, ticket, form)
            if preview is None:
                act.do(ticket, form)
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            conflicts = refused(form, refusal)
            if isinstance(refusal, ChangedMeanwhile) and refusal.left:
                _read_afresh(act, ticket, form, refusal.left)
        else:
            if preview is None:
                return done(url_for("tickets.ticket", reference=act.leads(ticket).reference), act.said)
    page = render_template(
        "tickets/act.html",
        form=form,
        act=act,
        reference=reference,
        subject=ticket.subject,
        here=url_for("tickets.ticket", reference=reference),
        conflicts=conflicts,
        preview=preview,
    )
    return make_response(page, 422 if form.is_submitted() and preview is None else 200)


def _to_look_at(act: Act, ticket: Ticket, form: Any) -> Preview | None:
    """What the act would alter, unless it is exactly that which was shown."""
    if act.look_first is None:
        return None
    with taken_back():
        preview = act.look_first(ticket, form)
    mark = stamp_of(form.answers, preview)
    if form.shown.data == mark:
        return None
    form.shown.data = mark
    return preview


PARTS = {
    "needed_by": ("needed_on", "needed_at"),
    "priority": ("override",),
    "priority_override_reason": ("override", "reason"),
}
"""What on a form makes one field of a ticket, where that is not one of the same name."""


def _read_afresh(act: Act, ticket: Ticket, form: Any, names: Iterable[str]) -> None:
    """Show what others changed where whoever sent the form had not touched it: sending it again must not undo that."""
    fresh = act.form(formdata=None)
    act.offer(ticket, fresh)
    act.fill(ticket, fresh)
    for name in (part for each in names for part in PARTS.get(each, (each,))):
        if name in form:
            form[name].process(None, fresh[name].data)
            form[name].raw_data = None


def refused(form: TicketForm, refusal: Refusal) -> list[Any]:
    """Say on the form why it was refused; returns what others changed meanwhile, which a second press overrides."""
    form.form_errors.append(str(refusal))
    if not isinstance(refusal, ChangedMeanwhile):
        return []
    form.version.data = str(refusal.version)
    return refusal.conflicts
