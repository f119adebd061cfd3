"""The pages of teams and queues."""

from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, selectinload

from ...database import db
from ...errors import Refusal
from ...pages.filters import plural
from ...pages.presses import done, once
from ...pages.previewing import Preview, Table, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Membership, Person, Team
from ..models import Queue, RoutingRule, Ticket
from ..request_types.models import RequestType
from . import queues as keeping
from .access import SETS_UP, sets_up, visible_settings
from .blueprint import bp
from .queue_forms import ClosingForm, QueueForm, WhoForm
from .team_views import in_team_today, mine, visible_teams

setting(
    "Teams and queues",
    "Who works together, the work lists they have, and who may open what is confidential.",
    "setting_up.queues",
    when=sets_up,
    order=10,
)


@bp.get("/queues")
@allow(*SETS_UP)
def queues() -> ResponseReturnValue:
    """Teams and queues, with how much is open on each."""
    found = db.session.scalars(_visible_queues().order_by(Queue.name)).all()
    teams = db.session.scalars(visible_teams().order_by(Team.name)).all()
    open_on = dict(
        db.session.execute(
            select(Ticket.queue_id, func.count())
            .where(Ticket.OPEN, Ticket.confidential.is_(False))
            .group_by(Ticket.queue_id)
        ).all()
    )
    members = dict(
        db.session.execute(
            select(Membership.team_id, func.count()).where(in_team_today()).group_by(Membership.team_id)
        ).all()
    )
    return render_template(
        "settings/queues.html",
        queues=found,
        teams=teams,
        open_on=open_on,
        members=members,
        may_add=any(mine(team) for team in teams),
    )


@bp.route("/queues/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_queue() -> ResponseReturnValue:
    return _queue_form(None)


@bp.get("/queues/<slug>")
@allow(*SETS_UP)
def queue(slug: str) -> ResponseReturnValue:
    """One queue: what it is for, who is cleared, which rules send to it."""
    which = _queue(slug)
    rules = db.session.scalar(
        select(func.count()).select_from(RoutingRule).where(RoutingRule.queue_id == which.id)
    )
    return render_template(
        "settings/queue.html",
        queue=which,
        cleared=sorted(which.cleared, key=lambda person: person.sort_name),
        rules=rules,
        form=WhoForm(),
        mine=mine(which.team),
    )


@bp.route("/queues/<slug>/details", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def queue_details(slug: str) -> ResponseReturnValue:
    return _queue_form(_own_queue(slug))


def _queue_form(which: Queue | None) -> ResponseReturnValue:
    teams = [team for team in db.session.scalars(visible_teams().order_by(Team.name)) if mine(team)]
    facts: dict[str, Any] = (
        {
            "name": which.name,
            "team_id": which.team_id,
            "is_triage": which.is_triage,
            "is_helpdesk": which.is_helpdesk,
        }
        if which
        else {}
    )
    form = QueueForm(data=facts)
    form.offer(teams)

    def save() -> str:
        team = next(team for team in teams if team.id == form.team_id.data)
        kept = keeping.keep_queue(
            which,
            by=me(),
            name=form.name.data or "",
            team=team,
            is_triage=form.is_triage.data,
            is_helpdesk=form.is_helpdesk.data,
        )
        return f"{kept.name} is saved."

    outcome = consider(
        form,
        preview=lambda: _what_changes(which, save),
        save=save,
        row=which,
        facts=lambda: [which.name, which.team_id, which.is_triage, which.is_helpdesk] if which else [],
    )
    if outcome.saved:
        return done(url_for(".queues"), outcome.saved)
    return render_template("settings/queue_form.html", form=form, queue=which, preview=outcome.preview)


def _what_changes(which: Queue | None, save: Any) -> Preview:
    """What saving would do: the description before and after, and where unsorted tickets would go."""
    old = keeping.described(which) if which else {}
    save()
    kept = which or db.session.scalars(select(Queue).order_by(Queue.id.desc()).limit(1)).one()
    new = keeping.described(kept)
    rows = [(name, old.get(name, "–"), value) for name, value in new.items() if old.get(name) != value]
    if not rows:
        return Preview(["Nothing is different."])
    triage = db.session.scalar(
        select(Queue.name).where(Queue.is_triage, Queue.closed_on.is_(None)).order_by(Queue.id).limit(1)
    )
    says = [f"New tickets that no rule sends anywhere wait on {triage}."]
    if which is None:
        says.append("The queue begins empty: a routing rule, or somebody of the desk, sends tickets to it.")
    else:
        says.append("Its tickets stay on it. Links to it go on working.")
    return Preview(says, [Table("What is different", ["What", "Now", "Then"], rows)])


@bp.route("/queues/<slug>/closing", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def closing(slug: str) -> ResponseReturnValue:
    which = _own_queue(slug)
    others = db.session.scalars(
        select(Queue).where(Queue.id != which.id, Queue.closed_on.is_(None)).order_by(Queue.name)
    ).all()
    form = ClosingForm()
    form.offer(others)

    def takes_over() -> Queue | None:
        return next((each for each in others if str(each.id) == form.takes_over.data), None)

    def save() -> str:
        moved = keeping.close_queue(which, takes_over(), by=me())
        went = f" {plural(moved, 'open ticket')} went to {takes_over().name}." if moved else ""  # type: ignore[union-attr]
        return f"{which.name} is closed.{went}"

    outcome = consider(
        form,
        preview=lambda: _what_closing_does(which, takes_over()),
        save=save,
        row=which,
        facts=lambda: [which.closed_on],
    )
    if outcome.saved:
        return done(url_for(".queue", slug=slug), outcome.saved)
    return render_template("settings/closing.html", form=form, queue=which, preview=outcome.preview)


def _what_closing_does(which: Queue, takes_over: Queue | None) -> Preview:
    """How many open tickets would move; refused where closing would be."""
    now_open = select(func.count()).where(Ticket.queue_id == which.id, Ticket.OPEN)
    if takes_over is None and db.session.scalar(now_open):
        raise keeping.WhereTo
    moving = db.session.scalar(now_open.where(Ticket.confidential.is_(False))) or 0
    rules = db.session.scalar(select(func.count()).where(RoutingRule.queue_id == which.id)) or 0
    if which.is_triage:
        keeping.refuse_last_triage(which)
    says = [f"{which.name} would be closed from today. Its tickets of the past stay known under its name."]
    if takes_over is not None:
        says.append(
            f"{plural(moving, 'open ticket')} would go to {takes_over.name}, where nobody has "
            f"{'it' if moving == 1 else 'them'} yet."
        )
        says.append(
            f"Confidential tickets, if there are any, would go along: those cleared for {takes_over.name} "
            "can open them then, and nobody else."
        )
    warnings = []
    if rules:
        sends = "sends" if rules == 1 else "send"
        warnings.append(
            f"{plural(rules, 'routing rule')} {sends} tickets here and would be passed over from then on."
        )
    types = db.session.scalars(
        select(RequestType.name)
        .where(RequestType.queue_id == which.id, RequestType.retired_at.is_(None))
        .order_by(RequestType.name)
    ).all()
    if types:
        warnings.append(f"Requests of these types come here, and would wait for triage: {', '.join(types)}.")
    return Preview(says, warnings=warnings)


@bp.post("/queues/<slug>/opening")
@allow(*SETS_UP)
@once
def opening(slug: str) -> ResponseReturnValue:
    which = _own_queue(slug)
    keeping.open_again(which, by=me())
    return done(url_for(".queue", slug=slug), f"{which.name} is open again.")


@bp.post("/queues/<slug>/clearances")
@allow(*SETS_UP)
@once
def clearances(slug: str) -> ResponseReturnValue:
    which = _own_queue(slug)
    form = WhoForm()
    if form.validate_on_submit():
        try:
            person = db.session.get_one(Person, int(form.person.data))
            keeping.clear(which, person, by=me())
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(
                url_for(".queue", slug=slug), f"{person.name} may open confidential tickets of {which.name}."
            )
    cleared = sorted(which.cleared, key=lambda each: each.sort_name)
    return render_template("settings/queue.html", queue=which, cleared=cleared, form=form, mine=True), 422


@bp.post("/queues/<slug>/clearances/<int:person_id>/end")
@allow(*SETS_UP)
@once
def end_clearance(slug: str, person_id: int) -> ResponseReturnValue:
    which = _own_queue(slug)
    person = next((each for each in which.cleared if each.id == person_id), None)
    if person is not None:
        keeping.end_clearance(which, person, by=me())
    return done(
        url_for(".queue", slug=slug), "Saved. From now on they cannot open what is confidential there."
    )


def _visible_queues() -> Select[Queue]:
    return (
        select(Queue)
        .join(Queue.team)
        .where(visible_settings(Team, me()))
        .options(contains_eager(Queue.team), selectinload(Queue.cleared))
    )


def _queue(slug: str) -> Queue:
    found: Queue = db.one_or_404(_visible_queues().where(Queue.slug == slug))
    return found


def _own_queue(slug: str) -> Queue:
    which = _queue(slug)
    if not mine(which.team):
        abort(404)
    return which
