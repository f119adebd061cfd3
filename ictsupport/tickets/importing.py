"""Bringing in the event log of a ServiceNow desk: one row is one state of an incident at one moment.

The newest state of each number becomes the ticket and its rows the history:
opened, assigned, on hold with the matching reason, resolved, reopened, closed.
Times are kept, clocks are computed from them, and nobody is written to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy import select

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..hours import FIRST_YEAR
from ..importing import Column, Importer, Outcome, Report, Row, Taken
from ..people.models import Council, Person, RequesterKind
from ..people.scopes import Scope
from . import history
from .history import Act, Story
from .models import Channel, ClockKind, HoldReason, Queue, Resolution, Status, Ticket, TicketType

FORMS = ("%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M")
STATES: dict[str, tuple[Status, HoldReason | None]] = {
    "New": (Status.NEW, None),
    "Active": (Status.IN_PROGRESS, None),
    "Awaiting User Info": (Status.ON_HOLD, HoldReason.REQUESTER),
    "Awaiting Evidence": (Status.ON_HOLD, HoldReason.REQUESTER),
    "Awaiting Vendor": (Status.ON_HOLD, HoldReason.SUPPLIER),
    "Awaiting Problem": (Status.ON_HOLD, HoldReason.PROBLEM),
    "Awaiting Change": (Status.ON_HOLD, HoldReason.CHANGE),
    "Resolved": (Status.RESOLVED, None),
    "Closed": (Status.CLOSED, None),
}
CHANNELS = {
    "Phone": Channel.PHONE,
    "IVR": Channel.PHONE,
    "Email": Channel.EMAIL,
    "Self service": Channel.SELF_SERVICE,
    "Direct opening": Channel.WALK_IN,
}
OVERRIDE = "as the source had it"


class NoSuchCouncil(Refusal):
    reason = "There is no council “{name}”. There are: {known}."


class NoTriage(Refusal):
    reason = "There is no triage queue for imported tickets to go to. Make one first."


@dataclass(frozen=True)
class State:
    """How the incident stood from a moment on."""

    at: datetime
    status: Status
    hold_reason: HoldReason | None
    queue_id: int
    assignee_id: int | None


class Incidents(Importer):
    """Tickets from a ServiceNow event log."""

    name = "incidents"
    help = "Incidents with their history, from a ServiceNow event log."
    together = "number"
    blank = ("?",)
    columns = (
        Column(
            "number",
            "The incident's number; rows with the same number are its history",
            required=True,
            longest=60,
        ),
        Column("incident_state", "New, Active, Awaiting ..., Resolved or Closed", required=True),
        Column("opened_at", "When it was opened, local time", required=True),
        Column("sys_updated_at", "When it was put into this state, local time", required=True),
        Column("sys_mod_count", "Counts the changes, to order those of one minute"),
        Column("caller_id", "Who asked for help"),
        Column("contact_type", "Phone, Email, Self service, IVR or Direct opening"),
        Column("category", "What it is about", longest=80),
        Column("subcategory", "The same more closely"),
        Column("u_symptom", "What was seen"),
        Column("impact", "1, 2 or 3, with or without words behind it"),
        Column("urgency", "1, 2 or 3, with or without words behind it"),
        Column("priority", "1 to 4, with or without words behind it; kept whatever the matrix says"),
        Column("assignment_group", "The team; a queue of the same name takes the ticket, else triage"),
        Column("assigned_to", "Who works on it"),
        Column("closed_code", "How it ended, in the source's own code"),
    )
    options = (
        click.Option(
            ["--council"], required=True, help="Whose incidents these are: the council's short name."
        ),
        click.Option(
            ["--zone"], default="", help="Time zone of the file's times (default: the service's own)."
        ),
    )

    def __init__(self, council: str, zone: str = "") -> None:
        self.council_name = council
        try:
            self.zone = ZoneInfo(zone or settings().time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Refusal(f"There is no time zone “{zone}”. Write it like Europe/London.") from error
        self.stories: list[Story] = []
        self.unknown_groups: set[str] = set()

    def prepare(self) -> None:
        councils = {council.short_name.casefold(): council for council in db.session.scalars(select(Council))}
        council = councils.get(self.council_name.casefold())
        if council is None:
            known = ", ".join(sorted(each.short_name for each in councils.values())) or "none yet"
            raise NoSuchCouncil(name=self.council_name, known=known)
        self.council = council
        triage = db.session.scalar(select(Queue.id).where(Queue.is_triage).order_by(Queue.id).limit(1))
        if triage is None:
            raise NoTriage
        self.triage = triage
        self.queues = {queue.name.casefold(): queue.id for queue in db.session.scalars(select(Queue))}
        named = select(Person.name, Person.id).where(Person.employer_id == council.id)
        self.people: dict[str, int] = dict(iter(db.session.execute(named)))
        found = select(Ticket.source_reference).where(Ticket.source_reference.is_not(None))
        self.present = set(db.session.scalars(found))

    def take(self, row: Row) -> Taken:
        number = row.text("number")
        if number in self.present:
            return Taken(Outcome.SAME, number)
        self.present.add(number)
        log = self.log(row)
        states = self.states(log)
        story = self.story(log[-1][1], states)
        self.stories.append(story)
        return Taken(Outcome.NEW, f"{number}, {story.columns['subject']}, now {states[-1].status.value}")

    def finish(self, report: Report) -> None:
        history.load(self.stories)
        history.derive()
        if self.unknown_groups:
            report.notes.append(
                f"{len(self.unknown_groups)} assignment groups have no queue of their name: "
                "their tickets are in the triage queue."
            )
        report.notes.append(
            "The log holds no replies, so the first-response clocks are cancelled as “not recorded”."
        )

    def log(self, row: Row) -> list[tuple[datetime, Row]]:
        """The incident's lines in the order in which they happened: by moment, then by count of changes."""
        lines = [
            (self.moment(each, "sys_updated_at"), each.whole("sys_mod_count") or 0, each)
            for each in row.together
        ]
        lines.sort(key=lambda line: (line[0], line[1], line[2].line))
        return [(at, each) for at, _, each in lines]

    def states(self, log: list[tuple[datetime, Row]]) -> list[State]:
        """How the incident stood, one state after the other; a line that changes nothing is left out."""
        opened_at = self.moment(log[-1][1], "opened_at")
        states: list[State] = []
        for at, line in log:
            status, reason = line.choice("incident_state", STATES) or (Status.NEW, None)
            # A log can be stamped before the incident it is about was opened.
            at = max(at, opened_at)
            state = State(at, status, reason, self.queue(line), self.person(line.text("assigned_to")))
            if not states or replace(states[-1], at=at) != state:
                states.append(state)
        return states

    def story(self, newest: Row, states: list[State]) -> Story:
        opened_at = self.moment(newest, "opened_at")
        requester = self.person(newest.text("caller_id") or f"Caller of {newest.text('number')}")
        parts = [newest.text(name) for name in ("category", "subcategory", "u_symptom")]
        subject = ", ".join(part for part in parts if part) or f"Incident {newest.text('number')}"
        columns: dict[str, Any] = {
            "source_reference": newest.text("number"),
            "ticket_type": TicketType.INCIDENT,
            "subject": subject[:200],
            "description": self.described(newest, subject),
            "requester_id": requester,
            "requester_kind": RequesterKind.STAFF,
            "opened_by_id": None,
            "opened_at": opened_at,
            "channel": newest.choice("contact_type", CHANNELS) or Channel.IMPORT,
            "category": newest.text("category"),
            "impact": _scale(newest, "impact", 3),
            "urgency": _scale(newest, "urgency", 3),
            "priority": _scale(newest, "priority", 5),
            "priority_override_reason": OVERRIDE,
            "queue_id": states[0].queue_id,
            "routed_because": "imported",
            "status": Status.NEW,
            "scope": Scope.COUNCIL,
            "council_id": self.council.id,
        }
        told = _Telling(columns, newest.text("closed_code"))
        for state in states:
            told.follow(state)
        return Story(columns, told.acts, unrecorded=(ClockKind.RESPONSE,))

    def described(self, row: Row, subject: str) -> str:
        code = row.text("closed_code")
        lines = [subject, f"Taken over from another system, where it was {row.text('number')}."]
        return "\n".join([*lines, f"Closed there with “{code}”."] if code else lines)

    def moment(self, row: Row, column: str) -> datetime:
        found = row.moment(column, self.zone, FORMS)
        if found is None:
            raise row.wrong(column, "is empty")
        if found.year < FIRST_YEAR or found > clock.now():
            raise row.wrong(column, f"“{row.text(column)}” does not lie between {FIRST_YEAR} and now")
        return found

    def queue(self, row: Row) -> int:
        group = row.text("assignment_group")
        if group and group.casefold() not in self.queues:
            self.unknown_groups.add(group)
        return self.queues.get(group.casefold(), self.triage)

    def person(self, name: str) -> int | None:
        """The council's person of that name; somebody not known yet is entered, without an address."""
        if not name:
            return None
        if name not in self.people:
            person = Person(name=name, sort_name=name, employer_id=self.council.id)
            db.session.add(person)
            db.session.flush()
            self.people[name] = person.id
        return self.people[name]


@dataclass
class _Telling:
    """Turns one state after the other into acts."""

    columns: dict[str, Any]
    closed_code: str
    acts: list[Act] = field(default_factory=list)
    status: Status = Status.NEW
    hold_reason: HoldReason | None = None
    assignee_id: int | None = None

    def __post_init__(self) -> None:
        self.queue_id = self.columns["queue_id"]

    def follow(self, state: State) -> None:
        if state.queue_id != self.queue_id:
            self.act("TicketMoved", state.at, queue_id=state.queue_id)
            self.queue_id = state.queue_id
        if state.assignee_id != self.assignee_id:
            self.act("TicketAssigned", state.at, assignee_id=state.assignee_id)
            self.assignee_id = state.assignee_id
        for event, changes in self.road(state.status, state.hold_reason):
            self.act(event, state.at, **changes)
        self.status, self.hold_reason = state.status, state.hold_reason

    def road(self, status: Status, reason: HoldReason | None) -> Iterator[tuple[str, dict[str, Any]]]:
        """The acts that lead from the present status to the next; what the log left out is filled in."""
        if (status, reason) == (self.status, self.hold_reason):
            return
        was = self.status
        ended = (Status.RESOLVED, Status.CLOSED)
        if was in ended and status not in ended:
            yield "TicketReopened", {"status": Status.IN_PROGRESS, "resolution": None}
            was = Status.IN_PROGRESS
        if was is Status.ON_HOLD and status is not Status.ON_HOLD and status not in ended:
            yield "TicketReleased", {"status": status, "hold_reason": None}
            return
        if status is Status.ON_HOLD:
            yield "TicketHeld", {"status": status, "hold_reason": reason}
        elif status in ended:
            if was not in ended:
                resolved = {"status": Status.RESOLVED, "hold_reason": None, "resolution": Resolution.FIXED}
                yield "TicketResolved", resolved
            if status is Status.CLOSED:
                yield "TicketClosed", {"status": Status.CLOSED}
            elif was is Status.CLOSED:
                yield "TicketReopened", {"status": Status.IN_PROGRESS, "resolution": None}
                yield "TicketResolved", {"status": Status.RESOLVED, "resolution": Resolution.FIXED}
        elif status is not was:
            yield "DetailsChanged", {"status": status}

    def act(self, event: str, at: datetime, **changes: Any) -> None:
        self.acts.append(Act(event, at, None, changes))


def _scale(row: Row, column: str, most: int) -> int:
    """The 2 of "2 - Medium"; what is not known is the lowest."""
    found = re.match(r"(\d)", row.text(column))
    return min(max(int(found[1]), 1), most) if found else most
