"""The one box on a ticket: what is said in it, and what becomes of the ticket with it, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ...errors import Refusal
from ...people.models import Person
from ..amending import amend
from ..attachments import Upload
from ..holding import hold, release
from ..models import CallResult, HoldReason, MessageKind, Resolution, Status, Ticket
from ..related.major import children_of
from ..replying import log_call, note, reply
from ..resolving import reopen, resolve

STAY, RELEASE, HOLD, RESOLVE, REOPEN = "", "release", "hold", "resolve", "reopen"
THEN = {
    STAY: "Leave it as it is",
    RELEASE: "Take it off hold",
    HOLD: "Put it on hold",
    RESOLVE: "Resolve it",
    REOPEN: "Reopen it",
}


class NotForTheRequester(Refusal):
    reason = "A note stays inside. To resolve it, choose “Reply to the requester”, so that they read what was done."


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the box says."""

    kind: MessageKind
    body: str
    files: Sequence[Upload] = ()
    result: CallResult = CallResult.SPOKE
    promised_at: datetime | None = None
    then: str = STAY
    reason: HoldReason = HoldReason.REQUESTER
    until: date | None = None
    resolution: Resolution | None = None
    minutes: int = 0
    seen: int | None = field(default=None)


def thens(status: Status) -> dict[str, str]:
    """What may become of a ticket with the message."""
    roads = status.may_go_to
    possible = {
        STAY: True,
        RELEASE: status is Status.ON_HOLD,
        HOLD: Status.ON_HOLD in roads or status is Status.ON_HOLD,
        RESOLVE: Status.RESOLVED in roads,
        REOPEN: status is Status.RESOLVED,
    }
    words = THEN | ({HOLD: "Keep it on hold, for what is said here"} if status is Status.ON_HOLD else {})
    return {key: words[key] for key in THEN if possible[key]}


class OthersBelow(Refusal):
    reason = "Other tickets hang below this one. Choose “Leave it as it is” and press Resolve above, which asks which of them are done too."


def send(ticket: Ticket, said: Said, *, by: Person) -> str:
    """Put down what was said and do what shall become of the ticket; returns a sentence that says so.

    A public reply with which the ticket is put on hold or resolved goes out
    once, as the question or the resolution.
    """
    if said.then == HOLD:
        return _hold(ticket, said, by)
    if said.then == RESOLVE:
        if children_of(ticket, by, only_open=True):
            raise OthersBelow
        return _resolve(ticket, said, by)
    if said.then == REOPEN:
        reopen(ticket, by=by, seen=said.seen)
    _say(ticket, said, by)
    if said.then == RELEASE:
        release(ticket, by=by, seen=said.seen)
    told = {
        MessageKind.REPLY: "Your reply is on its way.",
        MessageKind.NOTE: "Your note has been added.",
        MessageKind.CALL: "The call has been recorded.",
    }[said.kind]
    return told + {RELEASE: " It is off hold.", REOPEN: " It is open again."}.get(said.then, "")


def _say(ticket: Ticket, said: Said, by: Person) -> None:
    if said.kind is MessageKind.REPLY:
        reply(ticket, said.body, by=by, files=said.files)
    elif said.kind is MessageKind.NOTE:
        note(ticket, said.body, by=by, files=said.files)
    else:
        log_call(ticket, said.body, said.result, by=by, promised_at=said.promised_at)


def _hold(ticket: Ticket, said: Said, by: Person) -> str:
    public = said.kind is MessageKind.REPLY
    hold(
        ticket,
        said.reason,
        by=by,
        until=said.until,
        message=said.body if public else "",
        files=said.files if public else (),
        seen=said.seen,
    )
    if not public and (said.body.strip() or said.files):
        _say(ticket, said, by)
    return "It is on hold."


def _resolve(ticket: Ticket, said: Said, by: Person) -> str:
    if said.kind is MessageKind.NOTE:
        raise NotForTheRequester
    resolution = said.resolution or Resolution.FIXED
    files = said.files if said.kind is MessageKind.REPLY else ()
    resolve(ticket, resolution, said.body, by=by, files=files, seen=said.seen)
    if said.kind is MessageKind.CALL:
        log_call(ticket, said.body, said.result, by=by, promised_at=said.promised_at)
    if said.minutes:
        amend(ticket, by=by, minutes_spent=ticket.minutes_spent + said.minutes)
    return "It is resolved, and the requester is told."
