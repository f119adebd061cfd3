"""Who is who: the list, a person's page, and what may be changed there."""

from collections.abc import Callable
from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages import navigation
from ...pages.presses import done, once
from ...pages.previewing import Stale
from .. import delegating, granting, joining, queries
from ..access import (
    DESK,
    allow,
    councils_of,
    may_change_details,
    may_delegate_for,
    may_grant,
    may_manage,
    me,
    reach,
    visible_people,
)
from ..forms import (
    DetailsForm,
    LeavingForm,
    PersonForm,
    RoleForm,
    SeatForm,
    by_id,
    said,
    stamp_of_person,
)
from ..models import Council, Grant, Person, Role, Term, Way
from ..queries import KINDS, Wanted
from . import bp

KEEPERS = (*DESK, Role.ADMINISTRATOR)
"""Those for whom the register of people is kept."""

navigation.item("People", "people.people", when=lambda person: person.has_role(*KEEPERS), order=70)


def seen(person_id: int) -> Person:
    """The person, if whoever asks may see them; otherwise there is nobody there."""
    whom: Person = db.one_or_404(visible_people(me()).where(Person.id == person_id))
    return whom


@bp.route("/people")
@allow(*KEEPERS)
def people() -> ResponseReturnValue:
    asked = request.args
    wanted = Wanted(
        q=asked.get("q", "").strip()[:200],
        council=asked.get("council", "")[:60],
        kind=asked.get("kind", "") if asked.get("kind") in KINDS else "",
        role=asked.get("role", "")[:30],
        left=asked.get("left") == "yes",
    )
    page = queries.people_page(me(), wanted, after=asked.get("after"), before=asked.get("before"))
    return render_template(
        "people/people.html",
        page=page,
        total=queries.how_many(me(), wanted),
        wanted=wanted,
        councils=_councils(),
        kinds=KINDS,
        roles=[role.value for role in Role],
        who=queries.who,
        href=lambda **which: url_for(".people", **{**_kept(wanted), **which}),
        may_add=me().has_role(Role.ADMINISTRATOR),
    )


@bp.route("/people/search")
def search() -> ResponseReturnValue:
    """For pickers: whom one may mean, among those one may see."""
    found = queries.suggestions(me(), request.args.get("q", ""))
    return jsonify(found=[{"value": one.value, "label": one.label} for one in found])


@bp.route("/people/<int:person_id>")
@allow(*KEEPERS, Role.DEMOCRATIC_SERVICES)
def person(person_id: int) -> ResponseReturnValue:
    whom = seen(person_id)
    return render_template(
        "people/person.html",
        person=whom,
        who=queries.who(whom),
        delegations=delegating.delegations_of(whom),
        held=delegating.delegations_held_by(whom),
        may_manage=may_manage(me(), whom),
        may_change=may_change_details(me(), whom),
        may_delegate=may_delegate_for(me(), whom) and whom.is_member,
        may_end=lambda grant: may_grant(me(), grant.council_id),
        is_administrator=me().has_role(Role.ADMINISTRATOR),
        sees_devices=me().has_role(*DESK, Role.ADMINISTRATOR),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def new_person() -> ResponseReturnValue:
    form = PersonForm()
    councils = _administered()
    form.offer(list(queries.sites_of({council.id for council in councils})))
    form.offer_councils(councils)
    if form.validate_on_submit():
        try:
            facts = _facts(form, None, councils)
            if not facts["serves"] and reach(me(), Role.ADMINISTRATOR) is not None:
                raise Refusal("Choose the council this person belongs to.")
            added = joining.add_person(by=me(), **facts)
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for(".person", person_id=added.id), f"{added.name} is added.")
    return render_template("people/edit.html", form=form, person=None)


@bp.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def edit_person(person_id: int) -> ResponseReturnValue:
    whom = seen(person_id)
    if not may_change_details(me(), whom):
        abort(403)
    manages = may_manage(me(), whom)
    form = (PersonForm if manages else DetailsForm)(obj=whom if request.method == "GET" else None)
    councils = _administered() if manages else []
    form.offer(list(queries.sites_of({council.id for council in councils} | councils_of(whom))))
    if isinstance(form, PersonForm):
        form.offer_councils(councils)
    if request.method == "GET":
        _prefill(form, whom)
    elif form.validate_on_submit():
        try:
            if form.stamp.data != stamp_of_person(whom):
                raise Stale
            joining.change_person(whom, me(), **_facts(form, whom, councils))
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
            form.stamp.data = stamp_of_person(whom)
        else:
            return done(url_for(".person", person_id=whom.id), "Saved.")
    return render_template("people/edit.html", form=form, person=whom)


@bp.route("/people/<int:person_id>/seats", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def seats(person_id: int) -> ResponseReturnValue:
    """Enter that somebody is a member for a ward."""
    whom, form = _managed(person_id), SeatForm()
    councils = _administered()
    form.council_id.choices = by_id({council.id: council.short_name for council in councils})

    def take(chosen: SeatForm) -> None:
        joining.take_seat(
            whom,
            _one(councils, chosen.council_id.data),
            said(chosen.ward),
            starts_on=chosen.starts_on.data,
            cohort=chosen.cohort.data,
            by=me(),
        )

    return _asked(form, whom, "people/seat.html", take, "The seat is entered.")


@bp.route("/people/<int:person_id>/seats/<int:term_id>/end", methods=["POST"])
@allow(Role.ADMINISTRATOR)
def end_seat(person_id: int, term_id: int) -> ResponseReturnValue:
    whom = _managed(person_id)
    term = db.session.get(Term, term_id)
    if term is None or term.person_id != whom.id:
        abort(404)
    joining.leave_seat(term, joining.today(), by=me())
    return done(url_for(".person", person_id=whom.id), "Today is the last day of that seat.")


@bp.route("/people/<int:person_id>/leaving", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def leaving(person_id: int) -> ResponseReturnValue:
    whom, form = _managed(person_id), LeavingForm(last_day=joining.today())

    def leave(chosen: LeavingForm) -> None:
        joining.mark_left(whom, chosen.last_day.data, by=me(), at_once=chosen.at_once.data)

    return _asked(form, whom, "people/leaving.html", leave, "It is noted when they leave.")


@bp.route("/people/<int:person_id>/return", methods=["POST"])
@allow(Role.ADMINISTRATOR)
def returning(person_id: int) -> ResponseReturnValue:
    whom = _managed(person_id)
    joining.welcome_back(whom, by=me())
    return done(
        url_for(".person", person_id=whom.id), f"{whom.name} is here again. Roles have to be given anew."
    )


@bp.route("/people/<int:person_id>/roles", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def roles(person_id: int) -> ResponseReturnValue:
    """Give somebody a role."""
    whom, form = seen(person_id), RoleForm()
    councils = _administered()
    everywhere = {0: "All councils"} if may_grant(me(), None) else {}
    form.council_id.choices = by_id(everywhere | {one.id: one.short_name for one in councils})

    def grant(chosen: RoleForm) -> None:
        council = _one(councils, chosen.council_id.data) if chosen.council_id.data else None
        granting.grant_role(whom, Role(chosen.role.data), council, by=me())

    return _asked(form, whom, "people/role.html", grant, "The role is given.")


@bp.route("/people/<int:person_id>/roles/<int:grant_id>/end", methods=["POST"])
@allow(Role.ADMINISTRATOR)
def end_role(person_id: int, grant_id: int) -> ResponseReturnValue:
    whom = seen(person_id)
    grant = db.session.get(Grant, grant_id)
    if grant is None or grant.person_id != whom.id:
        abort(404)
    granting.end_role(grant, by=me())
    return done(url_for(".person", person_id=whom.id), "The role is ended.")


def _asked(
    form: Any, whom: Person, template: str, act: Callable[[Any], None], message: str
) -> ResponseReturnValue:
    """One form, one act on a person: done, or the form again with the reason why not."""
    if form.validate_on_submit():
        try:
            act(form)
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for(".person", person_id=whom.id), message)
    return render_template(template, form=form, person=whom)


def _managed(person_id: int) -> Person:
    whom = seen(person_id)
    if not may_manage(me(), whom):
        abort(403)
    return whom


def _councils() -> list[Council]:
    """The councils whose people whoever asks may see."""
    councils = reach(me(), *KEEPERS)
    rows = db.session.scalars(db.select(Council).order_by(Council.short_name)).all()
    return [council for council in rows if councils is None or council.id in councils]


def _administered() -> list[Council]:
    return list(queries.councils_for(me()))


def _one(councils: list[Council], council_id: int) -> Council:
    return next(council for council in councils if council.id == council_id)


def _facts(form: DetailsForm, whom: Person | None, councils: list[Council]) -> dict[str, Any]:
    """What the form says, as the verbs want it. Councils beyond one's reach stay as they were."""
    near = {council.id for council in councils} | (councils_of(whom) if whom else set())
    sites = {site.id: site for site in queries.sites_of(near)}
    facts: dict[str, Any] = {
        "name": form.name.data,
        "phone": said(form.phone),
        "job_title": said(form.job_title),
        "site": sites.get(form.site_id.data),
        "access_needs": said(form.access_needs),
    }
    if isinstance(form, PersonForm):
        known = {council.id: council for council in councils}
        facts["email"] = form.email.data
        facts["employer"] = known.get(form.employer_id.data)
        facts["serves"] = [known[council_id] for council_id in form.serves_ids.data or ()]
        if facts["employer"] and facts["employer"] not in facts["serves"]:
            facts["serves"].append(facts["employer"])
        facts["way"] = Way(form.way.data)
    return facts


def _prefill(form: DetailsForm, whom: Person) -> None:
    form.stamp.data = stamp_of_person(whom)
    form.site_id.data = whom.site_id or 0
    if isinstance(form, PersonForm):
        form.employer_id.data = whom.employer_id or 0
        form.serves_ids.data = [council.id for council in whom.serves]
        form.way.data = whom.way.value


def _kept(wanted: Wanted) -> dict[str, str]:
    """The filters as they stand in the address, without those that are off."""
    said = {
        "q": wanted.q,
        "council": wanted.council,
        "kind": wanted.kind,
        "role": wanted.role,
        "left": "yes" if wanted.left else "",
    }
    return {name: value for name, value in said.items() if value}
