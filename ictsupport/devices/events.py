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
class DeviceChanged(DeviceEvent):
    changes: dict[str, list[object]]


@dataclass(frozen=True, kw_only=True)
class DeviceLent(DeviceEvent):
    person: Person


@dataclass(frozen=True, kw_only=True)
class DeviceAccepted(DeviceEvent):
    person: Person


@dataclass(frozen=True, kw_only=True)
class ReturnAgreed(DeviceEvent):
    """Another day was agreed for its return; None: by the usual rule."""

    person: Person
    due_on: str | None


@dataclass(frozen=True, kw_only=True)
class AskedBack(DeviceEvent):
    """Its holder was written to: to bring it back, or that it is overdue."""

    person: Person
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class DeviceReturned(DeviceEvent):
    person: Person
