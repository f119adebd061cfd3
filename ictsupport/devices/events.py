"""What can happen to a device."""

from dataclasses import dataclass

from ..journal import Event
from ..people.models import Person
from .models import Device


@dataclass(frozen=True, kw_only=True)
class DeviceEvent(Event):
    about: Device


class DeviceRegistered(DeviceEvent): ...


class DeviceRetired(DeviceEvent): ...


@dataclass(frozen=True, kw_only=True)
class DeviceLent(DeviceEvent):
    person: Person


@dataclass(frozen=True, kw_only=True)
class DeviceReturned(DeviceEvent):
    person: Person
