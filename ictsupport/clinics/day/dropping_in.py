"""The drop-in queue for those who stand in it, and for those who wonder whether to come: whose turn, and how long."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload

from ... import clock
from ...database import db
from ..models import Booking, Clinic, Slot, SlotPlace
from ..queries import HELD
from .models import DropIn
from .queries import Turn, expected_at, minutes_until, turn

FORGOTTEN_AFTER = timedelta(hours=6)
"""Whoever still stands in the queue so long after the clinic has gone home without a word."""


@dataclass(frozen=True)
class Wait:
    """What somebody can expect who comes now without a booking: how many wait, and for how long (None: in vain)."""

    ahead: int
    minutes: int | None


def people_ahead() -> ScalarSelect[int]:
    """SQL: how many stand in the queue before somebody, as a column of a statement over DropIn."""
    other = aliased(DropIn)
    earlier = or_(
        other.arrived_at < DropIn.arrived_at,
        and_(other.arrived_at == DropIn.arrived_at, other.id < DropIn.id),
    )
    waits = (other.called_at.is_(None), other.left_at.is_(None))
    return (
        select(func.count())
        .select_from(other)
        .where(other.clinic_id == DropIn.clinic_id, *waits, earlier)
        .scalar_subquery()
    )


def still_waits() -> ColumnElement[bool]:
    """SQL: they stand in the queue of a clinic that is held and not long over."""
    return and_(DropIn.WAITS, Clinic.called_off_at.is_(None), Clinic.ends_at > clock.now() - FORGOTTEN_AFTER)


def turns_of(people: Collection[int]) -> list[Turn]:
    """The turns of these people in the queues they stand in. One statement, and one more where there are any."""
    rows = db.session.execute(
        select(DropIn, people_ahead())
        .join(DropIn.clinic)
        .where(DropIn.person_id.in_(people), still_waits())
        .order_by(DropIn.arrived_at, DropIn.id)
        .options(joinedload(DropIn.person), joinedload(DropIn.clinic).joinedload(Clinic.site))
    ).all()
    free = free_at({drop_in.clinic_id for drop_in, _ in rows})
    return [
        turn(drop_in, ahead, free.get(drop_in.clinic_id, []), drop_in.clinic.lateness)
        for drop_in, ahead in rows
    ]


def waits_at(clinics: Iterable[Clinic]) -> dict[int, Wait]:
    """How long whoever comes now would wait at those of the clinics that are on. Two statements, or none."""
    now = clock.now()
    on = {
        each.id: each
        for each in clinics
        if each.starts_at <= now < each.ends_at and not each.is_called_off and not each.unhosted
    }
    if not on:
        return {}
    counted = (
        select(DropIn.clinic_id, func.count())
        .where(DropIn.clinic_id.in_(on), DropIn.WAITS)
        .group_by(DropIn.clinic_id)
    )
    ahead: dict[int, int] = dict(db.session.execute(counted).all())
    free = free_at(on)
    waits = {}
    for key, clinic in on.items():
        before = ahead.get(key, 0)
        waits[key] = Wait(before, minutes_until(expected_at(before, free.get(key, []), clinic.lateness)))
    return waits


def free_at(clinics: Collection[int]) -> dict[int, list[Slot]]:
    """The slots of each clinic with a place that nobody holds, once for each such place. One statement, or none."""
    if not clinics:
        return {}
    left = func.count(SlotPlace.number) - func.count(Booking.id)
    rows = db.session.execute(
        select(Slot, left)
        .join(SlotPlace, SlotPlace.slot_id == Slot.id)
        .outerjoin(Booking, HELD)
        .where(Slot.clinic_id.in_(clinics), Slot.withdrawn_at.is_(None))
        .group_by(Slot.id)
        .having(left > 0)
        .order_by(Slot.starts_at)
        .options(raiseload("*"))
    )
    found: dict[int, list[Slot]] = {}
    for slot, count in rows:
        found.setdefault(slot.clinic_id, []).extend([slot] * count)
    return found
