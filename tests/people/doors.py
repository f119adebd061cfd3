"""Who may come in at the pages of people."""

from datetime import date, timedelta
from typing import Any

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.meetings.queries import KEEPERS as KEEPERS_OF_MEETINGS
from ictsupport.people.models import (
    Delegation,
    Demonstration,
    Grant,
    Logo,
    Person,
    Role,
    SignIn,
    SignInCode,
    Site,
    Term,
)
from ictsupport.people.scopes import scoped_to
from ictsupport.people.sessions import hashed
from tests.doors import DESK, EVERYBODY, MEMBER, PUBLIC, STAFF, Door, Doors, World

ADMINISTRATOR = {Role.ADMINISTRATOR}
KEEPERS = {*DESK, Role.ADMINISTRATOR}
MEMBERS_OWN = {MEMBER, Role.DEMOCRATIC_SERVICES, Role.ADMINISTRATOR}

DOORS: Doors = {
    "people.sign_in": Door(get=PUBLIC, post=PUBLIC),
    "people.sign_in_password": Door(get=PUBLIC, post=PUBLIC),
    "people.sign_in_mail": Door(post=PUBLIC),
    "people.sign_in_code": Door(get=PUBLIC, post=PUBLIC),
    "people.sign_in_link": Door(get=PUBLIC, post=PUBLIC),
    "people.sign_in_help": Door(get=PUBLIC, post=PUBLIC),
    "people.sign_in_help_sent": Door(get=PUBLIC),
    "people.sign_out": Door(post=PUBLIC),
    "people.sign_in_left": Door(get=PUBLIC),
    "people.still_here": Door(get=PUBLIC),
    "people.demonstration": Door(get=PUBLIC),
    "people.demonstration_sign_in": [
        Door(post=PUBLIC),
        Door(post=set(), hidden=PUBLIC, fill={"person_id": "nobody"}),
    ],
    "people.account": Door(get=EVERYBODY),
    "people.end_sign_in": Door(post={STAFF}, hidden=EVERYBODY),
    "people.password": Door(get=EVERYBODY, post=EVERYBODY),
    "people.end_password": Door(post=EVERYBODY),
    "people.delegates": Door(
        get=MEMBERS_OWN, post=MEMBERS_OWN, hidden=EVERYBODY, fill={"person_id": "member_id"}
    ),
    "people.end_delegation": Door(post=MEMBERS_OWN, hidden=EVERYBODY),
    "people.meetings": Door(get=set(KEEPERS_OF_MEETINGS)),
    "people.people": Door(get=KEEPERS),
    "people.search": Door(get=EVERYBODY),
    "people.person": [
        Door(get=KEEPERS, hidden={Role.DEMOCRATIC_SERVICES}),
        Door(get=KEEPERS | {Role.DEMOCRATIC_SERVICES}, fill={"person_id": "member_id"}),
        Door(get=set(), hidden=KEEPERS | {Role.DEMOCRATIC_SERVICES}, fill={"person_id": "nobody"}),
    ],
    "people.new_person": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.edit_person": Door(get=KEEPERS, post=KEEPERS),
    "people.seats": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.end_seat": Door(post=ADMINISTRATOR, fill={"person_id": "member_id"}),
    "people.leaving": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.returning": Door(post=ADMINISTRATOR),
    "people.roles": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.end_role": Door(post=ADMINISTRATOR),
    "people.councils": Door(get=ADMINISTRATOR),
    "people.new_council": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.council": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.brands": Door(get=ADMINISTRATOR),
    "people.brand": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.logo": Door(get=PUBLIC),
    "people.new_site": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "people.site": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
}


def things(world: World) -> dict[str, Any]:
    now = clock.now()
    sign_in = SignIn(
        person_id=world.staff.id,
        token_hash="another device",
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )
    wish = SignInCode(
        person_id=world.staff.id,
        device_hash="a device",
        link_hash=hashed("a link"),
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    )
    delegation = Delegation(
        member=world.member, delegate=world.staff, scopes=["view"], starts_on=date(2026, 1, 1)
    )
    grant = Grant(person=world.staff, role=Role.CLERK, ended_at=now, **scoped_to(None))
    logo = Logo(key="a" * 64, content_type="image/png", content=b"a picture")
    db.session.add_all([sign_in, wish, delegation, grant, Demonstration(), logo])
    db.session.flush()
    return {
        "token": "a link",
        "key": logo.key,
        "person_id": world.staff.id,
        "member_id": world.member.id,
        "nobody": max(db.session.scalars(db.select(Person.id))) + 1,
        "sign_in_id": sign_in.id,
        "delegation_id": delegation.id,
        "term_id": db.session.scalars(db.select(Term.id).where(Term.person_id == world.member.id)).one(),
        "grant_id": grant.id,
        "slug": world.council.slug,
        "site_id": db.session.scalars(db.select(Site.id).where(Site.council_id == world.council.id)).one(),
    }
