"""Who may come in at the pages that look across the packages."""

from typing import Any

from ictsupport.mail import send
from ictsupport.people.models import Role
from tests.doors import EVERYBODY, Door, Doors, World

ADMINISTRATOR = {Role.ADMINISTRATOR}

DOORS: Doors = {
    "home.index": Door(get=EVERYBODY),
    "post_office.messages": Door(get=ADMINISTRATOR),
    "post_office.message": Door(get=ADMINISTRATOR),
    "post_office.resending": Door(post=ADMINISTRATOR),
    "audit.changes": Door(get={Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE}),
    "audit.environment": Door(get=ADMINISTRATOR),
}


def things(world: World) -> dict[str, Any]:
    message = send(to=world.staff, template="people/sign_in", token="t", code="123456")
    assert message
    return {"message_id": message.id}
