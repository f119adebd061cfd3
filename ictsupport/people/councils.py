"""Councils and their buildings, as their administrators keep them."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..journal.events import plain
from ..journal.settings import differences
from ..pages import brand
from .access import may_grant
from .events import CouncilChanged, SiteChanged
from .models import Council, Person, Site

BRAND = {
    "colour": "Main colour",
    "line": "Second colour",
    "logo": "Logo",
    "service": "Name of the service",
    "phone": "Phone",
    "hours": "When the phone is answered",
    "statement": "Accessibility statement",
    "contact": "About accessibility, turn to",
}
"""What a brand is made of, in words."""


class NotYours(Refusal):
    reason = "You are not an administrator of this council."


class NameTaken(Refusal):
    reason = "Another council already has this name."


class SiteNameTaken(Refusal):
    reason = "This council already has a building of that name."


class NotADomain(Refusal):
    reason = "“{domain}” is not the part of an e-mail address after the @, like northbrook.gov.uk."


class HardToRead(Refusal):
    """The colours of a brand cannot be read; the reason says which and why."""


def add_council(name: str, short_name: str, *, by: Person | None, **more: Any) -> Council:
    """A council new to the service."""
    if by is not None and not may_grant(by, None):
        raise NotYours
    council = Council(name=name, short_name=short_name, slug=slug_of(short_name), email_domains=[], brand={})
    db.session.add(council)
    _flush(NameTaken)
    announce(CouncilChanged(about=council, name=name, by=by, changes={"name": [None, name]}))
    if more:
        change_council(council, by=by, **more)
    return council


def change_council(council: Council, *, by: Person | None, **wanted: Any) -> None:
    """Set name, short_name, email_domains or brand ({"colour": "#143a52", "line": "#2b7a9b"})."""
    if by is not None and not may_grant(by, council.id):
        raise NotYours
    for domain in wanted.get("email_domains", []):
        if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", domain):
            raise NotADomain(domain=domain)
    colours = wanted.get("brand")
    objections = brand.objections(colours["colour"], colours["line"]) if colours else []
    if objections:
        raise HardToRead(" ".join(objections))
    changes = _set(council, wanted)
    if changes:
        _flush(NameTaken)
        changes |= _brand_in_words(*changes.pop("brand", ({}, {})))
        announce(CouncilChanged(about=council, name=council.name, by=by, changes=changes))


def keep_site(
    site: Site | None, council: Council, *, by: Person | None, name: str, address: str, rooms: list[str]
) -> Site:
    """Add a building of the council, or change one."""
    if by is not None and not may_grant(by, council.id):
        raise NotYours
    site = site or Site(council=council, name="", address="", rooms=[])
    changes = _set(site, {"name": name, "address": address, "rooms": rooms})
    db.session.add(site)
    if changes:
        _flush(SiteNameTaken)
        announce(SiteChanged(about=site, council=council, name=site.name, by=by, changes=changes))
    return site


def slug_of(name: str) -> str:
    """The name as it stands in an address, told apart from those already there."""
    wanted = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:50] or "council"
    taken = set(db.session.scalars(select(Council.slug).where(Council.slug.startswith(wanted))))
    free = (f"{wanted}-{number}" if number else wanted for number in range(len(taken) + 1))
    return next(slug for slug in free if slug not in taken)


def _set(row: Council | Site, wanted: dict[str, Any]) -> dict[str, list[Any]]:
    changes = {}
    for name, new in wanted.items():
        old = getattr(row, name)
        if old != new:
            changes[name] = [plain(old), plain(new)]
            setattr(row, name, new)
    return changes


def _flush(refusal: type[Refusal]) -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise refusal from error


def _brand_in_words(old: dict[str, str], new: dict[str, str]) -> dict[str, list[Any]]:
    """What is different, part by part. Of a logo only the digest is known here, which says nothing to anybody."""
    changes = {BRAND[part]: pair for part, pair in differences(old, new).items() if part in BRAND}
    if logos := changes.get(BRAND["logo"]):
        before, after = logos
        changes[BRAND["logo"]] = [
            before and "a picture",
            after and ("another picture" if before else "a picture"),
        ]
    return changes
