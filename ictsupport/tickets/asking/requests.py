"""Putting a request together, page by page, until it is sent as a ticket.

What has been answered is kept with every page, so that a request can be
carried on another day and on another device. Sending happens once: the
request remembers the ticket it became.
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, identity, lock
from ...devices.queries import devices_of
from ...errors import Refusal
from ...people.models import Person
from ...systems.models import System
from ..access import may_raise_for
from ..attachments import Stored, Upload, receive, sweep
from ..models import Channel, ContactBy, Request, Ticket, TicketType
from ..raising import Details, raise_ticket
from ..request_types.models import TypeForm
from ..request_types.offering import Filled, form_now, form_of
from ..request_types.questions import is_asked, read

KINDS = {"incident": "Something is wrong", "request": "I need something"}
TYPES = {"incident": TicketType.INCIDENT, "request": TicketType.REQUEST}

HOW_BAD = {
    "stopped": "I cannot work at all",
    "meeting": "I have a meeting today and need it there",
    "hampered": "I can work, but it is harder than it should be",
    "waits": "It can wait",
}
HOW_SOON = {
    "stopped": "At once: I cannot work without it",
    "meeting": "I have a meeting today and need it there",
    "hampered": "In the next days",
    "waits": "It can wait",
}
"""The same, of something that somebody needs."""
URGENCY = {"stopped": 1, "meeting": 1, "hampered": 2, "waits": 3}

WHO_ELSE = {
    "me": "Only me",
    "several": "Several of us",
    "everyone": "Everybody here, as far as I can tell",
    "unknown": "I do not know",
}
IMPACT = {"me": 3, "several": 2, "everyone": 1, "unknown": 3}

CONTACT = {ContactBy.MAIL: "By e-mail", ContactBy.PHONE: "Ring me", ContactBy.TEXT: "Send me a text message"}
END_OF_DAY = time(17, 0)
UNSENT_DAYS = 30


class MayNotAsk(Refusal):
    reason = "You can no longer ask for help in this person’s name. Ask them to let you do so again."


class NotAnswered(Refusal):
    reason = "Some questions have not been answered yet. Answer them before you send it."


def begin(person: Person) -> Request:
    """Begin a request of the person's, with nothing answered yet."""
    request = Request(
        key=secrets.token_urlsafe(18),
        person_id=identity(person),
        answers={},
        started_at=clock.now(),
        updated_at=clock.now(),
    )
    db.session.add(request)
    return request


def answer(request: Request, answers: Mapping[str, Any]) -> None:
    """Keep some answers; the others stay."""
    request.answers = {**request.answers, **answers}
    request.updated_at = clock.now()


def ask_for(request: Request, person: Person, member: Person | None) -> None:
    """Say for whom it is: oneself, or somebody who lets one do so."""
    if member is not None and not may_raise_for(person, member):
        raise MayNotAsk
    request.for_whom_id = identity(member) if member is not None else None


def add_files(request: Request, files: list[Upload]) -> None:
    """Take files in, to be sent with the request."""
    held = request.answers.get("files", [])
    taken = [stored.as_json() for stored in receive(files, already=len(held))]
    if taken:
        answer(request, {"files": [*held, *taken]})


def take_off_file(request: Request, key: str) -> None:
    """Leave a file out again."""
    answer(request, {"files": [each for each in request.answers.get("files", []) if each["key"] != key]})


def forget_unsent() -> None:
    """Throw away what was begun and left lying, and files that belong to nothing any more."""
    before = clock.now() - timedelta(days=UNSENT_DAYS)
    db.session.execute(delete(Request).where(Request.ticket_id.is_(None), Request.updated_at < before))
    sweep()


def throw_away(request: Request) -> None:
    """The request will not be sent."""
    db.session.delete(request)


def choose_type(request: Request) -> None:
    """Ask the questions of the request type that was chosen, in the version that holds now."""
    wanted = request.answers.get("type")
    if wanted == request.answers.get("type_asked"):
        return
    form = form_now(wanted) if wanted else None
    more: dict[str, Any] = {"type_asked": wanted, "form": form.id if form else None, "more": {}, "words": {}}
    if form is not None and form.type.system_id and not request.answers.get("system"):
        more["system"] = form.type.system_id
    answer(request, more)


def send(request: Request, *, by: Person) -> Ticket:
    """Send it: a ticket is raised, once, however often this is asked."""
    lock(request)
    if request.ticket is not None:
        return request.ticket
    answers = request.answers
    requester = by if request.for_whom_id is None else db.session.get_one(Person, request.for_whom_id)
    if not may_raise_for(by, requester):
        raise MayNotAsk
    form = form_of(answers.get("form"))
    if missing(request, form):
        raise NotAnswered
    system = db.session.get(System, answers["system"]) if answers.get("system") else None
    filled = Filled(form, told(form, answers)) if form is not None else None
    details: Details = {**_weighed(answers, form), **_reached(answers, requester)}
    if system is not None:
        details["systems"] = [system]
    ticket = raise_ticket(
        requester=requester,
        by=by,
        channel=Channel.SELF_SERVICE,
        filled=filled,
        subject=answers["subject"],
        description=answers.get("description", ""),
        files=[Stored(**each) for each in answers.get("files", [])],
        **details,
    )
    request.ticket = ticket
    request.answers = {}  # the ticket has them now
    request.updated_at = clock.now()
    return ticket


def _weighed(answers: Mapping[str, Any], form: TypeForm | None) -> Details:
    """What kind of ticket it makes, and how much it matters."""
    type_ = form.type if form is not None else None
    impact = IMPACT[answers.get("who_else") or "me"]
    kind = type_.ticket_type if type_ is not None else None
    by_when = needed_by(answers)
    today = clock.today(settings().zone)
    for_meeting = answers.get("meeting") and by_when and by_when.date() == today
    return {
        "ticket_type": kind or TYPES[answers["kind"]],
        "category": type_.name if type_ is not None else "",
        "impact": min(impact, type_.impact or 3) if type_ is not None else impact,
        "urgency": 1 if for_meeting else URGENCY[answers["how_bad"]],
        "needed_by": by_when,
        "needed_for": answers.get("needed_for", ""),
        "confidential": bool(answers.get("confidential")),
    }


def _reached(answers: Mapping[str, Any], requester: Person) -> Details:
    """Which device it is about, and how to get in touch."""
    about = answers.get("device")
    by = ContactBy(answers["contact_by"])
    return {
        "device": next((each for each in devices_of(requester) if each.id == about), None),
        "contact_by": by,
        "contact_number": answers.get("contact_number", "") if by is not ContactBy.MAIL else "",
    }


def words_of_how_bad(answers: Mapping[str, Any], form: TypeForm | None) -> tuple[str, str]:
    """The question how bad it is, or how soon it is needed, and what was answered."""
    if form is not None and form.type.ticket_type is TicketType.REQUEST:
        return "How soon it is needed", HOW_SOON[answers["how_bad"]]
    return "How bad it is", HOW_BAD[answers["how_bad"]]


def told(form: TypeForm, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was answered to the questions of a form, in its order, as it is kept with the ticket."""
    questions = read(form.questions)
    more, words = answers.get("more") or {}, answers.get("words") or {}
    return [
        {"key": each.key, "label": each.label, "value": more[each.key], "words": words[each.key]}
        for each in questions
        if each.key in more and is_asked(each, more, questions)
    ]


NEEDED = {"kind": "about", "subject": "about", "how_bad": "details", "contact_by": "details"}
"""What must be answered, and on which page it is asked."""


def missing(request: Request, form: TypeForm | None) -> str:
    """The first page on which something is still to be answered, or nothing."""
    answers = request.answers
    page = next((page for name, page in NEEDED.items() if not answers.get(name)), "")
    if not page and answers["how_bad"] == "meeting" and not answers.get("needed_at"):
        page = "details"
    if page or form is None:
        return page
    questions, more = read(form.questions), answers.get("more") or {}
    left = [each for each in questions if each.required and is_asked(each, more, questions)]
    return "details" if any(each.key not in more for each in left) else ""


def needed_by(answers: Mapping[str, Any]) -> datetime | None:
    """The moment it is needed by; a time alone means today, a day alone the end of it."""
    day, hour = answers.get("needed_on"), answers.get("needed_at")
    if not day and not hour:
        return None
    zone = settings().zone
    on = date.fromisoformat(day) if day else clock.today(zone)
    at = time.fromisoformat(hour) if hour else END_OF_DAY
    return datetime.combine(on, at, zone)


@jobs.handles("tickets.forget_unsent")
def _by_timetable(_payload: dict[str, Any]) -> None:
    forget_unsent()


scheduler.every("tickets.forget_unsent", hours=24)
