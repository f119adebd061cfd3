"""The audit page: who changed which setting when, from what to what; and what the environment has set."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import joinedload
from wtforms import SelectField, StringField
from wtforms.validators import Length

from ..config import Settings, settings
from ..database import contains, db
from ..journal import Entry
from ..journal.settings import kinds_of_settings
from ..pages.filters import plain_date
from ..pages.forms import DateField, Form, NotRequired
from ..pages.paging import Page, keyset
from ..pages.settings_index import setting
from ..people.access import allow, me
from ..people.events import RoleEnded, RoleGranted
from ..people.models import Person, Role
from ..tickets.request_types.events import QuestionsChanged, RequestTypeAdded, RequestTypeChanged

bp = Blueprint("audit", __name__, url_prefix="/settings")

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
READERS = (Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)
OTHERS = (RoleGranted, RoleEnded, RequestTypeAdded, RequestTypeChanged, QuestionsChanged)
"""What else counts as setting the service up."""

LABELS = {
    "clinics.ReminderRuleChanged": "Clinic reminders",
    "people.CalendarChanged": "Opening hours",
    "people.CouncilChanged": "Councils",
    "people.RoleEnded": "Roles ended",
    "people.RoleGranted": "Roles given",
    "people.SiteChanged": "Buildings",
    "tickets.ClearanceChanged": "Clearance for confidential tickets",
    "tickets.MatrixChanged": "Priorities",
    "tickets.PolicyChanged": "Targets",
    "tickets.ProblemRuleChanged": "What suggests a problem",
    "tickets.QuestionsChanged": "Questions of request types",
    "tickets.QueueChanged": "Queues",
    "tickets.RecurringTicketChanged": "Recurring tickets",
    "tickets.RequestTypeAdded": "Request types added",
    "tickets.RequestTypeChanged": "Request types",
    "tickets.RoutingChanged": "Routing",
    "tickets.TagChanged": "Tags",
    "tickets.TeamChanged": "Teams",
}


def may_read(person: Any) -> bool:
    """Whether the person may read who changed what: for all councils, since settings are of all of them."""
    return bool(person.has_role_for(None, *READERS))


def may_see_environment(person: Any) -> bool:
    """Whether the person may see how the program is configured."""
    return bool(person.has_role_for(None, Role.ADMINISTRATOR))


setting(
    "Changes of settings",
    "Who changed which setting when, from what to what.",
    "audit.changes",
    when=may_read,
    group="Oversight",
    order=10,
)
setting(
    "What the environment sets",
    "Mail, sessions, limits and the database, as the program was started. To be looked at only.",
    "audit.environment",
    when=may_see_environment,
    group="Oversight",
    order=20,
)


class ChangesForm(Form):
    """Which changes to show."""

    what = SelectField("What", default="")
    who = StringField("Changed by", [NotRequired(), Length(max=200)])
    since = DateField("From", [NotRequired()], what="The first day")
    until = DateField("To", [NotRequired()], what="The last day")


@dataclass(frozen=True)
class Change:
    """One change as the page shows it."""

    at: datetime
    by: str
    what: str
    name: str
    differences: Sequence[tuple[str, str, str]]


@bp.get("/changes")
@allow(*READERS)
def changes() -> ResponseReturnValue:
    if not may_read(me()):
        abort(403)
    kinds = {kind: label(kind) for kind in kinds_of_settings() | {each.kind() for each in OTHERS}}
    form = ChangesForm(request.args, meta={"csrf": False})
    form.what.choices = {"": "Everything"} | dict(sorted(kinds.items(), key=lambda one: one[1]))
    good = form.validate()
    found: Page[Any] = keyset(
        _wanted(form, kinds) if good else _wanted(None, kinds),
        [Entry.id.desc()],
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    kept = {name: value for name, value in request.args.items() if name not in ("after", "before") and value}
    return render_template(
        "home/changes.html",
        form=form,
        page=found,
        changes=_changes(found.rows),
        href=lambda **which: url_for(".changes", **{**kept, **which}),
        is_filtered=bool(kept),
    )


def label(kind: str) -> str:
    """What is changed by events of this kind, in words."""
    if kind in LABELS:
        return LABELS[kind]
    name = kind.partition(".")[2].removesuffix("Changed")
    return (
        "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()
    )


def _wanted(form: ChangesForm | None, kinds: dict[str, str]) -> Any:
    found = (
        select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.by_id)
        .where(Entry.kind.in_(kinds))
        .options(joinedload(Entry.payload))
    )
    if form is None:
        return found
    if form.what.data:
        found = found.where(Entry.kind == form.what.data)
    if form.who.data:
        found = found.where(contains(Person.name, form.who.data))
    if form.since.data:
        found = found.where(Entry.at >= _midnight(form.since.data))
    if form.until.data:
        found = found.where(Entry.at < _midnight(form.until.data + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), settings().zone)


def _changes(rows: Sequence[Any]) -> list[Change]:
    whose = {row.Entry.data.get("person") for row in rows if "role" in row.Entry.data}
    names: dict[Any, str] = {}
    if whose:
        found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(whose)))
        names = {row.id: row.name for row in found}
    return [_change(row.Entry, row.name, names) for row in rows]


def _change(entry: Entry, by: str | None, names: dict[Any, str]) -> Change:
    data = entry.data
    found = [
        (name, _said(pair[0]), _said(pair[1]))
        for name, pair in (data.get("changes") or {}).items()
        if isinstance(pair, list) and len(pair) == 2
    ]
    name = str(data.get("name") or "")
    if "role" in data:
        name = names.get(data.get("person"), "Somebody")
        words = f"{data['role']}, {data.get('council') or 'all councils'}"
        ended = entry.kind.endswith("Ended")
        found = [("role", words, "–") if ended else ("role", "–", words)]
    return Change(entry.at, by or "The program itself", label(entry.kind), name, found)


def _said(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return ", ".join(_said(each) for each in value) if isinstance(value, list) else _as_day(str(value))


def _as_day(text: str) -> str:
    """A day as everybody reads it, where the journal keeps one; anything else as it is."""
    if not DAY.fullmatch(text):
        return text
    try:
        return plain_date(date.fromisoformat(text))
    except ValueError:
        return text


@bp.get("/environment")
@allow(Role.ADMINISTRATOR)
def environment() -> ResponseReturnValue:
    """How the program was started. Secrets are named, never shown."""
    if not may_see_environment(me()):
        abort(403)
    return render_template("home/environment.html", rows=configured(settings()))


def configured(values: Settings) -> list[tuple[str, str, str, bool]]:
    """Each setting: its name in the environment, what it is for, its value in words, and whether it was set."""
    rows = []
    for name, known in Settings.model_fields.items():
        value = getattr(values, name)
        if isinstance(value, SecretStr) or name == "secret_key":
            secret = value.get_secret_value() if isinstance(value, SecretStr) else ""
            words = "set, not shown" if secret else "not set"
        elif name == "database_url":
            words = make_url(values.database_address()).render_as_string(hide_password=True)
        else:
            words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        is_set = name in values.model_fields_set
        rows.append((f"ICTSUPPORT_{name.upper()}", known.description or "", words or "empty", is_set))
    return rows
