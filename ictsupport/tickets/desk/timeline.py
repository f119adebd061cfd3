"""All that happened to a ticket, told in order: what was said, what was changed, what was mailed, which files came."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Load, joinedload, raiseload

from ...database import FAR_FUTURE, db
from ...journal import Entry
from ...journal.queries import entries_about_any
from ...mail import Outgoing
from ...pages.filters import moment
from ...pages.markdown import markdown
from ...people.models import Person
from ...statements import put_together
from ..by_email.models import Mailed
from ..models import Attachment, Message, MessageKind, Ticket
from ..parts import Happening, happenings_around
from ..related.queries import Joined
from ..versions import label
from .deeds import DEEDS

SHOWN = {
    "messages": "Messages",
    "changes": "Changes",
    "mails": "Mails",
    "files": "Files",
    "linked": "Clinics and outages",
}
"""What a timeline can be narrowed to."""

PAGE = 60
LOADED = PAGE + 20
"""Of each kind so many are read: entries of the very moment at which a page ends stay together."""

TOLD_ELSEWHERE = {"tickets.TicketRaised", "tickets.Replied", "tickets.Noted", "tickets.CallLogged"}
"""Their words stand in the timeline as messages already."""

UNTOLD = {"priority_override_by_id", "scope", "resolved_at", "closed_at", "reopen_count", "requester_kind"}
"""Fields that follow from others and would only repeat them."""

PEOPLE, QUEUES, COUNCILS, SYSTEMS, TAGS, DEVICES = "person", "queue", "council", "system", "tag", "device"
ROWS = {"assignee": PEOPLE, "requester": PEOPLE, "queue": QUEUES, "council": COUNCILS, "device": DEVICES}
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
    formatted: bool = False
    """Whether the body is Markdown: what the desk writes is, what others send is shown as they typed it."""
    reason: str = ""
    anchor: str = ""
    href: str = ""
    files: Sequence[Attachment] = ()
    changes: Sequence[Changed] = ()
    mail: Outgoing | None = None
    mailed: Mailed | None = None
    """The mail that it came by."""
    on: str = ""
    """The reference of the merged ticket on which it happened."""
    splits: str = ""
    """The query of the address at which it can be made a request of its own."""
    went_to: Sequence[str] = ()
    """The tickets that were made of it."""

    @property
    def html(self) -> Markup:
        """The body, if it is Markdown, as the page shows it."""
        return _formatted(self.body)


@lru_cache(maxsize=2_000)
def _formatted(body: str) -> Markup:
    return markdown(body, breaks=True)


@dataclass(frozen=True)
class Timeline:
    """A page of it, oldest first. Before its lines stands how the ticket began; `earlier` is where the page before ends."""

    opening: Line | None
    lines: Sequence[Line]
    earlier: datetime | None


@put_together
def _what_was_said(with_files: bool) -> Any:
    its = or_(Message.ticket_id.in_(bindparam("ids", expanding=True)), Message.via_id == bindparam("ticket"))
    filed = [exists().where(Attachment.message_id == Message.id)] if with_files else []
    return (
        select(Message)
        .where(its, Message.at < bindparam("until"), *filed)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(LOADED)
        .options(
            joinedload(Message.author),
            joinedload(Message.for_whom),
            joinedload(Message.mailed),
            Load(Message).raiseload("*"),
        )
    )


@put_together
def _what_was_filed() -> Any:
    its = Attachment.ticket_id.in_(bindparam("ids", expanding=True))
    return select(Attachment).where(its).order_by(Attachment.id).options(raiseload("*"))


@put_together
def _what_was_mailed() -> Any:
    its = Outgoing.about_id.in_(bindparam("ids", expanding=True))
    return (
        select(Outgoing)
        .where(Outgoing.about_kind == Ticket.__tablename__, its, Outgoing.created_at < bindparam("until"))
        .order_by(Outgoing.id.desc())
        .limit(LOADED)
    )


@dataclass
class Past:
    """What a ticket's timeline is made of, as it was read: the newest of each kind, `before` a moment."""

    ticket: Ticket
    messages: Sequence[Message]
    entries: Sequence[Entry]
    mails: Sequence[Outgoing]
    linked: Sequence[Happening] = ()
    files: Mapping[int | None, Sequence[Attachment]] = field(default_factory=dict)
    merged: Sequence[Joined] = ()
    happened_on: Mapping[int, int] = field(default_factory=dict)
    splits: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """By the message (0: what it was raised with), the tickets that were made of it."""

    @classmethod
    def of(
        cls,
        ticket: Ticket,
        person: Person,
        before: datetime | None = None,
        show: str = "",
        merged: Sequence[Joined] = (),
        splits: Mapping[int, Sequence[str]] | None = None,
    ) -> "Past":
        """A page of what there is about the ticket and those merged into it, in four statements however much that is."""
        until = before or FAR_FUTURE
        ids = [ticket.id, *(each.ticket_id for each in merged)]
        given = {"ids": ids, "ticket": ticket.id, "until": until}
        messages = db.session.scalars(_what_was_said(show == "files"), given).all()
        files: dict[int | None, list[Attachment]] = defaultdict(list)
        for attachment in db.session.scalars(_what_was_filed(), given):
            if attachment.message_id or attachment.ticket_id == ticket.id:
                files[attachment.message_id].append(attachment)
        mails = db.session.scalars(_what_was_mailed(), given).all()
        entries = entries_about_any(Ticket.__tablename__, ids, limit=LOADED, before=before)
        linked = [one for one in happenings_around(ticket, person) if one.at < until]
        return cls(
            ticket,
            messages[::-1],
            [entry for entry, _on in entries],
            mails[::-1],
            linked,
            files,
            [each for each in merged if each.opened_at < until],
            {entry.id: on for entry, on in entries},
            splits or {},
        )

    @property
    def newest(self) -> int:
        """The last entry of the journal that was read."""
        return self.entries[-1].id if self.entries else 0

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

    def told(self, names: Names, show: str = "") -> Timeline:
        """The timeline; `show` narrows it."""
        lines = [*map(self._said, self.messages), *map(_mailed, self.mails), *map(_linked, self.linked)]
        lines += [
            replace(_happened(entry, names), on=self._on(self.happened_on.get(entry.id)))
            for entry in self.entries
            if entry.kind not in TOLD_ELSEWHERE and entry.kind.startswith("tickets.")
        ]
        lines += map(_opening_of, self.merged)
        opening = self._opening()
        lines = sorted((line for line in lines if _fits(line, show)), key=lambda line: line.at)
        shown, earlier = self._newest_page(lines, show)
        return Timeline(opening if _fits(opening, show) else None, shown, earlier)

    def _newest_page(self, lines: list[Line], show: str) -> tuple[list[Line], datetime | None]:
        """The last of the lines, and the first moment among them if there are others before it."""
        sources: dict[str, Sequence[Any]] = {
            "messages": self.messages,
            "files": self.messages,
            "changes": self.entries,
            "mails": self.mails,
        }
        read = [sources[show]] if show in sources else [] if show == "linked" else list(sources.values())
        is_cut = any(len(source) >= LOADED for source in read)
        if not lines or (len(lines) <= PAGE and not is_cut):
            return lines, None
        first = lines[-PAGE:][0].at
        shown = [line for line in lines if line.at >= first]
        return shown, first if is_cut or len(shown) < len(lines) else None

    def _on(self, *ticket_ids: int | None) -> str:
        """The reference of the merged ticket that is one of these, if any is."""
        return next((each.reference for each in self.merged if each.ticket_id in ticket_ids), "")

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
            mailed=ticket.mailed,
            splits="?" if ticket.merged_into_id is None else "",
            went_to=self.splits.get(0, ()),
        )

    def _said(self, message: Message) -> Line:
        here = message.ticket_id == self.ticket.id and self.ticket.merged_into_id is None
        return Line(
            at=message.at,
            kind="messages",
            look=_look_of(message),
            who=message.author.name if message.author else "The service",
            what=f"for {message.for_whom.name}" if message.for_whom else "",
            label=_label_of(message),
            body=message.body,
            formatted=not message.from_requester,
            reason=f"Promised to ring back: {moment(message.promised_at)}" if message.promised_at else "",
            anchor=f"message-{message.id}",
            files=self.files.get(message.id, ()),
            mailed=message.mailed,
            on=self._on(message.ticket_id, message.via_id),
            splits=f"?message={message.id}" if here else "",
            went_to=self.splits.get(message.id, ()),
        )


def _opening_of(merged: Joined) -> Line:
    return Line(
        at=merged.opened_at,
        kind="messages",
        look="message",
        who=merged.requester,
        what="",
        label="Raised",
        body=merged.description or merged.subject,
        on=merged.reference,
    )


def _fits(line: Line, show: str) -> bool:
    if show == "files":
        return bool(line.files)
    return line.kind == show if show in SHOWN else True


def _linked(one: Happening) -> Line:
    return Line(at=one.at, kind="linked", look="event", who=one.who, what=one.what, href=one.href)


def _look_of(message: Message) -> str:
    if message.kind is not MessageKind.REPLY:
        return "note"
    return "message" if message.from_requester else "reply"


def _label_of(message: Message) -> str:
    if message.kind is MessageKind.NOTE:
        return "Internal note" if message.mailed is None else "By e-mail, for the desk alone"
    if message.kind is MessageKind.CALL:
        result = f", {message.call_result.value}" if message.call_result else ""
        return f"Telephone call{result}"
    if message.mailed is not None:
        return "By e-mail"
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


def _step_taken(data: dict[str, Any]) -> str:
    """A step of a policy; what it changed stands in a line of its own."""
    step, target = str(data.get("step", "")), f"the target for {data.get('clock', 'it')}"
    when = f"{step.removeprefix('+')} past {target}" if step.startswith("+") else f"{step} of {target}"
    return f"told the queue: {when}" if data.get("deed") == "notify" else f"took a step at {when}"


def _happened(entry: Entry, names: Names) -> Line:
    data = entry.data
    deed = DEEDS.get(entry.kind, entry.kind.partition(".")[2])
    if entry.kind == "tickets.TicketTakenUp" and data.get("to_triage"):
        deed = "gave it back to triage"
    if entry.kind == "tickets.TargetBreached":
        deed = f"noticed that the target for {data.get('clock', 'it')} has run out"
    if entry.kind == "tickets.TargetStepTaken":
        deed = _step_taken(data)
    return Line(
        at=entry.at,
        kind="changes",
        look="event",
        who=names.get((PEOPLE, entry.by_id), "Somebody") if entry.by_id else "The service",
        what=deed,
        reason=_reason_in(entry),
        body=_notes_in(data) if entry.kind == "tickets.TicketResolved" else "",
        formatted=True,
        changes=[
            Changed(label(name), _spoken(name, old, names), _spoken(name, new, names))
            for name, (old, new) in (data.get("changes") or {}).items()
            if name not in UNTOLD
            and not (name == "resolution_notes" and entry.kind == "tickets.TicketResolved")
        ],
    )


def _reason_in(entry: Entry) -> str:
    """Why, in the words of whoever did it; of a macro its name."""
    if entry.kind == "tickets.MacroApplied":
        return str(entry.data.get("name") or "")
    return str(entry.data.get("reason") or "") if entry.kind != "tickets.TicketHeld" else ""


def _notes_in(data: Mapping[str, Any]) -> str:
    """What was done, as the entry of a resolution says it."""
    return str((data.get("changes") or {}).get("resolution_notes", ["", ""])[1] or "")


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
    if name in ("description", "resolution_notes", "problem_cause", "problem_workaround"):
        return f"{str(value)[:80]}…" if len(str(value)) > 80 else str(value)
    return str(value)
