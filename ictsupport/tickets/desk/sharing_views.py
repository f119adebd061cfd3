"""The pages on which macros and saved replies are listed, made, changed and retired: one's own, and (managers) shared ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...journal.settings import differences
from ...pages.presses import done, once
from ...pages.previewing import Preview, Table, taken_back
from ...pages.settings_index import setting
from ...people.access import DESK, allow, me
from ...people.models import Role
from ..access import is_desk
from ..blueprint import bp
from ..models import Queue
from . import macros, saved_replies
from . import queries as desk_queries
from .acts import refused
from .forms import sentence
from .macros import retire_macro, save_macro
from .models import Macro, Reach, SavedReply
from .saved_replies import VARIABLES, retire_reply, save_reply
from .sharing import ChangedBefore, listed, may_change
from .sharing_forms import MacroForm, SavedReplyForm


@dataclass(frozen=True)
class Kind:
    """One of the two kinds of things the desk prepares: its rows, its form, its verbs and its words."""

    address: str
    endpoint: str
    title: str
    one: str
    text: str
    model: type[Any]
    form: type[Any]
    save: Callable[..., Any]
    retire: Callable[..., None]
    described: Callable[[Any], dict[str, str]]


def _save_reply(row: SavedReply, form: SavedReplyForm, **place: Any) -> None:
    save_reply(row, body=form.body.data or "", **place)


def _save_macro(row: Macro, form: MacroForm, **place: Any) -> None:
    save_macro(row, steps=form.steps, **place)


KINDS = (
    Kind(
        "saved-replies",
        "saved_replies",
        "Saved replies",
        "saved reply",
        "Words that are written often, put into the box on a ticket with its names filled in.",
        SavedReply,
        SavedReplyForm,
        _save_reply,
        retire_reply,
        saved_replies.described,
    ),
    Kind(
        "macros",
        "macros",
        "Macros",
        "macro",
        "Several things done to a ticket in one press: reply, assign, move, tag, hold or resolve.",
        Macro,
        MacroForm,
        _save_macro,
        retire_macro,
        macros.described,
    ),
)


def _shares() -> bool:
    return me().has_role(Role.MANAGER)


def _register(kind: Kind) -> None:
    """Give the kind its pages."""

    @allow(*DESK)
    def index() -> ResponseReturnValue:
        rows = listed(kind.model, me())
        mine = {row.id for row in rows if may_change(me(), row)}
        return render_template("tickets/prepared.html", kind=kind, rows=rows, mine=mine, shares=_shares())

    @allow(*DESK)
    @once
    def new() -> ResponseReturnValue:
        return edit(kind, kind.model())

    @allow(*DESK)
    @once
    def one(row_id: int) -> ResponseReturnValue:
        return edit(kind, _row(kind, row_id))

    @allow(*DESK)
    @once
    def retirement(row_id: int) -> ResponseReturnValue:
        row = _row(kind, row_id)
        kind.retire(row, by=me())
        return done(url_for(f"tickets.{kind.endpoint}"), f"“{row.name}” is offered no more.")

    here, name = f"/settings/{kind.address}", kind.endpoint
    bp.add_url_rule(here, name, index)
    bp.add_url_rule(f"{here}/new", f"new_{name}", new, methods=["GET", "POST"])
    bp.add_url_rule(f"{here}/<int:row_id>", f"one_of_{name}", one, methods=["GET", "POST"])
    bp.add_url_rule(f"{here}/<int:row_id>/retirement", f"{name}_retirement", retirement, methods=["POST"])
    setting(kind.title, kind.text, f"tickets.{name}", when=is_desk, group="Your own", order=20)


def _row(kind: Kind, row_id: int) -> Any:
    """One that the person may change; of others they learn nothing."""
    row = db.session.get(kind.model, row_id)
    if row is None or row.retired_at is not None or not may_change(me(), row):
        abort(404)
    return row


def edit(kind: Kind, row: Any) -> ResponseReturnValue:
    """The form of a new or a present one."""
    form, known = kind.form(), desk_queries.register()
    form.offer(known.queues, known.agents, _shares())
    is_new, shown = row.version is None, None
    if not form.is_submitted():
        form.version.data = "" if is_new else str(row.version)
        if not is_new:
            form.name.data, form.reach.data = row.name, row.reach.value
            form.of_queue.data = str(row.queue_id or "")
            form.show(row)
    elif form.validate():
        try:
            if _shares() and not form.was_shown:
                shown = _preview(kind, row, form)
                form.looked.data = form.mark
            else:
                kind.save(row, form, **_place(form), by=me(), seen=form.seen)
        except Refusal as refusal:
            version = row.version
            db.session.rollback()
            db.session.expire_all()
            refused(form, refusal)
            if isinstance(refusal, ChangedBefore):
                form.version.data = str(version)
        else:
            if shown is None:
                return done(url_for(f"tickets.{kind.endpoint}"), f"“{row.name}” is saved.")
    page = render_template(
        "tickets/prepare.html",
        kind=kind,
        row=None if is_new else row,
        form=form,
        variables=VARIABLES,
        shares=_shares(),
        preview=shown,
    )
    return make_response(page, 422 if form.errors else 200)


def _preview(kind: Kind, row: Any, form: Any) -> Preview:
    """What saving it would alter, and for whom: tickets are touched only where somebody uses it, who is shown that first."""
    old, place = kind.described(row), _place(form)
    with taken_back():
        kind.save(row, form, **place, by=me(), seen=form.seen)
        new = kind.described(row)
    offered = {Reach.PERSONAL: "to you alone", Reach.ALL: "to the whole desk"}.get(place["reach"])
    offered = offered or f"to the whole desk on the tickets of {place['queue'].name}"
    rows = [
        (_called(form, what), _told(form, what, before), _told(form, what, then))
        for what, (before, then) in differences(old, new).items()
    ]
    if not rows:
        return Preview(["Nothing would be different."])
    says = (
        f"It would be offered {offered}. No ticket changes by that, and what was sent with it before stays."
    )
    return Preview([says], [Table("What would be different", ["What", "Now", "Then"], rows)])


def _called(form: Any, what: str) -> str:
    return form[what].label.text if what in form else sentence(what)


def _told(form: Any, what: str, value: str | None) -> str:
    """The value in the words of the form: a person's name and not their number."""
    choices = getattr(form[what], "choices", None) if what in form else None
    return (choices or {}).get(value, value) or "–"


def _place(form: Any) -> dict[str, Any]:
    chosen = form.of_queue.data
    queue = db.session.get(Queue, int(chosen)) if chosen else None
    return {"name": form.name.data or "", "reach": Reach(form.reach.data), "queue": queue}


for each in KINDS:
    _register(each)
