"""Saved views and how lists look: the pages on which people of the desk arrange their work."""

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from ..models import Queue
from . import saving
from .access import may_change_view, queues_of, sees_view
from .filtering import Wish
from .forms import ColumnsForm, FirstViewForm, ListForm, NameForm, ViewForm
from .models import SavedView
from .own import Own, own_lists
from .standing import EVERYTHING
from .views import wish_in

ALONE = "Only I"


@bp.route("/tickets/views", methods=["GET", "POST"])
@allow(*DESK)
@once
def views() -> ResponseReturnValue:
    """The views one has; POST saves the list one comes from under a name."""
    own, form = own_lists(me()), NameForm()
    if not form.is_submitted():
        form.list.data = "?" + request.query_string.decode("ascii", "ignore") if request.args else ""
    wish = wish_in(str(form.list.data or ""), own)
    if form.validate_on_submit():
        try:
            view = saving.save_view(form.name.data or "", wish, own.columns_for(wish), by=me())
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(_address(view), f"Saved as “{view.name}”. You can share it with a queue.")
    return _show_all(own, form, _first_view_form(own), wish)


@bp.post("/tickets/views/first")
@allow(*DESK)
@once
def first_view() -> ResponseReturnValue:
    """Which view the queue opens at."""
    own = own_lists(me())
    form = _first_view_form(own)
    if form.validate_on_submit():
        saving.begin_with(me(), form.view.data)
        return done(url_for("tickets.views"), "The queue opens at that view from now on.")
    return _show_all(own, NameForm(formdata=None), form, own.wish(request.args))


@bp.route("/tickets/views/<int:view_id>", methods=["GET", "POST"])
@allow(*DESK)
@once
def view(view_id: int) -> ResponseReturnValue:
    """Rename a view, or share it with a queue."""
    found, form = _view(view_id), ViewForm()
    queues = select(Queue.id, Queue.name).where(Queue.id.in_(queues_of(me())), Queue.closed_on.is_(None))
    offered = {str(key): f"The people of {name}" for key, name in db.session.execute(queues)}
    if found.queue is not None:
        offered[str(found.queue_id)] = f"The people of {found.queue.name}"
    form.queue.choices = {"": ALONE if found.owner_id == me().id else f"Only {found.owner.name}"} | offered
    if not form.is_submitted():
        form.name.data, form.queue.data = found.name, str(found.queue_id or "")
        form.version.data = str(found.version)
    if form.validate_on_submit():
        queue = db.session.get(Queue, int(form.queue.data)) if form.queue.data else None
        try:
            saving.change_view(found, name=form.name.data or "", queue=queue, by=me(), seen=form.seen)
        except Refusal as refusal:
            _refused(form, refusal)
            found = _view(view_id)
        else:
            return done(_address(found), "The view is changed.")
    page = render_template(
        "tickets/view.html",
        view=found,
        form=form,
        may_change=may_change_view(me(), found),
        title=f"The view “{found.name}”",
        here=_address(found),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/views/<int:view_id>/content")
@allow(*DESK)
@once
def view_content(view_id: int) -> ResponseReturnValue:
    """Have a saved view show what its list was changed to."""
    found, form, own = _view(view_id), ListForm(), own_lists(me())
    wish = wish_in(str(form.list.data or ""), own)
    try:
        saving.replace_content(found, wish, own.columns_for(wish), by=me(), seen=form.seen)
    except Refusal as refusal:
        db.session.rollback()
        again = NameForm(formdata=None)
        again.list.data = str(form.list.data or "")
        again.form_errors.append(str(refusal))
        return _show_all(own_lists(me()), again, None, wish)
    return done(_address(found), f"“{found.name}” shows this list from now on.")


@bp.route("/tickets/views/<int:view_id>/removal", methods=["GET", "POST"])
@allow(*DESK)
@once
def view_removal(view_id: int) -> ResponseReturnValue:
    """Take a saved view away. The tickets in it stay what they are."""
    found, form = _view(view_id), ListForm()
    if not form.is_submitted():
        form.version.data = str(found.version)
    if form.validate_on_submit():
        try:
            saving.remove_view(found, by=me(), seen=form.seen)
        except Refusal as refusal:
            _refused(form, refusal)
            found = _view(view_id)
        else:
            return done(url_for("tickets.views"), "The view is removed. Its tickets are untouched.")
    page = render_template(
        "tickets/view_removal.html",
        view=found,
        form=form,
        may_change=may_change_view(me(), found),
        title=f"Remove the view “{found.name}”?",
        here=url_for("tickets.view", view_id=found.id),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/views/columns")
@allow(*DESK)
@once
def columns() -> ResponseReturnValue:
    """Which columns one's lists show, and how high their rows are."""
    form, own = ColumnsForm(), own_lists(me())
    wish = wish_in(str(form.list.data or ""), own)
    kept = wish.saved or wish.began_as
    saving.like_columns(
        me(), kept.key if kept else "", form.columns.data or [], compact=bool(form.compact.data)
    )
    return done(url_for("tickets.index") + wish.query(), "Lists look so from now on.")


def _view(view_id: int) -> SavedView:
    """The saved view, for whoever sees it; nobody else learns that it is there (404)."""
    found: SavedView = db.one_or_404(select(SavedView).where(SavedView.id == view_id, sees_view(me())))
    return found


def _address(view: SavedView) -> str:
    return url_for("tickets.index", view=view.key)


def _refused(form: ListForm, refusal: Refusal) -> None:
    db.session.rollback()
    db.session.expire_all()
    form.form_errors.append(str(refusal))


def _first_view_form(own: Own) -> FirstViewForm:
    form = FirstViewForm()
    offered = {view.key: view.label for view in own.standing} | {EVERYTHING: "Everything"}
    form.view.choices = offered | {view.key: view.name for view in own.saved}
    if not form.is_submitted() or request.endpoint != "tickets.first_view":
        form.view.data = own.first_view if saving.is_view(own.first_view, own.saved) else "open"
    return form


def _show_all(own: Own, form: NameForm, first: FirstViewForm | None, wish: Wish) -> ResponseReturnValue:
    page = render_template(
        "tickets/views.html",
        own=own,
        form=form,
        first=first or _first_view_form(own),
        saving=bool(form.list.data),
        changeable={view.id for view in own.saved if may_change_view(own.person, view)},
        back=url_for("tickets.index") + wish.query(),
        title="Your views",
    )
    return make_response(page, 422 if request.method == "POST" else 200)
