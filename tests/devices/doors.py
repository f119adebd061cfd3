"""Who may open the pages of devices."""

from typing import Any

from ictsupport.devices.lending import lend, register_device
from ictsupport.people.models import Role
from tests.doors import DESK, EVERYBODY, STAFF, Door, World

KEEPERS = DESK | {Role.ADMINISTRATOR}
OTHERS = EVERYBODY - {STAFF}

DOORS = {
    "devices.register": Door(get=KEEPERS),
    "devices.new": Door(get=KEEPERS, post=KEEPERS),
    "devices.device": Door(get={STAFF, *KEEPERS}, hidden=OTHERS),
    "devices.loan": Door(post=KEEPERS, hidden=OTHERS),
    "devices.taken_back": Door(post=KEEPERS, hidden=OTHERS),
    "devices.edit": Door(get=KEEPERS, post=KEEPERS),
    "devices.returns": Door(get=KEEPERS),
    "devices.tick_off": Door(post=KEEPERS),
    "devices.of_person": Door(get=KEEPERS),
    "devices.accepted": Door(post={STAFF, *KEEPERS}, hidden=OTHERS),
    "devices.return_day": Door(get=KEEPERS, post=KEEPERS),
    "devices.bring_devices_in": Door(get=KEEPERS, post=KEEPERS),
    "devices.retirement": Door(post=KEEPERS, hidden=OTHERS),
}


def things(world: World) -> dict[str, Any]:
    by = world.visitors[Role.AGENT]
    device = register_device(asset_tag="NB-0417", kind="Tablet", council=world.council, by=by)
    lend(device, world.staff, by=by)
    return {"device_id": device.id, "person_id": world.staff.id}
