"""What happened to a contract, read from the journal in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from ..database import db
from ..journal import Entry
from ..journal.queries import entries_about
from ..pages.filters import money, short_date
from ..people.models import Council, Person
from . import events
from .models import Contract

WORDS: dict[str, str] = {
    events.ContractDrafted.kind(): "Drafted",
    events.ContractChanged.kind(): "Changed",
    events.ContractSigned.kind(): "Signed",
    events.ContractActivated.kind(): "Began",
    events.ContractExpired.kind(): "Ended",
    events.ContractCancelled.kind(): "Cancelled",
    events.TermsAdded.kind(): "Leg added",
    events.TermsChanged.kind(): "Leg changed",
    events.TermsRemoved.kind(): "Leg removed",
    events.NoticeGiven.kind(): "Notice given",
    events.RanOn.kind(): "Ran on, as nobody gave notice",
}

FIELDS = {
    "name": "name",
    "reference": "reference",
    "notes": "notes",
    "starts_on": "first day",
    "ends_on": "last day",
    "notice_days": "days of notice",
    "notice_given_on": "notice given",
    "renewal": "renewal",
    "renewal_months": "months it runs on",
    "extension_options": "extension options",
    "annual_pence": "cost in a year",
    "support_hours": "support hours",
    "support_phone": "support phone",
    "support_portal": "support portal",
    "support_included": "customer support included",
}
"""Fields whose old and new value are told; what refers to other rows is only named."""

NAMED = {"supplier": "supplier", "owner": "who looks after it", "systems": "systems"}


@dataclass(frozen=True)
class Told:
    """One thing that happened: when, who did it (nobody: the calendar), what, and what it changed."""

    at: datetime
    who: str
    words: str
    details: Sequence[str]


def story_of(contract: Contract) -> list[Told]:
    """What happened to the contract, newest first. Three statements."""
    entries = [entry for entry in entries_about(contract, limit=100) if entry.kind in WORDS]
    ids = {entry.by_id for entry in entries if entry.by_id}
    names = {
        row.id: row.name
        for row in db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    }
    councils = {row.id: row.short_name for row in db.session.execute(select(Council.id, Council.short_name))}
    return [told(entry, names, councils) for entry in reversed(entries)]


def told(entry: Entry, names: dict[int, str], councils: dict[int, str]) -> Told:
    words = WORDS[entry.kind]
    if council := councils.get(entry.data.get("council") or 0):
        words += f" for {council}"
    details = [
        detail for field, values in entry.data.get("changes", {}).items() if (detail := change(field, values))
    ]
    if reason := entry.data.get("reason"):
        details.append(str(reason))
    return Told(entry.at, names.get(entry.by_id or 0, ""), words, details)


def change(field: str, values: list[Any]) -> str:
    """One change in words: last day from 31 Mar 2026 to 31 Mar 2027."""
    if field in NAMED:
        return NAMED[field]
    if field not in FIELDS:
        return ""
    before, after = (shown(field, value) for value in values)
    return f"{FIELDS[field]} from {before} to {after}"


def shown(field: str, value: Any) -> str:
    if value in (None, ""):
        return "nothing"
    if field == "annual_pence":
        return money(value / 100)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.endswith("_on"):
        return short_date(date.fromisoformat(value))
    return str(value)
