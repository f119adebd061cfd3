"""Who may open the pages that belong to no part of the work: nearly all are for everybody."""

from typing import Any

from ictsupport.people.models import Role
from tests.doors import PUBLIC, Door, World

DOORS = {
    "assets": Door(get=PUBLIC),
    "settings": Door(get={Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT, Role.INFORMATION_GOVERNANCE}),
    "pages.accessibility": Door(get=PUBLIC),
    "pages.privacy": Door(get=PUBLIC),
    "pages.cookies": Door(get=PUBLIC),
    "pages.robots": Door(get=PUBLIC),
    "pages.live": Door(get=PUBLIC),
    "pages.ready": Door(get=PUBLIC),
}


def things(_world: World) -> dict[str, Any]:
    return {"version": "any", "name": "icon.svg"}
