"""All that happened to a ticket, told in order: what was said, what was changed, what was mailed, which files came."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Load, joinedload, raiseload

from ...database import db
from ...journal import Entry
from ...journal.queries import entries_about
from ...mail import Outgoing
from ...pages.filters import moment
from ..models import Attachment, Message, MessageKind, Ticket
from ..versions import label

SHOWN = ("messages", "changes", "mails", "files")
"""What a timeline can be narrowed to."""

TOLD_ELSEWHERE = {"tickets.TicketRaised", "tickets.Replied", "tickets.Noted", "tickets.CallLogged"}
"""Their words stand in the timeline as messages already."""

DEEDS = {
    "tickets.TicketAssigned": "assigned it",
    "tickets.TicketMoved": "moved it",
    "tickets.TicketPrioritised": "changed its priority",
    "tickets.DetailsChanged": "changed its details",
    "tickets.TicketTakenUp": "began work on it",
    "tickets.TicketHeld": "put it on hold",
    "tickets.TicketReleased": "took it off hold",
    "tickets.TicketResolved": "resolved it",
    "tickets.TicketReopened": "reopened it",
    "tickets.TicketClosed": "closed it",
    "tickets.TicketCancelled": "cancelled it",
    "tickets.IdentityChecked": "checked who the requester is",
    "tickets.TicketRead": "opened it; it is confidential",
    "tickets.TicketsLinked": "linked it with another ticket",
    "tickets.TicketsUnlinked": "took a link away",
}
UNTOLD = {"priority_override_by_id", "scope", "resolved_at", "closed_at", "reopen_count", "requester_kind"}
"""Fields that follow from others and would only repeat them."""

PEOPLE, QUEUES, COUNCILS, SYSTEMS, TAGS = "person", "queue", "council", "system", "tag"
ROWS = {"assignee": PEOPLE, "requester": PEOPLE, "queue": QUEUES, "council": COUNCILS}
LISTS = {"systems": SYSTEMS, "tags": TAGS, "watchers": PEOPLE, "affected": PEOPLE}

Names = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Changed:
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """One thing in the timeline. `look` is how it is drawn, `kind` what it can be narrowed to."""

    at: datetime
    kind: str
    look: str
    who: str
    what: str
    label: str = ""
    body: str = ""
    reason: str = ""
    anchor: str = ""
    files: Sequence[Attachment] = ()
    changes: Sequence[Changed] = ()
    mail: Outgoing | None = None


@dataclass
class Past:
    """What a ticket's timeline is made of, as it was read."""

    ticket: Ticket
    messages: Sequence[Message]
    entries: Sequence[Entry]
    mails: Sequence[Outgoing]
    files: Mapping[int | None, Sequence[Attachment]] = field(default_factory=dict)

    @classmethod
    def of(cls, ticket: Ticket) -> "Past":
        """Everything there is about the ticket, in four statements however much that is."""
        messages = db.session.scalars(
            select(Message)
            .where(Message.ticket_id == ticket.id)
            .order_by(Message.id)
            .options(joinedload(Message.author), joinedload(Message.for_whom), Load(Message).raiseload("*"))
        ).all()
        files: dict[int | None, list[Attachment]] = defaultdict(list)
        for attachment in db.session.scalars(
            select(Attachment)
            .where(Attachment.ticket_id == ticket.id)
            .order_by(Attachment.id)
            .options(raiseload("*"))
        ):
            files[attachment.message_id].append(attachment)
        mails = db.session.scalars(
            select(Outgoing)
            .where(Outgoing.about_kind == Ticket.__tablename__, Outgoing.about_id == ticket.id)
            .order_by(Outgoing.id)
        ).all()
        return cls(ticket, messages, entries_about(ticket), mails, files)

    def mentioned(self) -> frozenset[tuple[str, int]]:
        """The rows that the journal names by their id."""
        found = {(PEOPLE, key) for entry in self.entries for key in (entry.by_id, entry.for_whom_id) if key}
        for entry in self.entries:
            for name, values in (entry.data.get("changes") or {}).items():
                if name in ROWS:
                    found |= {(ROWS[name], value) for value in values if isinstance(value, int)}
                elif name in LISTS:
                    found |= {(LISTS[name], key) for value in values for key in value or ()}
        return frozenset(found)

    def told(self, names: Names, show: str = "") -> list[Line]:
        """The timeline, oldest first; `show` narrows it."""
        lines = [self._opening(), *map(self._said, self.messages), *map(_mailed, self.mails)]
        lines += [
            _happened(entry, names)
            for entry in self.entries
            if entry.kind not in TOLD_ELSEWHERE and entry.kind.startswith("tickets.")
        ]
        if show == "files":
            lines = [line for line in lines if line.files]
        elif show in SHOWN:
            lines = [line for line in lines if line.kind == show]
        return sorted(lines, key=lambda line: line.at)

    def _opening(self) -> Line:
        ticket = self.ticket
        opener = ticket.opened_by or ticket.requester
        return Line(
            at=ticket.opened_at,
            kind="messages",
            look="message",
            who=opener.name,
            what=f"for {ticket.requester.name}" if opener.id != ticket.requester_id else "",
            label=f"Raised, {ticket.channel.value}",
            body=ticket.description,
            files=self.files.get(None, ()),
        )

    def _said(self, message: Message) -> Line:
        return Line(
            at=message.at,
            kind="messages",
            look=_look_of(message),
            who=message.author.name if message.author else "The service",
            what=f"for {message.for_whom.name}" if message.for_whom else "",
            label=_label_of(message),
            body=message.body,
            reason=f"Promised to ring back: {moment(message.promised_at)}" if message.promised_at else "",
            anchor=f"message-{message.id}",
            files=self.files.get(message.id, ()),
        )


def _look_of(message: Message) -> str:
    if message.kind is not MessageKind.REPLY:
        return "note"
    return "message" if message.from_requester else "reply"


def _label_of(message: Message) -> str:
    if message.kind is MessageKind.NOTE:
        return "Internal note"
    if message.kind is MessageKind.CALL:
        result = f", {message.call_result.value}" if message.call_result else ""
        return f"Telephone call{result}"
    return "" if message.from_requester else "Reply"


def _mailed(mail: Outgoing) -> Line:
    return Line(
        at=mail.created_at,
        kind="mails",
        look="event",
        who="Mail",
        what=f"to {mail.to_name}: “{mail.subject}”",
        mail=mail,
    )


def _happened(entry: Entry, names: Names) -> Line:
    data = entry.data
    deed = DEEDS.get(entry.kind, entry.kind.partition(".")[2])
    if entry.kind == "tickets.TicketTakenUp" and data.get("to_triage"):
        deed = "gave it back to triage"
    if entry.kind == "tickets.TargetBreached":
        deed = f"noticed that the target for {data.get('clock', 'it')} has run out"
    return Line(
        at=entry.at,
        kind="changes",
        look="event",
        who=names.get((PEOPLE, entry.by_id), "Somebody") if entry.by_id else "The service",
        what=deed,
        reason=str(data.get("reason") or "") if entry.kind != "tickets.TicketHeld" else "",
        changes=[
            Changed(label(name), _spoken(name, old, names), _spoken(name, new, names))
            for name, (old, new) in (data.get("changes") or {}).items()
            if name not in UNTOLD
        ],
    )


def _spoken(name: str, value: Any, names: Names) -> str:
    """A value of the journal in words, rows by their name of today."""
    if value is None or value in ("", []):
        return "nobody" if name == "assignee" else "nothing"
    if name in LISTS:
        return ", ".join(names.get((LISTS[name], key), "something else") for key in value)
    if name in ROWS:
        return names.get((ROWS[name], value), "somebody else")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "needed_by":
        return moment(datetime.fromisoformat(value))
    if name in ("description", "resolution_notes"):
        return f"{str(value)[:80]}…" if len(str(value)) > 80 else str(value)
    return str(value)
