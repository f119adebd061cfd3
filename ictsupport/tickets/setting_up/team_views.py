"""The pages of teams, and who is in them."""

from datetime import date

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from ... import clock
from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...pages.previewing import Preview, consider
from ...people.access import allow, me
from ...people.models import Membership, Person, Team
from . import queues as keeping
from .access import SETS_UP, councils_set_up_by, may_set_up, visible_settings
from .blueprint import bp
from .queue_forms import ALL, JoiningForm, NewTeamForm, TeamForm


@bp.route("/teams/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_team() -> ResponseReturnValue:
    councils = councils_set_up_by(me())
    form = NewTeamForm()
    form.offer(councils, may_set_up(me(), None))
    whose = next((each for each in councils if each.slug == form.council.data), None)

    def save() -> str:
        team = keeping.keep_team(None, form.name.data or "", whose, by=me())
        return f"{team.name} is made."

    def preview() -> Preview:
        save()
        who = "all councils" if form.council.data == ALL else f"{whose.short_name} alone" if whose else ""
        return Preview([f"A new team that works for {who}. It has nobody in it and no queue yet."])

    outcome = consider(form, preview=preview, save=save)
    if outcome.saved:
        return done(url_for(".queues"), outcome.saved)
    return render_template("settings/team_form.html", form=form, team=None, preview=outcome.preview)


@bp.route("/teams/<int:team_id>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def team(team_id: int) -> ResponseReturnValue:
    """A team: its name, and who is in it."""
    which = _team(team_id)
    if not mine(which):
        abort(404)
    form = TeamForm(data={"name": which.name})
    old = which.name

    def save() -> str:
        keeping.keep_team(which, form.name.data or "", None, by=me())
        return "Saved."

    def preview() -> Preview:
        save()
        same = which.name == old
        return Preview(
            ["Nothing is different."]
            if same
            else [
                f"“{old}” would be called “{which.name}” everywhere, also in figures of the past. Its queues keep their names."
            ]
        )

    outcome = consider(form, preview=preview, save=save, row=which, facts=lambda: [which.name])
    if outcome.saved:
        return done(url_for(".team", team_id=team_id), outcome.saved)
    return _team_page(which, form=form, preview=outcome.preview)


@bp.post("/teams/<int:team_id>/members")
@allow(*SETS_UP)
@once
def joining(team_id: int) -> ResponseReturnValue:
    which = _team(team_id)
    if not mine(which):
        abort(404)
    form = JoiningForm(prefix="join")
    if form.validate_on_submit():
        try:
            person = db.session.get_one(Person, int(form.person.data))
            keeping.join_team(which, person, form.starts_on.data, by=me())
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for(".team", team_id=team_id), f"{person.name} is in {which.name}.")
    return _team_page(which, form=TeamForm(formdata=None, data={"name": which.name}), join=form), 422


@bp.post("/teams/<int:team_id>/members/<int:membership_id>/end")
@allow(*SETS_UP)
@once
def leaving(team_id: int, membership_id: int) -> ResponseReturnValue:
    which = _team(team_id)
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.team_id != which.id or not mine(which):
        abort(404)
    keeping.leave_team(membership, by=me())
    return done(url_for(".team", team_id=team_id), f"{membership.person.name} is no longer in {which.name}.")


def _team_page(
    which: Team, *, form: TeamForm, join: JoiningForm | None = None, preview: Preview | None = None
) -> str:
    members = db.session.scalars(
        select(Membership)
        .join(Membership.person)
        .where(Membership.team_id == which.id, or_(Membership.ends_on.is_(None), Membership.ends_on >= day()))
        .order_by(Person.sort_name)
        .options(contains_eager(Membership.person))
    ).all()
    join = join or JoiningForm(formdata=None, prefix="join", data={"starts_on": day()})
    problems = join if join.errors or join.form_errors else form
    return render_template(
        "settings/team_form.html",
        form=form,
        join=join,
        problems=problems,
        team=which,
        members=members,
        preview=preview,
    )


def day() -> date:
    return clock.now().date()


def in_team_today() -> ColumnElement[bool]:
    """SQL: whether a membership holds today."""
    return and_(Membership.starts_on <= day(), or_(Membership.ends_on.is_(None), Membership.ends_on >= day()))


def mine(team: Team) -> bool:
    """Whether the person who is looking may change the team and its queues."""
    return may_set_up(me(), team.council_id)


def visible_teams() -> Select[Team]:
    """The teams that the person who is looking may see."""
    return select(Team).where(visible_settings(Team, me())).options(joinedload(Team.council))


def _team(team_id: int) -> Team:
    found: Team = db.one_or_404(visible_teams().where(Team.id == team_id))
    return found
