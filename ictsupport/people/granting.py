"""Roles are given and ended."""

from .. import clock
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from .access import may_grant
from .events import RoleEnded, RoleGranted
from .joining import is_full_administrator, refuse_last_administrator
from .models import Council, Grant, Person, Role
from .scopes import scoped_to


class NotYoursToGrant(Refusal):
    reason = "You can only give and end roles for councils that you are an administrator of."


class AlreadyGranted(Refusal):
    reason = "{name} already has that role."


class HasLeft(Refusal):
    reason = "{name} has left, so they cannot be given a role."


class WithoutAddress(Refusal):
    reason = "{name} needs an e-mail address before they can be given a role."


def grant_role(person: Person, role: Role, council: Council | None, *, by: Person | None) -> Grant:
    """Give the person the role, for one council or for all. Without `by` it is the command line that asks."""
    lock(person)
    if by is not None and not may_grant(by, council.id if council else None):
        raise NotYoursToGrant
    if not person.is_active:
        raise HasLeft(name=person.name)
    if not person.email:
        raise WithoutAddress(name=person.name)
    wanted = council.id if council else None
    if any(grant.is_live and grant.role is role and grant.council_id == wanted for grant in person.grants):
        raise AlreadyGranted(name=person.name)
    grant = Grant(
        person=person,
        role=role,
        granted_at=clock.now(),
        granted_by_id=by.id if by else None,
        **scoped_to(council),
    )
    db.session.add(grant)
    db.session.flush()
    announce(RoleGranted(about=grant, person=person, role=role.value, council=whose(grant), by=by))
    return grant


def end_role(grant: Grant, *, by: Person | None) -> None:
    """Take the role back. The last administrator for all councils keeps theirs."""
    lock(grant)
    if by is not None and not may_grant(by, grant.council_id):
        raise NotYoursToGrant
    if not grant.is_live:
        return
    if is_full_administrator(grant):
        refuse_last_administrator(grant.person)
    grant.ended_at = clock.now()
    announce(RoleEnded(about=grant, person=grant.person, role=grant.role.value, council=whose(grant), by=by))


def whose(grant: Grant) -> str:
    return grant.council.short_name if grant.council else "all councils"
