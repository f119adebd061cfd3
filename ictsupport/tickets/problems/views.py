"""The pages of problems: the list, one of them, and what is said of it."""

from collections.abc import Sequence

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages import navigation
from ...pages.asking import Asked
from ...pages.forms import Form
from ...pages.paging import count_up_to, keyset
from ...pages.presses import done, once
from ...people.access import DESK, allow, me, reach
from ...people.models import Council, Person
from ...systems.models import System
from ..access import is_desk, may_work
from ..assigning.team_views import show_or_do
from ..blueprint import bp
from ..desk import queries as desk_queries
from ..models import Ticket
from ..related import major
from ..working import work_on
from . import keeping, queries
from .access import KEEPERS, may_keep, may_publish
from .deciding import suggested_to
from .forms import KnownForm, ProblemForm, PublishForm, UpdateForm
from .models import Problem, ProblemState

STATES = {state.value: state.value.capitalize() for state in ProblemState}
MINE = {"yes": "Mine"}


def sees_problems(person: Person) -> bool:
    return bool(person.is_authenticated) and person.has_role(*KEEPERS)


navigation.item("Problems", "tickets.problems", order=62, when=sees_problems)


@bp.get("/problems")
@allow(*KEEPERS)
def problems() -> ResponseReturnValue:
    """The problems one may read about: those not solved, unless asked otherwise."""
    asked = Asked(request.args, "tickets.problems", ("state", "system", "mine"))
    systems = dict(desk_queries.systems())
    number = asked.one("system") if asked.one("system") in systems else ""
    wish = queries.Wish(
        states=asked.some("state", ProblemState) or queries.Wish.states,
        system_id=int(number) if number else None,
        mine=asked.one("mine") == "yes",
    )
    rows = queries.problem_list(me(), wish)
    page = keyset(rows, [Ticket.id.desc()], after=asked.one("after"), before=asked.one("before"))
    return render_template(
        "tickets/problems/problems.html",
        page=page,
        total=count_up_to(rows),
        beside=queries.beside_rows(page.rows, me()),
        suggested=suggested_to(me(), with_tickets=True),
        asked=asked,
        states=STATES,
        systems=systems,
        chosen=asked.chips(state=STATES, system=systems, mine=MINE),
        title="Problems",
    )


@bp.get("/problems/<reference>")
@allow(*KEEPERS)
def problem(reference: str) -> ResponseReturnValue:
    """What is known of a problem, who reads of it, and which tickets it causes."""
    return _page(problem_at(reference))


@bp.route("/problems/new", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def new_problem() -> ResponseReturnValue:
    """There is a problem; opened from a ticket, it causes that one."""
    reference = request.args.get("ticket", "")
    source = work_on(reference) if reference else None
    form = ProblemForm() if request.method == "POST" else _from_ticket(source)
    councils = _offer(form)
    if form.validate_on_submit():
        try:
            made, _left = keeping.open_problem(
                subject=form.subject.data or "",
                description=form.description.data or "",
                systems=_systems(form.systems.data or []),
                council=councils.get(form.council.data),
                by=me(),
                tickets=[source] if source is not None else [],
                cause=form.cause.data or "",
                workaround=form.workaround.data or "",
            )
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_here(made), f"{made.ticket.reference} is opened.")
    back = (
        (reference, url_for("tickets.ticket", reference=reference))
        if reference
        else ("problems", url_for("tickets.problems"))
    )
    page = render_template(
        "systems/form.html",
        form=form,
        title="Open a problem",
        button="Open the problem",
        back=back,
        intro="A problem is why incidents happen: its tickets hear of it together, and agents find its workaround beside them.",
        look="",
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.route("/problems/<reference>/known", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def problem_known(reference: str) -> ResponseReturnValue:
    """Write down the cause and the workaround."""
    found = problem_at(reference)
    if not may_keep(me(), found.ticket):
        abort(403)
    form = KnownForm()
    if not form.is_submitted():
        form.cause.data, form.workaround.data = found.cause, found.workaround
        form.version.data = str(found.version)
    return show_or_do(
        form,
        lambda: keeping.describe(
            found,
            cause=form.cause.data or "",
            workaround=form.workaround.data or "",
            by=me(),
            seen=form.seen,
        ),
        title=f"What is known of {reference}",
        button="Save",
        said="It is written down.",
        back=(reference, _here(found)),
    )


@bp.route("/problems/<reference>/publication", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def problem_publication(reference: str) -> ResponseReturnValue:
    """Let everybody it may concern read what helps."""
    found = problem_at(reference)
    if not may_publish(me(), found.ticket):
        abort(403)
    form = PublishForm()
    if not form.is_submitted():
        form.words.data = found.published_words
    return show_or_do(
        form,
        lambda: keeping.publish(found, form.words.data or "", by=me()),
        title="Let everybody read what helps",
        button="Publish",
        said="Everybody it may concern reads this now.",
        back=(reference, _here(found)),
        intro="One sentence in plain words: what happens, and what to do meanwhile. It stands on the first page of "
        "everybody it may concern, and is shown to whoever asks about this system.",
    )


@bp.post("/problems/<reference>/withdrawal")
@allow(*KEEPERS)
@once
def problem_withdrawal(reference: str) -> ResponseReturnValue:
    found = problem_at(reference)
    if not may_publish(me(), found.ticket):
        abort(403)
    keeping.withdraw(found, by=me())
    return done(_here(found), "Nobody but the desk reads of it any more.")


@bp.post("/problems/<reference>/update")
@allow(*DESK)
@once
def problem_update(reference: str) -> ResponseReturnValue:
    """One update to all who asked on its tickets, each in theirs."""
    found, form = problem_at(reference), UpdateForm()
    if form.validate_on_submit():
        try:
            told = major.tell_all(work_on(reference), form.body.data or "", by=me())
        except Refusal as refusal:
            _take_back(form, refusal)
        else:
            return done(_here(found), f"Written on {told} tickets, to everybody on their own.")
    return _page(problem_at(reference), form)


def problem_at(reference: str) -> Problem:
    """The problem of the address, for whoever may read about it (404 for anybody else)."""
    return queries.problem_called(reference, me()) or abort(404)


def _page(found: Problem, update: UpdateForm | None = None) -> ResponseReturnValue:
    ticket, person = found.ticket, me()
    desk = is_desk(person) and may_work(person, ticket)
    page = render_template(
        "tickets/problems/problem.html",
        problem=found,
        ticket=ticket,
        desk=desk,
        states=ProblemState,
        tickets=queries.caused_by(ticket, person) if is_desk(person) else (),
        how_many=queries.beside_rows([found], person).tickets.get(ticket.id, 0),
        may_keep=may_keep(person, ticket),
        may_publish=may_publish(person, ticket),
        update=update or UpdateForm(formdata=None),
        wrong=update,
        title=ticket.subject,
    )
    return make_response(page, 422 if update else 200)


def _from_ticket(source: Ticket | None) -> ProblemForm:
    """The form as the ticket fills it that told of the problem."""
    if source is None:
        return ProblemForm(formdata=None)
    return ProblemForm(
        formdata=None,
        data={
            "subject": source.subject,
            "systems": [str(each.id) for each in source.systems],
            "council": str(source.council_id or ""),
        },
    )


def _offer(form: ProblemForm) -> dict[str, Council]:
    """Offer the systems, and the councils whose problems one keeps; all of them where the role reaches so far."""
    form.systems.choices = dict(desk_queries.systems())
    reached = reach(me(), *KEEPERS)
    rows = db.session.scalars(db.select(Council).order_by(Council.name)).all()
    councils = {str(each.id): each for each in rows if reached is None or each.id in reached}
    everybody = {"": "All councils"} if reached is None else {}
    form.council.choices = everybody | {key: each.name for key, each in councils.items()}
    return councils


def _systems(chosen: Sequence[str]) -> Sequence[System]:
    ids = [int(key) for key in chosen]
    return db.session.scalars(db.select(System).where(System.id.in_(ids))).all()


def _take_back(form: Form, refusal: Refusal) -> None:
    db.session.rollback()
    db.session.expire_all()
    form.form_errors.append(str(refusal))


def _here(found: Problem) -> str:
    return url_for("tickets.problem", reference=found.ticket.reference)
