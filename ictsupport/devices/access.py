"""Who may see and lend devices."""

from sqlalchemy import Select, or_, select

from ..people.access import DESK, reach
from ..people.models import Person, Role
from .models import Custody, Device

KEEPERS = (*DESK, Role.ADMINISTRATOR)
"""Those who keep the register of devices, lend them and take them back."""


def visible_devices(person: Person) -> Select[Device]:
    """All devices within reach of the desk (those of no council too); everybody else sees what they have."""
    devices = select(Device)
    if not person.has_role(*KEEPERS):
        return devices.where(
            Device.custodies.any((Custody.person_id == person.id) & Custody.returned_at.is_(None))
        )
    councils = reach(person, *KEEPERS)
    if councils is None:
        return devices
    return devices.where(or_(Device.council_id.is_(None), Device.council_id.in_(councils)))


def may_keep(person: Person, device: Device) -> bool:
    """Whether somebody may lend this device and take it back."""
    if device.council_id is None:
        return person.has_role(*KEEPERS)
    return person.has_role_for(device.council_id, *KEEPERS)
