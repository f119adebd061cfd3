"""The pages on which macros and saved replies are listed, made, changed and retired: one's own, and (managers) shared ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...pages.settings_index import setting
from ...people.access import DESK, allow, me
from ...people.models import Role
from ..access import is_desk
from ..blueprint import bp
from ..models import Queue
from . import queries as desk_queries
from .acts import refused
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
    is_new = row.version is None
    if not form.is_submitted():
        form.version.data = "" if is_new else str(row.version)
        if not is_new:
            form.name.data, form.reach.data = row.name, row.reach.value
            form.of_queue.data = str(row.queue_id or "")
            form.show(row)
    elif form.validate():
        try:
            kind.save(row, form, **_place(form), by=me(), seen=form.seen)
        except Refusal as refusal:
            version = row.version
            db.session.rollback()
            db.session.expire_all()
            refused(form, refusal)
            if isinstance(refusal, ChangedBefore):
                form.version.data = str(version)
        else:
            return done(url_for(f"tickets.{kind.endpoint}"), f"“{row.name}” is saved.")
    page = render_template(
        "tickets/prepare.html", kind=kind, row=None if is_new else row, form=form, variables=VARIABLES
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _place(form: Any) -> dict[str, Any]:
    chosen = form.of_queue.data
    queue = db.session.get(Queue, int(chosen)) if chosen else None
    return {"name": form.name.data or "", "reach": Reach(form.reach.data), "queue": queue}


for each in KINDS:
    _register(each)
