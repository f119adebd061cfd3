"""Keeping the register: systems, how each council stands with them, and their suppliers."""

import re
from typing import Any

from sqlalchemy import func, select

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..people.models import Council, Person
from .changing import Changes, apply, slug_of, take_turn, unique_or
from .events import (
    ContactAdded,
    ContactEnded,
    LegRecorded,
    SupplierAdded,
    SupplierChanged,
    SystemAdded,
    SystemBroughtBack,
    SystemChanged,
    SystemRetired,
)
from .models import Supplier, SupplierContact, System, SystemKind, SystemLeg, Use

RESERVED = ("new",)
"""Words that mean something else in an address of the register."""


class NameMissing(Refusal):
    reason = "Give it a name with letters or numbers in it."


class SystemExists(Refusal):
    reason = "There is already a system of that name. Choose another name, or change the one there is."


class SupplierExists(Refusal):
    reason = "There is already a supplier of that name. Choose another name, or change the one there is."


class NotAnAddress(Refusal):
    reason = "A web address begins with https:// or http://, like https://support.example.com."


class NoWayToReach(Refusal):
    reason = "Give an e-mail address or a phone number, so that the contact can be reached."


def add_system(
    *,
    name: str,
    by: Person | None,
    purpose: str = "",
    kind: SystemKind = SystemKind.BUSINESS,
    owner: Person | None = None,
) -> System:
    """Put a system on the register. It has no legs yet: each council is recorded on its own."""
    name = one_line(name)
    slug = slug_of(name)
    if not slug:
        raise NameMissing
    with unique_or(SystemExists):
        system = System(
            name=name,
            slug=f"{slug}-system" if slug in RESERVED else slug,
            purpose=purpose,
            kind=kind,
            owner=owner,
            legs=[],
        )
        db.session.add(system)
    announce(SystemAdded(about=system, by=by))
    return system


def change_system(
    system: System,
    *,
    name: str,
    purpose: str,
    kind: SystemKind,
    owner: Person | None,
    by: Person | None,
    version: int | None = None,
) -> Changes:
    """Change what the register says of the system. Its address stays, so that links to it keep working."""
    if not slug_of(name):
        raise NameMissing
    take_turn(system, version)
    with unique_or(SystemExists):
        changes = apply(system, name=one_line(name), purpose=purpose, kind=kind, owner=owner)
    if changes:
        announce(SystemChanged(about=system, changes=changes, by=by))
    return changes


def retire(system: System, *, by: Person | None) -> None:
    """Take the system out of what people may choose; all that was said about it stays."""
    take_turn(system, None)
    if changes := apply(system, retired_on=clock.today(settings().zone)):
        announce(SystemRetired(about=system, changes=changes, by=by))


def bring_back(system: System, *, by: Person | None) -> None:
    """Let people choose the system again."""
    take_turn(system, None)
    if changes := apply(system, retired_on=None):
        announce(SystemBroughtBack(about=system, changes=changes, by=by))


def record_leg(
    system: System,
    council: Council,
    *,
    use: Use,
    by: Person | None,
    local_name: str = "",
    local_owner: Person | None = None,
    version: int | None = None,
) -> SystemLeg:
    """Write down how a council stands with the system: one leg per council, changed when there is one."""
    take_turn(system, version)
    leg = system.leg_of(council.id)
    if leg is None:
        leg = SystemLeg(system=system, council=council)
        db.session.add(leg)
    if use is Use.NONE:
        local_name, local_owner = "", None
    changes = apply(leg, use=use, local_name=one_line(local_name), local_owner=local_owner)
    if changes:
        announce(LegRecorded(about=system, council=council, changes=changes, by=by))
    return leg


def add_supplier(*, name: str, by: Person | None, website: str = "", notes: str = "") -> Supplier:
    name = one_line(name)
    check_supplier(name, website)
    if find_supplier(name):
        raise SupplierExists
    supplier = Supplier(name=name, website=website, notes=notes, contacts=[])
    with unique_or(SupplierExists):
        db.session.add(supplier)
    announce(SupplierAdded(about=supplier, by=by))
    return supplier


def change_supplier(
    supplier: Supplier,
    *,
    name: str,
    website: str,
    notes: str,
    by: Person | None,
    version: int | None = None,
) -> Changes:
    name = one_line(name)
    check_supplier(name, website)
    if find_supplier(name) not in (None, supplier):
        raise SupplierExists
    take_turn(supplier, version)
    with unique_or(SupplierExists):
        changes = apply(supplier, name=name, website=website, notes=notes)
    if changes:
        announce(SupplierChanged(about=supplier, changes=changes, by=by))
    return changes


def add_contact(
    supplier: Supplier, *, name: str, by: Person | None, job: str = "", email: str = "", phone: str = ""
) -> SupplierContact:
    """Write down whom to ask at the supplier. Contacts cannot sign in."""
    if not one_line(name):
        raise NameMissing
    if not (email or phone):
        raise NoWayToReach
    contact = SupplierContact(
        supplier=supplier, name=one_line(name), job=one_line(job), email=email, phone=phone
    )
    db.session.add(contact)
    announce(ContactAdded(about=supplier, changes={"contact": [None, contact.name]}, by=by))
    return contact


def end_contact(contact: SupplierContact, *, by: Person | None) -> None:
    """Say that somebody is no longer the one to ask. Doing it twice does nothing more."""
    if contact.ended_on is None:
        contact.ended_on = clock.today(settings().zone)
        announce(ContactEnded(about=contact.supplier, changes={"contact": [contact.name, None]}, by=by))


def find_supplier(name: str) -> Supplier | None:
    """The supplier of that name, in whatever case it is written."""
    return db.session.scalar(select(Supplier).where(func.lower(Supplier.name) == name.lower()))


def check_supplier(name: str, website: str) -> None:
    if not slug_of(name):
        raise NameMissing
    check_address(website)


def check_address(address: str) -> None:
    """Only addresses that a browser may safely be sent to: no javascript: or file:."""
    if address and not re.fullmatch(r"https?://[^\s/]+\S*", address, re.IGNORECASE):
        raise NotAnAddress


def one_line(words: Any) -> str:
    """The words without line breaks and doubled blanks."""
    return " ".join(str(words or "").split())
