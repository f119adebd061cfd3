"""Who may come in, and who may see which people.

Every page asks for a sign-in unless it says @public. What a page asks beyond
that it says with @allow(...); which rows somebody may see is decided by the
`visible_...` selects of each package's access.py, and what they may do by its
`may_...` predicates, at every door alike.
"""

import functools
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, cast

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, String, false, or_, select, true
from sqlalchemy import cast as cast_to

from .. import clock
from ..statements import put_together, shape_of
from .models import DelegateScope, Delegation, Person, Role, Term, served_councils
from .scopes import Scope
from .sessions import login_manager

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

DESK = (Role.AGENT, Role.MANAGER)
"""Those who work tickets."""

SEES_PEOPLE = (*DESK, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE, Role.SYSTEMS_LEAD, Role.CLINIC_HOST)
"""Those who see people beyond their own council's, as far as their role reaches."""


def me() -> Person:
    """The person who is signed in, as their own row."""
    return cast(Person, current_user._get_current_object())


def public(view: View[P]) -> View[P]:
    """A page for everybody, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def allow(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A page for those who hold one of the roles; to others it is forbidden (403)."""

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not me().has_role(*roles):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def init_app(app: Flask) -> None:
    app.before_request(_ask_to_sign_in)


def _ask_to_sign_in() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view: Any = current_app.view_functions.get(request.endpoint)
    if getattr(view, "is_public", False) or current_user.is_authenticated:
        return None
    return cast(ResponseReturnValue, login_manager.unauthorized())


@shape_of.register
def _as_seen_by(person: Person) -> Hashable:
    """What statements about what somebody may see are made of."""
    return person.id, frozenset((one.role, one.scope, one.council_id) for one in person.grants if one.is_live)


def reach(person: Person, *roles: Role) -> set[int] | None:
    """The councils for which the person holds one of the roles; None when for all of them."""
    grants = [grant for grant in person.grants if grant.is_live and grant.role in roles]
    if any(grant.scope is Scope.ALL for grant in grants):
        return None
    return {grant.council_id for grant in grants if grant.council_id is not None}


def within_reach(columns: type[Any], person: Person, *roles: Role) -> ColumnElement[bool]:
    """SQL: the rows of a Scoped model that the person's roles cover. A shared row is seen by all who hold one."""
    if not person.has_role(*roles):
        return false()
    councils = reach(person, *roles)
    if councils is None:
        return true()
    return or_(columns.scope == Scope.ALL, columns.council_id.in_(councils))


def belongs_to(councils: set[int]) -> ColumnElement[bool]:
    """SQL: people of these councils, as employed, serving or holding a seat there."""
    return or_(
        Person.employer_id.in_(councils),
        Person.id.in_(select(served_councils.c.person_id).where(served_councils.c.council_id.in_(councils))),
        Person.id.in_(select(Term.person_id).where(Term.council_id.in_(councils))),
    )


def councils_of(person: Person) -> set[int]:
    """The councils somebody belongs to: as employed, serving or holding a seat there."""
    councils = {council.id for council in person.serves} | {term.council_id for term in person.terms}
    return councils | ({person.employer_id} if person.employer_id else set())


def may_grant(person: Person, council_id: int | None) -> bool:
    """Whether the person may give roles, and keep what belongs to the council (None: to all of them)."""
    councils = reach(person, Role.ADMINISTRATOR)
    return councils is None or (council_id is not None and council_id in councils)


def may_manage(person: Person, whom: Person) -> bool:
    """Whether the person may change how `whom` signs in, mark them left, and so on.

    An administrator of one council manages nobody of another, and nobody whose
    roles reach further than their own: an address changed would be their way in.
    """
    councils = reach(person, Role.ADMINISTRATOR)
    if councils is None:
        return True
    roles = {grant.council_id for grant in whom.grants if grant.is_live}
    return bool(councils_of(whom)) and councils_of(whom) | roles <= councils


def may_change_details(person: Person, whom: Person) -> bool:
    """Whether the person may change name, phone, job and place of `whom`, whom they can see."""
    return may_manage(person, whom) or person.has_role(*DESK)


def may_delegate_for(person: Person, member: Person) -> bool:
    """Whether the person may say who acts for the member: the member, and those who look after members."""
    if person.id == member.id:
        return True
    councils = reach(person, Role.DEMOCRATIC_SERVICES, Role.ADMINISTRATOR)
    return councils is None or any(term.council_id in councils for term in member.terms)


def visible_people(person: Person) -> Select[Person]:
    """The people somebody may see: themself, those they act for; the shared desk sees all its roles reach.

    Staff of one council never see those of another.
    """
    people = select(Person)
    if person.has_role(*SEES_PEOPLE):
        councils = reach(person, *SEES_PEOPLE)
        return people if councils is None else people.where(or_(Person.id == person.id, belongs_to(councils)))
    if person.has_role(Role.DEMOCRATIC_SERVICES):
        councils = reach(person, Role.DEMOCRATIC_SERVICES)
        seats = select(Term.person_id)
        if councils is not None:
            seats = seats.where(Term.council_id.in_(councils))
        return people.where(or_(Person.id == person.id, Person.id.in_(seats)))
    return people.where(or_(Person.id == person.id, Person.id.in_(members_acted_for(person))))


@put_together
def members_acted_for(person: Person, scope: DelegateScope | None = None) -> Select[int]:
    """SQL: the ids of members for whom the person has a grant in force today, with that scope if one is named.

    Nobody acts for somebody who holds no seat any more, whatever the grant says.
    """
    today = clock.now().date()
    in_office = select(Term.person_id).where(
        Term.starts_on <= today, or_(Term.ends_on.is_(None), Term.ends_on >= today)
    )
    live = select(Delegation.member_id).where(
        Delegation.delegate_id == person.id,
        Delegation.member_id.in_(in_office),
        Delegation.ended_at.is_(None),
        Delegation.starts_on <= today,
        or_(Delegation.ends_on.is_(None), Delegation.ends_on >= today),
    )
    return (
        live if scope is None else live.where(cast_to(Delegation.scopes, String).contains(f'"{scope.value}"'))
    )
