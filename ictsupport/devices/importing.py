"""The register of devices from a list: one line for each device. See docs/handbook/devices.md."""

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..config import settings
from ..database import db
from ..importing import Column, Importer, Outcome, Report, Row, Taken
from ..people.access import visible_people
from ..people.models import Council, Person
from . import access, lending
from .models import Custody, Device

NOBODY = ("nobody", "none", "in stock", "stock", "spare")
SHARED = "shared"


class Devices(Importer):
    """A device is known by its asset tag. An empty cell says nothing: what is known stays.

    `by` is whoever brings the file in by a page: then only devices and people within their reach are touched.
    """

    name = "devices"
    help = "Bring in the register of devices and who has them, with one line for each device."
    columns = (
        Column("asset tag", "The tag on the device", required=True, also=("tag", "asset", "asset number"), longest=40),
        Column("kind", "iPad, laptop, telephone ...", also=("type", "device type", "category"), longest=60),
        Column("model", "What it is called", also=("device", "model name"), longest=120),
        Column("serial", "Its serial number", also=("serial number", "serial no"), longest=80),
        Column("os", "Operating system and version", also=("os version", "operating system", "system"), longest=60),
        Column("council", "Whose it is, or shared", also=("owner", "organisation")),
        Column("lent to", "E-mail address of whoever has it; nobody when it is back",
               also=("email", "e-mail", "user", "assigned to", "holder"), longest=254),
        Column("lent on", "Since when", also=("lent", "issued on", "since", "assigned on")),
        Column("out of use", "The day it was taken out of use, or yes", also=("retired", "disposed on")),
        Column("note", "Anything to remember of the loan", longest=300),
    )  # fmt: skip

    def __init__(self, by: Person | None = None) -> None:
        self.by = by

    def prepare(self) -> None:
        self.councils: dict[str, Council | None] = {SHARED: None}
        for council in db.session.scalars(select(Council)):
            for word in (council.name, council.short_name, council.slug):
                self.councils[word.casefold()] = council
        people = select(Person) if self.by is None else visible_people(self.by)
        self.people = {
            person.email.casefold(): person
            for person in db.session.scalars(people.where(Person.email.is_not(None)))
            if person.email
        }
        devices = select(Device).options(
            joinedload(Device.council), selectinload(Device.custodies).joinedload(Custody.person)
        )
        self.devices = {device.asset_tag.upper(): device for device in db.session.scalars(devices)}
        self.lines: dict[str, int] = {}
        self.moved: list[str] = []

    def take(self, row: Row) -> Taken:
        tag = " ".join(row.text("asset tag").split()).upper()
        if tag in self.lines:
            raise row.wrong("asset tag", f"{tag} again, which is in line {self.lines[tag]}")
        self.lines[tag] = row.line
        facts = {
            name: row.text(column)
            for name, column in (
                ("kind", "kind"),
                ("model", "model"),
                ("serial", "serial"),
                ("os_version", "os"),
            )
            if row.text(column)
        }
        council = self._council(row)
        device = self.devices.get(tag)
        if device is None:
            return self._add(row, tag, facts, council)
        if self.by is not None and not access.may_keep(self.by, device):
            raise row.wrong("asset tag", f"{tag} belongs to a council that is not yours to change")
        wanted: dict[str, Any] = {**facts, **({"council": council} if row.text("council") else {})}
        changed = [
            *lending.change_device(device, by=self.by, **wanted),
            *self._holder(row, device),
            *self._retire(row, device),
        ]
        if changed:
            words = ", ".join(name.replace("os_version", "os") for name in changed)
            return Taken(Outcome.CHANGED, f"{device.label}: {words}")
        return Taken(Outcome.SAME)

    def finish(self, report: Report) -> None:
        if self.moved:
            report.notes.append(
                "Taken back from somebody and lent to somebody else: " + "; ".join(self.moved)
            )

    def _add(self, row: Row, tag: str, facts: dict[str, str], council: Council | None) -> Taken:
        if not facts.get("kind"):
            raise row.wrong("kind", "is empty, and the device is not on the register yet")
        device = lending.register_device(
            asset_tag=tag, kind=facts["kind"], model=facts.get("model", ""), serial=facts.get("serial", ""),
            os_version=facts.get("os_version", ""), council=council, by=self.by,
        )  # fmt: skip
        self._holder(row, device)
        self._retire(row, device)
        holder = f", lent to {device.custody.person.name}" if device.custody else ""
        return Taken(Outcome.NEW, f"{device.label}{holder}")

    def _council(self, row: Row) -> Council | None:
        word = row.text("council").casefold()
        if word and word not in self.councils:
            raise row.wrong("council", f"“{row.text('council')}” is no council here")
        council = self.councils[word] if word else None
        if (
            self.by is not None
            and council is not None
            and not self.by.has_role_for(council.id, *access.KEEPERS)
        ):
            raise row.wrong("council", f"{council.short_name} is not yours to keep devices for")
        return council

    def _holder(self, row: Row, device: Device) -> list[str]:
        """Lend it as the line says. What was lent elsewhere before is accepted: they have had it."""
        word = row.text("lent to")
        if not word:
            return []
        now = device.custody
        if word.casefold() in NOBODY:
            if now is None:
                return []
            lending.take_back(device, by=self.by)
            return [f"back from {now.person.name}"]
        person = self.people.get(word.casefold())
        if person is None:
            raise row.wrong("lent to", f"nobody here has the address {word}")
        if now is not None and now.person is person:
            return []
        if now is not None:
            lending.take_back(device, by=self.by)
            self.moved.append(f"line {row.line}: {device.label}, {now.person.name} to {person.name}")
        custody = lending.lend(device, person, by=self.by, note=row.text("note"))
        custody.lent_at = self._since(row, now)
        custody.accepted_at = custody.lent_at
        return [f"lent to {person.name}"]

    def _since(self, row: Row, before: Custody | None) -> datetime:
        day = row.date("lent on")
        if day is None:
            return clock.now()
        at = datetime.combine(day, time(12), settings().zone).astimezone(UTC)
        if at > clock.now():
            raise row.wrong("lent on", "is in the future")
        if before is not None and before.returned_at is not None:
            return max(at, before.returned_at)
        return at

    def _retire(self, row: Row, device: Device) -> list[str]:
        word = row.text("out of use")
        if not word or word.casefold() in ("no", "n") or device.retired_on is not None:
            return []
        day = None if word.casefold() in ("yes", "y") else row.date("out of use")
        lending.retire_device(device, by=self.by)
        device.retired_on = day or device.retired_on
        return ["out of use"]
