"""The pages of tasks: those of a ticket, and those of a person."""

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ... import clock
from ...config import settings
from ...database import db
from ...errors import Refusal
from ...pages import navigation
from ...pages.asking import Asked
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ...people.models import Person
from ..access import is_desk
from ..blueprint import bp
from ..desk.queries import register
from ..models import Ticket
from ..working import work_on
from . import queries
from .checklists import offered, put_on
from .doing import TaskChangedMeanwhile, add_task, change_task, remove_task, tick, untick
from .forms import PutOnForm, TaskForm
from .models import Checklist, Task
from .parts import is_late


@bp.get("/tickets/tasks")
@allow(*DESK)
def my_tasks() -> ResponseReturnValue:
    """What somebody has to do, soonest first."""
    asked = Asked(request.args, "tickets.my_tasks", ("view",))
    view = asked.one("view") if asked.one("view") in queries.VIEWS else "mine"
    page = queries.open_tasks(me(), view, after=asked.one("after"), before=asked.one("before"))
    return render_template(
        "tickets/tasks/mine.html",
        page=page,
        view=view,
        views=queries.VIEWS,
        asked=asked,
        today=clock.today(settings().zone),
        title="Tasks",
    )


@bp.route("/tickets/<reference>/tasks", methods=["GET", "POST"])
@allow(*DESK)
@once
def tasks(reference: str) -> ResponseReturnValue:
    """All tasks of a ticket; what is sent is added."""
    ticket, form = work_on(reference), TaskForm()
    form.offer(register().agents)
    if form.validate_on_submit():
        try:
            add_task(
                ticket,
                form.what.data or "",
                by=me(),
                assignee=_assignee(form),
                due_on=form.due_on.data,
                needed=bool(form.needed.data),
            )
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_back(reference), "The task has been added.")
    return _page(reference, form, PutOnForm(formdata=None))


@bp.post("/tickets/<reference>/checklist")
@allow(*DESK)
@once
def checklist(reference: str) -> ResponseReturnValue:
    """Put a checklist onto the ticket."""
    ticket, form = work_on(reference), PutOnForm()
    form.offer(list(offered()))
    if form.validate_on_submit():
        try:
            put_on(ticket, db.session.get_one(Checklist, int(form.checklist.data)), by=me())
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_back(reference), "The checklist is on the ticket.")
    empty = TaskForm(formdata=None)
    empty.offer(register().agents)
    return _page(reference, empty, form)


@bp.route("/tickets/<reference>/tasks/<int:task_id>", methods=["GET", "POST"])
@allow(*DESK)
@once
def task(reference: str, task_id: int) -> ResponseReturnValue:
    """Change a task."""
    ticket = work_on(reference)
    row, form = _task(ticket, task_id), TaskForm()
    form.offer(register().agents, row)
    if not form.is_submitted():
        form.what.data, form.needed.data = row.what, row.needed
        form.assignee.data = str(row.assignee_id or "")
        form.due_on.process(None, row.due_on)
        form.version.data = str(row.version)
    elif form.validate():
        try:
            change_task(
                row,
                what=form.what.data or "",
                assignee=_assignee(form),
                due_on=form.due_on.data,
                needed=bool(form.needed.data),
                by=me(),
                seen=form.seen,
            )
        except Refusal as refusal:
            _take_back(form, refusal)
            if isinstance(refusal, TaskChangedMeanwhile):
                form.version.data = str(row.version)
        else:
            return done(_back(reference), "The task has been changed.")
    page = render_template("tickets/tasks/task.html", ticket=ticket, task=row, form=form)
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.post("/tickets/<reference>/tasks/<int:task_id>/tick")
@allow(*DESK)
@once
def task_tick(reference: str, task_id: int) -> ResponseReturnValue:
    """It is done."""
    return _do(reference, task_id, tick, "Done: “{what}”.")


@bp.post("/tickets/<reference>/tasks/<int:task_id>/unticking")
@allow(*DESK)
@once
def task_unticking(reference: str, task_id: int) -> ResponseReturnValue:
    """It is not done after all."""
    return _do(reference, task_id, untick, "Still to do: “{what}”.")


@bp.post("/tickets/<reference>/tasks/<int:task_id>/removal")
@allow(*DESK)
@once
def task_removal(reference: str, task_id: int) -> ResponseReturnValue:
    return _do(reference, task_id, remove_task, "“{what}” has been removed.")


# Inside


def _do(reference: str, task_id: int, verb: object, said: str) -> ResponseReturnValue:
    row = _task(work_on(reference), task_id)
    what = row.what
    assert callable(verb)
    try:
        verb(row, by=me())
    except Refusal as refusal:
        db.session.rollback()
        flash(str(refusal))
        return done(_back(reference))
    return done(_back(reference), said.format(what=what))


def _back(reference: str) -> str:
    """Where the press came from: the ticket, the page of its tasks, or the person's own."""
    came_from = request.form.get("from", "")
    if came_from == "ticket":
        return url_for("tickets.ticket", reference=reference)
    if came_from == "mine":
        return url_for("tickets.my_tasks")
    return url_for("tickets.tasks", reference=reference)


def _task(ticket: Ticket, task_id: int) -> Task:
    found: Task = db.one_or_404(select(Task).where(Task.id == task_id, Task.ticket_id == ticket.id))
    return found


def _assignee(form: TaskForm) -> Person | None:
    return db.session.get_one(Person, int(form.assignee.data)) if form.assignee.data else None


def _take_back(form: TaskForm | PutOnForm, refusal: Refusal) -> None:
    db.session.rollback()
    db.session.expire_all()
    form.form_errors.append(str(refusal))


def _page(reference: str, form: TaskForm, put: PutOnForm) -> ResponseReturnValue:
    ticket = work_on(reference)
    put.offer(list(offered()))
    wrong = form if form.problems else put
    page = render_template(
        "tickets/tasks/tasks.html", ticket=ticket, form=form, put=put, wrong=wrong, is_late=is_late
    )
    return make_response(page, 422 if request.method == "POST" else 200)


navigation.item(
    "Tasks",
    "tickets.my_tasks",
    order=16,
    area="account",
    when=lambda person: bool(person.is_authenticated) and is_desk(person),
)
