"""Registering devices, lending them and taking them back."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from .. import clock
from ..config import settings
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..journal.events import plain
from ..people.models import Council, Person
from .events import (
    DeviceAccepted,
    DeviceChanged,
    DeviceLent,
    DeviceRegistered,
    DeviceRetired,
    DeviceReturned,
    ReturnAgreed,
)
from .models import Custody, Device

FACTS = ("kind", "model", "serial", "os_version", "council")


class TagMissing(Refusal):
    reason = "Give the asset tag that is on the device."


class TagTaken(Refusal):
    reason = "There is already a device with the asset tag {tag}. Check the tag, or open that device."


class AlreadyLent(Refusal):
    reason = "{name} has this device. Take it back first."


class NotLent(Refusal):
    reason = "Nobody has this device, so it cannot be returned."


class Retired(Refusal):
    reason = "This device was taken out of use and cannot be lent."


class HasLeft(Refusal):
    reason = "{name} has left and cannot be lent a device."


class StillLent(Refusal):
    reason = "{name} still has this device. Take it back before it is taken out of use."


class ChangedMeanwhile(Refusal):
    reason = "Somebody else has changed this device since you opened it. Look at it again before you save."


class DueBeforeItWasLent(Refusal):
    reason = "It was lent on {day}. Give a day after that."


def register_device(
    *,
    asset_tag: str,
    kind: str,
    by: Person | None,
    model: str = "",
    serial: str = "",
    os_version: str = "",
    council: Council | None = None,
) -> Device:
    """Put a device on the register. It is known by its asset tag, in whatever case that is written."""
    tag = " ".join(asset_tag.split()).upper()
    if not tag:
        raise TagMissing
    if find_device(tag):
        raise TagTaken(tag=tag)
    try:
        with db.session.begin_nested():
            device = Device(
                asset_tag=tag,
                kind=kind,
                model=model,
                serial=serial,
                os_version=os_version,
                council=council,
                custodies=[],
            )
            db.session.add(device)
    except IntegrityError:
        raise TagTaken(tag=tag) from None
    announce(DeviceRegistered(about=device, by=by))
    return device


def change_device(
    device: Device, *, by: Person | None, version: int | None = None, **facts: Any
) -> dict[str, list[object]]:
    """Set the facts that differ; returns what was changed, from what to what."""
    lock(device)
    if version is not None and version != device.version:
        raise ChangedMeanwhile
    changes: dict[str, list[object]] = {}
    for name, new in facts.items():
        if name not in FACTS:
            raise ValueError(f"{name} is not changed here")
        old = getattr(device, name)
        if old != new:
            setattr(device, name, new)
            changes[name] = [plain(old), plain(new)]
    if changes:
        device.version += 1
        announce(DeviceChanged(about=device, by=by, changes=changes))
    return changes


def lend(
    device: Device, person: Person, *, by: Person | None, note: str = "", due_on: date | None = None
) -> Custody:
    """Give the device to somebody. The device's row is locked, so two cannot get it in the same second."""
    lock(device)
    if device.retired_on is not None:
        raise Retired
    if not person.is_active:
        raise HasLeft(name=person.name)
    if device.custody is not None:
        raise AlreadyLent(name=device.custody.person.name)
    custody = Custody(person=person, lent_at=clock.now(), lent_by=by, note=note, due_on=due_on)
    device.custodies.append(custody)
    announce(DeviceLent(about=device, person=person, by=by))
    return custody


def accept(device: Device, *, by: Person) -> Custody:
    """Whoever has the device confirms that it reached them, or the desk notes that they did. Twice is once."""
    lock(device)
    custody = device.custody
    if custody is None:
        raise NotLent
    if custody.accepted_at is None:
        custody.accepted_at = clock.now()
        announce(DeviceAccepted(about=device, person=custody.person, by=by))
    return custody


def agree_return(device: Device, due_on: date | None, *, by: Person) -> Custody:
    """Agree with whoever has it on a day for its return; None goes back to the usual rule."""
    lock(device)
    custody = device.custody
    if custody is None:
        raise NotLent
    if due_on is not None and due_on < (lent_on := custody.lent_at.astimezone(settings().zone).date()):
        raise DueBeforeItWasLent(day=f"{lent_on.day} {lent_on:%B %Y}")
    if custody.due_on != due_on:
        custody.due_on, custody.asked_at, custody.reminded_at = due_on, None, None
        word = due_on.isoformat() if due_on else None
        announce(ReturnAgreed(about=device, person=custody.person, due_on=word, by=by))
    return custody


def take_back(device: Device, *, by: Person | None) -> Custody:
    """Take the device back from whoever has it; the history keeps who had it and until when."""
    lock(device)
    custody = device.custody
    if custody is None:
        raise NotLent
    custody.returned_at = clock.now()
    custody.returned_to = by
    announce(DeviceReturned(about=device, person=custody.person, by=by))
    return custody


def retire_device(device: Device, *, by: Person | None) -> None:
    """Take the device out of use. Doing it twice does nothing more."""
    lock(device)
    if device.custody is not None:
        raise StillLent(name=device.custody.person.name)
    if device.retired_on is None:
        device.retired_on = clock.today(settings().zone)
        announce(DeviceRetired(about=device, by=by))


def find_device(asset_tag: str) -> Device | None:
    """The device of that tag, in whatever case it is written."""
    return db.session.scalar(select(Device).where(func.upper(Device.asset_tag) == asset_tag.strip().upper()))
