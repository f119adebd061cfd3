"""Who may come in at the pages that look across the packages."""

from typing import Any

import sqlalchemy as sa

from ictsupport import clock
from ictsupport.database import db
from ictsupport.mail import Outgoing, send
from ictsupport.mail.models import IncomingMessage, IncomingState
from ictsupport.mail.receiving import receive
from ictsupport.people.models import Role
from tests.doors import EVERYBODY, Door, Doors, World

ADMINISTRATOR = {Role.ADMINISTRATOR}

DOORS: Doors = {
    "home.index": Door(get=EVERYBODY),
    "post_office.messages": Door(get=ADMINISTRATOR),
    "post_office.message": Door(get=ADMINISTRATOR),
    "post_office.incoming": Door(get=ADMINISTRATOR),
    "post_office.source": Door(get=ADMINISTRATOR),
    "post_office.one_incoming": Door(get=ADMINISTRATOR),
    "post_office.filing": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "post_office.attaching": Door(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "post_office.putting_away": Door(post=ADMINISTRATOR),
    "post_office.resending": Door(post=ADMINISTRATOR),
    "audit.changes": Door(get={Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE}),
    "audit.environment": Door(get=ADMINISTRATOR),
}


def things(world: World) -> dict[str, Any]:
    send(to=world.staff, template="people/sign_in", token="t", code="123456")
    receive(b"From: pat@northbrook.example\n\nHello")
    last = db.session.scalars(sa.select(IncomingMessage).order_by(IncomingMessage.id.desc())).first()
    last.state, last.done_at = IncomingState.NOT_UNDERSTOOD, clock.now()
    db.session.flush()
    return {
        "message_id": db.session.scalar(sa.select(sa.func.max(Outgoing.id))),
        "incoming_id": db.session.scalar(sa.select(sa.func.max(IncomingMessage.id))),
    }
