"""The lists of devices that pages show."""

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload, selectinload

from ..database import contains, db
from ..people.models import Person
from ..statements import put_together
from . import access
from .models import Custody, Device


def devices_of(person: Person) -> Sequence[Device]:
    """What somebody has now, by asset tag. One statement."""
    return db.session.scalars(_held(), {"whose": person.id}).all()


@put_together
def _held() -> Select[Device]:
    return (
        select(Device)
        .join(Device.custodies)
        .where(Custody.person_id == bindparam("whose"), Custody.returned_at.is_(None))
        .order_by(Device.asset_tag)
        .options(raiseload("*"))
    )


def custodies_of(person: Person, viewer: Person) -> Sequence[Custody]:
    """What somebody has and had, of the devices that the viewer keeps, the newest loan first. One statement."""
    seen = access.visible_devices(viewer).with_only_columns(Device.id)
    return db.session.scalars(
        select(Custody)
        .join(Custody.device)
        .where(Custody.person_id == person.id, Device.id.in_(seen))
        .order_by(Custody.lent_at.desc(), Custody.id.desc())
        .options(
            contains_eager(Custody.device).raiseload("*"),
            joinedload(Custody.lent_by).raiseload("*"),
            joinedload(Custody.returned_to).raiseload("*"),
            raiseload("*"),
        )
    ).all()


def device_list(
    person: Person,
    *,
    words: str = "",
    council_id: int | None = None,
    lent: bool | None = None,
    retired: bool = False,
) -> Select[Device]:
    """Devices somebody may see, found by tag, serial number, kind, model or who has them."""
    devices = access.visible_devices(person)
    devices = devices.where(Device.retired_on.is_not(None) if retired else Device.retired_on.is_(None))
    now = Custody.returned_at.is_(None)
    if words:
        columns = (Device.asset_tag, Device.serial, Device.kind, Device.model)
        holder = Device.custodies.any(now & Custody.person.has(contains(Person.name, words)))
        devices = devices.where(or_(holder, *(contains(column, words) for column in columns)))
    if council_id is not None:
        devices = devices.where(Device.council_id == council_id)
    if lent is not None:
        devices = devices.where(Device.custodies.any(now) if lent else ~Device.custodies.any(now))
    return devices.options(
        joinedload(Device.council).raiseload("*"),
        selectinload(Device.custodies.and_(now)).options(
            joinedload(Custody.person).options(joinedload(Person.employer).raiseload("*"), raiseload("*")),
            raiseload("*"),
        ),
        raiseload("*"),
    )


def device_page(person: Person, device_id: int) -> Select[Device]:
    """One device with everybody who had it."""
    return (
        access.visible_devices(person)
        .where(Device.id == device_id)
        .options(
            joinedload(Device.council),
            selectinload(Device.custodies).options(
                joinedload(Custody.person),
                joinedload(Custody.lent_by).raiseload("*"),
                joinedload(Custody.returned_to).raiseload("*"),
            ),
        )
    )
